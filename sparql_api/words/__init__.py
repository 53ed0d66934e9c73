"""What people are told: the pages' words, problems, in French and English."""
