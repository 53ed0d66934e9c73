"""Clears one document in Python: which nodes certainly break no rule. pySHACL judges the others."""
