"""Campaigns as flows: benchmarks on tables, comparisons, laboratories."""
