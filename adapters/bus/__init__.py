"""The provincial bus: packets, client, simulator."""
