"""Spaces, ask/tell optimizers, surrogates, and the entropy of exploration."""
