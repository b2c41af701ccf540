"""Hypothesis searches as flows, alone and with people as judges."""
