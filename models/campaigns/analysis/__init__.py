"""Analysis of campaigns: entropy of exploration, paired comparison, survival."""
