"""Literature as flows: corpus, extraction, keyword graph, inspiration."""
