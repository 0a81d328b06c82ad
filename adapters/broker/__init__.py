"""A message broker between processes that share a database: it wakes workers, and decides nothing."""
