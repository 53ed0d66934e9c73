"""How soon a search answers, by words as people write them."""
