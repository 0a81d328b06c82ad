"""The payment platform of the national portal, version 1.0.6: packets, client, simulator."""
