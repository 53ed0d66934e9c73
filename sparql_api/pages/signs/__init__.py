"""What headers say of a thing: where it is cited, described and licensed (Signposting), how it once was (RFC 7089)."""
