"""Inspiration: sets of keywords, passages, concepts."""
