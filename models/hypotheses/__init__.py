"""Hypotheses: what they are, how they are checked, searched and simulated."""
