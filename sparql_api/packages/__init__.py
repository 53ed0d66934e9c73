"""What partners take alone: archives made of the words and the rules, without an edition and without a project."""
