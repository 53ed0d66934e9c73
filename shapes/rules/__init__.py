"""The shapes as rules: their files and units, what each is about, their paths and terms. Judges nothing."""
