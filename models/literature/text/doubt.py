"""Words of doubt: what turns a passage against a claim."""

from __future__ import annotations

# Words that turn a passage on the same subject against a claim. A lexical rule: it finds doubt, not its
# reason.
AGAINST = (
    "no effect",
    "did not",
    "does not",
    "not observed",
    "failed",
    "fails to",
    "contrary",
    "decomposes",
    "unstable",
    "degrad",
    "multi-phase",
    "multiphase",
    "intermetallic",
    "brittle",
)
