"""A loopback server that gives simulators a place on this machine, with all the faults of a bad day."""
