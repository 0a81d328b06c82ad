"""Plain values and functions of the field: no library beyond Python's own."""
