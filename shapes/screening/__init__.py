"""Screens a batch against shapes in SQL: who may break which rule. pySHACL says what they break."""
