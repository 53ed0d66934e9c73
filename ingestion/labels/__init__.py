"""Labels that nothing knows: which wait for a person, what one may decide, and what a decision changes."""
