"""The endpoint against its peers: the same data, the same queries, the same run."""
