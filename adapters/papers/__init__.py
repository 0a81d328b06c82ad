"""Papers as PDF/A: what is printed comes as data, how it looks stands in the templates."""
