"""The pages of the workshop: forms without script by which agents deposit, review and analyse. Decides nothing."""
