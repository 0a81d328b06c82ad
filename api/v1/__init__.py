"""Version 1 of the HTTP API: one file for each resource, its endpoints and their schemas together."""
