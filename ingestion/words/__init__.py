"""What all steps of the way in share: columns, keys, messages, errors, folding of text, personal data."""
