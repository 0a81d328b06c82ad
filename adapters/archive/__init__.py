"""The archive of ended instances."""
