"""What is listed: levels, subjects, purposes, tools, organisations, territories, and the labels that are shown."""
