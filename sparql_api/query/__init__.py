"""A query before it runs: read, guarded, planned. Runs nothing."""
