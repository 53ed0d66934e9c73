"""The reference judgement, by pySHACL, and what it found: results, their messages, personal data masked."""
