"""Optimization campaigns: spaces, optimizers, the laboratory, analysis."""
