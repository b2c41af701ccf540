"""Assessment of language models on questions with known answers."""
