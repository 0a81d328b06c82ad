"""Signatures in papers (PAdES B-B): with a certificate that is at hand, or by a gateway that keeps it."""
