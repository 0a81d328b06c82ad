"""Calls to other systems over HTTP, by a client that goes only where the operator lets it."""
