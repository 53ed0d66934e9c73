"""The tables of the registry, their versions, and how they are read and written: rows, transactions, upgrades."""
