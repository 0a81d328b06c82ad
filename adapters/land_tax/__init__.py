"""The land office and the tax office: packets, client, simulator."""
