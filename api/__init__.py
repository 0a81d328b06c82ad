"""Everything that drives the engine: the wiring, the HTTP API, the server."""
