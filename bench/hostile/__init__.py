"""Files made to stop, hold or mislead the way in; `tests/ontologie/untrusted` holds what must come of each."""
