"""Files made to stop, hold or mislead the way in; `tests/untrusted` holds what must come of each."""
