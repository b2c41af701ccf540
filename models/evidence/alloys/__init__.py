"""Alloys: compositions, tables, features, folds."""
