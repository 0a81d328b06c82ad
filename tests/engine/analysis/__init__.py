"""What is proved from a diagram alone."""
