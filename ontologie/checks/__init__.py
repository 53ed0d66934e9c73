"""The checks of the words, one small module a family; `registry` lists them, `model` says what a check is."""
