"""Saved questions: their list, what each answers, its versions, what it answers since an edition."""
