"""Elements and compounds in running text."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Final

from hypograph.models.core.elements import NAME_TO_SYMBOL
from hypograph.models.literature.chemistry.composition import plain_digits
from hypograph.models.literature.chemistry.compounds import Found, compound, compounds, is_capitals
from hypograph.models.literature.chemistry.element_mentions import element_mentions, system
from hypograph.models.literature.chemistry.split_formulas import join_split

__all__ = ["Found", "chemistry", "compound", "is_capitals", "not_chemistry", "system"]

_CHEMICAL: Final = re.compile(
    rf"{'|'.join(n[:5] for n in NAME_TO_SYMBOL)}|oxid|carbid|nitrid|sul[fp]h?id|fluorid|chlorid|bromid|iodid|borid|"
    r"phosphid|selenid|tellurid|hydrid|hydrox|arsenid|antimonid|silicid|[a-z]{3,}ate\b|ferr|cupr|plumb|gold|lead|tin\b|merc",
    re.IGNORECASE,
)


def not_chemistry(introduced: Mapping[str, str]) -> frozenset[str]:
    """Return those of a text's abbreviations whose expansion names no chemistry: "PSC", not "ZnO" for zinc oxide."""
    short = {s for s, long in introduced.items() if not _CHEMICAL.search(long)}
    return frozenset(short | {s + "s" for s in short})


def chemistry(text: str, abbreviations: Collection[str] = ()) -> list[Found]:
    """Find elements and compounds.

    Parameters
    ----------
    text
        Plain text (see `markup.plain_text`).
    abbreviations
        Words of this text that stand for something else (see `not_chemistry`).

    Returns
    -------
    list of Found
        In order; compounds of two elements or more, elements where they are meant by name, charge, oxidation state,
        as dopants, or as parts of a system such as Fe-C. Ions, structure types, abbreviations, groups within
        structures and names of gases around a sample are none.
    """
    joined, places = join_split(text)
    plain = plain_digits(joined)
    found: list[Found] = []
    weak: list[Found] = []
    for one, sure in compounds(plain, abbreviations):
        (found if sure else weak).append(one)
    taken = [(f.start, f.end) for f in found]
    for symbol, start, end in element_mentions(plain):
        if not any(a < end and start < b for a, b in taken):
            found.append(Found(symbol, None, start, end))
    # "NO" and "CO" stand for much else: they count where the text is about chemistry.
    if found:
        found.extend(weak)
    found = [Found(f.name, f.formula, places[f.start], places[f.end - 1] + 1) for f in found]
    return sorted(found, key=lambda f: (f.start, f.end))
