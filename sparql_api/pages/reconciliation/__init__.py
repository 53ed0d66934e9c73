"""The Reconciliation Service API (0.2, 1.0-draft): which thing of the observatory a label of others names."""
