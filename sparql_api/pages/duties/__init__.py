"""What a public service owes: notices, a way to tell of a fault, its state, what crawlers ask for."""
