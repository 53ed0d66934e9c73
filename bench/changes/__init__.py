"""What it costs to tell of one changed fiche, among a thousand or a hundred thousand."""
