"""Names of people that end in s: "Vickers hardness" has no plural in it."""

from __future__ import annotations

import re
from typing import Final

from hypograph.models.literature.text.english import CLOSED
from hypograph.models.literature.text.tagger import VERB, tag

# Names in terms of science, for texts that write them small; others are told by their capital (`names_in`).
_NAMES: Final = """
adams ames andrews archimedes bayes briggs brooks burgers charles collins combes coates
davis davies descartes dickens douglas edwards evans fuchs gibbs gilles gillies griffiths harris
hastings hawkes hayes hedges higgins hobbes hobbs hodges holmes hopkins huggins hughes huygens jacobs james
jenkins jones keynes knowles laves lewis lyons marcus markus matthews meyers mises moses myers nichols
nicholls parsons perkins peters phillips philips rhodes reynolds richards roberts rogers ross sachs
sanders saunders siemens simmons stevens stokes strauss sykes thales thomas vickers walters watts wilkes
wilkins williams willis yates
"""
ENDING_IN_S: Final = frozenset(_NAMES.split())
# In the middle of a sentence, after a small word or a mark, and before a small word: "the Vickers hardness". A
# common noun with a capital there ("Neural Networks") follows another capital or ends its phrase.
_ALONE: Final = re.compile(r"(?<=[a-z0-9,;:(] )\(?([A-ZÀ-Þ][a-zß-ÿ]{2,}s)\s+([a-z]{3,})")
_PAIR: Final = re.compile(r"(?<![^\W_])(?:[A-ZÀ-Þ][a-zß-ÿ]+[–‐‑-])+([A-ZÀ-Þ][a-zß-ÿ]{2,}s)(?![^\W_])")


def names_in(text: str) -> frozenset[str]:
    """Return the names of people in a text that end in s, in lower case.

    Parameters
    ----------
    text
        Titles and sentences with their capitals.
    """
    found = {m.group(1).lower() for m in _PAIR.finditer(text)}
    for match in _ALONE.finditer(text):
        following = match.group(2)
        if following not in CLOSED and tag([following, "."])[0] != VERB:
            found.add(match.group(1).lower())
    return frozenset(found)
