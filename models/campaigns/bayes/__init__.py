"""Bayesian optimization: surrogate, acquisition, batches."""
