"""Fusion of evidence: reliability, the predictor, explanation."""
