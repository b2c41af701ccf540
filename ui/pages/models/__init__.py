"""The language models that are set up, their roles and measured skill."""
