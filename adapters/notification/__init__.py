"""SMS and e-mail gateways: packets, client, simulator."""
