"""Measured side by side, within one run; ratios count, absolute figures depend on the machine."""
