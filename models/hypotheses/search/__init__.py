"""Hierarchical search by pairwise judgement."""
