"""The documentation, and the script that keeps its reference in step with the code."""
