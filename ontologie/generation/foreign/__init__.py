"""The vocabularies of others, distilled into `tiers/`, and the corrections carried into the tables. Run by hand."""
