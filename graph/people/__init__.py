"""What people decide in the graph: reviews of merges and comparisons."""
