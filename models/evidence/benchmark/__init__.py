"""Benchmark of evidence fusion: baselines and the published method."""
