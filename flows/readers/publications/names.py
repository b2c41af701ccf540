"""Names of authors as ``Family, Given``, from every way in which exports write them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from hypograph.flows.readers.publications.identifiers import unique
from hypograph.models.literature.text.markup import plain_text

_PARTICLES_WORDS: Final = (
    "al am aus bin da dal dalla das de degli dei del della den der des di do dos du el ibn la las le lo los af av "
    "of ten ter van vande vander vom von vor y z zu zum zur"
)
_PARTICLES: Final = frozenset(_PARTICLES_WORDS.split())
_SUFFIX: Final = re.compile(r"^(?:jr|sr|ii|iii|iv)\.?$", re.IGNORECASE)
_INITIALS: Final = re.compile(r"^(?:[A-ZÀ-Þ]\.?[-\s]?){1,4}$")
_NUMBER: Final = re.compile(r"\s*\((?:\d[\d-]*|[\d-]{15,}X?)\)\s*$|\s*[\[(]\d+(?:,\s*\d+)*[\])]|[\d*†‡§¶]+$")
_OTHERS: Final = frozenset({"et al", "et al.", "others", "and others", "...", "…", "anonymous", "[anonymous]", "na"})
# What is no person keeps the order of its words.
_BODY: Final = re.compile(
    r"^The\s|\b(?:Consortium|Collaborations?|Group|Team|Network|Society|Committee|Association|Organi[sz]ation|Agency"
    r"|Foundation|Corporation|Investigators|Laborator(?:y|ies)|Institut\w*|Universit\w+|Inc\.?|Ltd\.?|GmbH)$"
    r"|\b(?:Institute|University|Ministry|Department|Society|Academy|Council|Bureau|Cent(?:er|re)) (?:of|for)\s"
)
_FAMILY: Final = ("family", "lastname", "last", "surname", "familyname", "last_name", "cesurname")
_GIVEN: Final = (
    "given",
    "firstname",
    "first",
    "forename",
    "givenname",
    "first_name",
    "givennames",
    "cegivenname",
    "initials",
)
_WHOLE: Final = (
    "name",
    "displayname",
    "fullname",
    "literal",
    "collectivename",
    "author",
    "creator",
    "authname",
    "rawauthorname",
    "value",
)
_DEPTH: Final = 4


def authors_of(value: object) -> tuple[str, ...]:
    """Return the authors in a value: a text with any separator, or a list of texts or of mappings.

    Examples
    --------
    >>> authors_of("Jane Doe and Alex van der Roe")
    ('Doe, Jane', 'van der Roe, Alex')
    >>> authors_of([{"family": "Doe", "given": "J."}, {"author": {"display_name": "Alex Roe"}}])
    ('Doe, J.', 'Roe, Alex')
    """
    return unique(_each(value, _DEPTH))


def _each(value: object, depth: int) -> list[str]:
    if depth == 0:
        return []
    if isinstance(value, str):
        return [_ordered(name) for name in _split(plain_text(value))]
    if isinstance(value, Mapping):
        flat = {re.sub(r"[^a-z]", "", str(k).lower()): v for k, v in value.items()}
        family = next((str(flat[n]) for n in _FAMILY if isinstance(flat.get(n), str) and flat[n]), "")
        if family:
            given = next((str(flat[n]) for n in _GIVEN if isinstance(flat.get(n), str) and flat[n]), "")
            if not given and isinstance(whole := flat.get("fullname"), str) and whole:
                return [_ordered(plain_text(whole))]
            particle = flat.get("nondroppingparticle") or flat.get("droppingparticle") or ""
            return [_joined(f"{particle} {family}", given)]
        for name in _WHOLE:
            if flat.get(name):
                # A whole name in a mapping is one person, whatever stands in it.
                found = flat[name]
                return [_ordered(plain_text(found))] if isinstance(found, str) else _each(found, depth - 1)
        return [name for inner in value.values() if isinstance(inner, list) for name in _each(inner, depth - 1)]
    if isinstance(value, Sequence):
        if all(isinstance(v, str) for v in value) and len(value) > 1:
            return [_ordered(plain_text(str(v))) for v in value]
        return [name for inner in value for name in _each(inner, depth - 1)]
    return []


def _split(text: str) -> list[str]:
    """Split a text of authors at its separators: semicolon, bar, line, "and", or commas between whole names."""
    for mark in (r"\s*;\s*", r"\s*\|\s*", r"\s*//\s*", r"\s+and\s+"):
        parts = [p for p in re.split(mark, text) if p.strip()]
        if len(parts) > 1:
            if mark == r"\s+and\s+" and "," in parts[0] and all(" " in p.strip() for p in parts[0].split(",")):
                return [*_split(parts[0]), *(q for p in parts[1:] for q in _split(p))]  # A B, C D and E F
            return parts
    parts = [p.strip() for p in text.split(",") if p.strip()]
    # "Doe J., Roe A." and "Jane Doe, Alex Roe" are lists; "Doe, Jane" is one name.
    if len(parts) > 1 and all(" " in p for p in parts) and not any(_INITIALS.match(p) for p in parts):
        return parts
    if len(parts) > 3 and len(parts) % 2 == 0:  # Doe, J., Roe, A.
        pairs = list(zip(parts[::2], parts[1::2], strict=True))
        if all(_INITIALS.match(given) for _, given in pairs):
            return [f"{family}, {given}" for family, given in pairs]
    return [text] if text.strip() else []


def _ordered(name: str) -> str:
    name = " ".join(_NUMBER.sub("", " ".join(name.split())).split()).strip(" ,;")
    if not name or name.lower() in _OTHERS:
        return ""
    if "," in name.rstrip(", "):
        family, _, given = name.partition(",")
        first, _, rest = given.strip().partition(",")
        if _SUFFIX.match(first.strip()):  # Doe, Jr., Jane
            return _joined(f"{family} {first.strip()}", rest)
        return _joined(family, given)
    words = name.split()
    if len(words) == 1 or _BODY.search(name):
        return name
    if _INITIALS.match(words[-1]) and words[-1].replace(".", "").isupper() and not _INITIALS.match(words[0]):
        return _joined(" ".join(words[:-1]), words[-1])  # Doe JA
    last = len(words) - (2 if _SUFFIX.match(words[-1]) and len(words) > 2 else 1)
    start = last
    while start > 1 and words[start - 1].lower() in _PARTICLES:
        start -= 1
    return _joined(" ".join(words[start:]), " ".join(words[:start]))


def _joined(family: str, given: str) -> str:
    given = re.sub(r"(?<=^[A-ZÀ-Þ]{2})\.$|(?<=^[A-ZÀ-Þ]{3})\.$", "", given.strip())  # the full stop of a list
    given = "" if given.casefold() in {"null", "none", "nan"} else given
    family, given = (" ".join(part.split()).strip(" ,") for part in (plain_text(family), plain_text(given)))
    return f"{family}, {given}" if family and given else family or given


def family_name(author: str) -> str:
    """Return the family name of an author as `authors_of` writes one."""
    return author.partition(",")[0].strip()
