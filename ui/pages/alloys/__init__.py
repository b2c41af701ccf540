"""Alloys that somebody brings: a table, a list, or a scan of amounts, and what the predictor says of them."""
