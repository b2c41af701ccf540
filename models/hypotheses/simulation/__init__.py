"""Simulated searches on landscapes with known answers."""
