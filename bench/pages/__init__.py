"""What pages weigh and how soon their first byte comes."""
