"""The police record: packets, client, simulator."""
