"""What agents do over HTTP: who asks, what is deposited, what is reviewed. Decides nothing: the registry does."""
