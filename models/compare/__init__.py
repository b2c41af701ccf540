"""Bayesian comparison of campaigns and sources."""
