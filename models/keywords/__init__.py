"""Keywords of publications, their causal co-occurrence graph, and the potential of keyword sets."""
