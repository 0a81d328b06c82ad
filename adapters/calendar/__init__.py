"""The computed working calendar."""
