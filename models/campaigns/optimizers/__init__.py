"""Optimizers and the knowledge they use, by name."""
