"""Makes the Turtle of `genere/` from the CSV of `donnees/` and distils `tiers/`. Not needed at run time."""
