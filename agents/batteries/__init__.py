"""Questions with known answers, written by hand, that language models are measured on."""
