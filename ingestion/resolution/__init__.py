"""From labels to concepts, by our table and by the vocabularies. Never guesses."""
