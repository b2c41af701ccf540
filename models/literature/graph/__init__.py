"""The keyword graph: counts of pairs, affinity, backbone."""
