"""Literature: text, keywords, the weighted graph, potential, inspiration."""
