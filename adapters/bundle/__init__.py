"""The birth and death bundle and the justice system behind it: packets, client, simulator."""
