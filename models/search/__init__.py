"""Hierarchical search for hypotheses over an abstract proposer and judge, with a posterior."""
