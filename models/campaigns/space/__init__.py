"""Spaces of experiments: parameters, constraints, sampling."""
