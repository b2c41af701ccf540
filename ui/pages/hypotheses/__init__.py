"""Hypotheses and how they were refined."""
