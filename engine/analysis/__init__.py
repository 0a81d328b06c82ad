"""A diagram and its histories looked at."""
