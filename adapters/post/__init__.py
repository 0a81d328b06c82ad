"""The public post: packets, client, simulator."""
