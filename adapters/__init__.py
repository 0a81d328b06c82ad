"""One folder for each thing outside that the engine's ports speak to."""
