"""One record a publication: the same ones joined by identifier and title, preprints tied to their articles."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from typing import Final

from hypograph.flows.readers.publications.identifiers import PREPRINT, is_generic, make_key, title_key
from hypograph.flows.readers.publications.names import family_name
from hypograph.flows.readers.publications.retraction import bare_title
from hypograph.models.core.records import Publication

# Titles that many publications share say nothing about identity.
_SHORT: Final = 15
# Share of the words of the shorter abstract that two abstracts of one publication have in common, at least.
_SAME_TEXT: Final = 0.5
_LETTERS: Final = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "a", "œ": "o", "ı": "i"})
_LATER: Final = 3  # years at most from a preprint to its article
_LINKING_WORDS: Final = "of the and in for an on der die und de la a et fur"
_LINKING: Final = frozenset(_LINKING_WORDS.split())


def deduplicate(publications: Iterable[Publication]) -> list[Publication]:
    """Join records of the same publication, and tie preprints to their articles.

    Two records are the same where they share a DOI (if title, authors and abstract do not all differ) or another
    identifier, or a title of at least 15 letters while
    nothing speaks against it: two DOIs, years more than one apart, no author in common, other abstracts, or other
    journals of a title that names nothing of its own ("Introduction to the special issue").

    Parameters
    ----------
    publications
        Records in any order.

    Returns
    -------
    list of Publication
        In order of keys; the same set whatever the order of the input. A record that says retracted makes
        the joined one retracted. A preprint with a DOI of its own stays, its `version_of` names the article.
    """
    given = list(publications)
    found = _joined(given)
    # What two records say together may be what a third one was lacking: on until nothing joins any more.
    while len(found) < len(given):
        given, found = found, _joined(found)
    return found


def _joined(publications: Iterable[Publication]) -> list[Publication]:
    """Join records in one pass."""
    groups: dict[str, list[Publication]] = {}
    by_title: dict[str, list[str]] = {}
    by_id: dict[str, str] = {}
    # Records with a DOI come first, so that those without find them; full order makes the result
    # independent of input.
    for record in sorted(publications, key=lambda p: (not p.doi, p.key, repr(p))):
        flat = title_key(bare_title(record.title))
        home = record.key if record.key in groups and _is_named(record, groups[record.key]) else ""
        home = home or next((h for i in record.ids if (h := by_id.get(i, "")) and _one_doi(groups[h], record)), "")
        if not home and len(flat) >= _SHORT:
            homes = [k for k in by_title.get(flat, []) if all(_may_be_one(r, record) for r in groups[k])]
            home = max(homes, key=lambda k: _likeness(groups[k][0], record), default="")
        if not home:
            home = _free(record, groups)
            by_title.setdefault(flat, []).append(home)
        groups.setdefault(home, []).append(record)
        for number in record.ids:
            by_id.setdefault(number, home)
    joined = {key: _join(key, records) for key, records in groups.items()}
    _tie(joined, by_title)
    return sorted(joined.values(), key=lambda p: p.key)


def _is_named(record: Publication, group: list[Publication]) -> bool:
    """Whether a record of equal key is of the group: the key is a DOI, or a title that others may have too."""
    if record.doi:
        return not _are_two(group[0], record)
    return not record.title or all(_may_be_one(r, record) for r in group)


def _are_two(first: Publication, second: Publication) -> bool:
    """Whether two records of one DOI are two all the same: abstracts of a meeting, which share their supplement's.

    Title, authors and abstract have to differ, each as a whole; a translation has its authors.
    """
    titles = [set(re.findall(r"[a-z]{4,}", r.title.casefold())) for r in (first, second)]
    if not all(titles) or _overlap(first.title, second.title) >= _SAME_TEXT:
        return False
    if not first.authors or not second.authors or _families(first) & _families(second):
        return False
    return bool(first.abstract and second.abstract) and _overlap(first.abstract, second.abstract) < _SAME_TEXT


def _free(record: Publication, groups: Mapping[str, list[Publication]]) -> str:
    """Return the key of a new group; of a second publication with the same title, one with its venue, year or text."""
    if record.key not in groups:
        return record.key
    tail = record.venue or str(record.year or "") or record.abstract
    key = make_key("", f"{record.title} {tail} {record.year or ''}", "")
    while key in groups:
        key = make_key("", f"{key} again", "")
    return key


def _one_doi(group: list[Publication], record: Publication) -> bool:
    return not record.doi or all(not r.doi or r.doi == record.doi for r in group)


def _may_be_one(first: Publication, second: Publication) -> bool:
    """Whether nothing speaks against two records with one title being one publication."""
    if first.doi and second.doi and first.doi != second.doi:
        return False
    generic = is_generic(first.title)
    if first.year is not None and second.year is not None and abs(first.year - second.year) > (0 if generic else 1):
        return False
    if first.authors and second.authors and not _families(first) & _families(second):
        return False
    if generic and first.venue and second.venue and not same_venue(first.venue, second.venue):
        return False
    return not first.abstract or not second.abstract or _overlap(first.abstract, second.abstract) >= _SAME_TEXT


def _families(record: Publication) -> set[str]:
    """Return the family names as they are compared: Müller, Muller and Mueller are one."""
    names = (title_key(family_name(a)).translate(_LETTERS) for a in record.authors)
    return {re.sub(r"([aou])e", r"\1", name) for name in names}


def _overlap(first: str, second: str) -> float:
    words, others = (set(re.findall(r"\w{3,}", text.casefold())) for text in (first, second))
    if not words or not others:
        return 1.0
    return len(words & others) / min(len(words), len(others))


def same_venue(first: str, second: str) -> bool:
    """Whether two names are of one journal: equal, or one an abbreviation of the other.

    Examples
    --------
    >>> same_venue("Acta Mater.", "Acta Materialia"), same_venue("Exemplary metals", "Exemplary wear")
    (True, False)
    """
    words, others = ([w for w in re.findall(r"\w+", v.casefold()) if w not in _LINKING] for v in (first, second))
    if len(words) != len(others):
        return title_key(first) == title_key(second)
    return all(_shortens(a, b) or _shortens(b, a) for a, b in zip(words, others, strict=True))


def _shortens(short: str, word: str) -> bool:
    """Whether a word is an abbreviation: it begins alike, and its letters stand in the other in order (Compd)."""
    letters = iter(word)
    return short[:1] == word[:1] and all(letter in letters for letter in short)


def _likeness(first: Publication, second: Publication) -> tuple[bool, bool, int]:
    """How much beside the title two records have in common."""
    venue = bool(first.venue and second.venue) and same_venue(first.venue, second.venue)
    return venue, first.year is not None and first.year == second.year, len(_families(first) & _families(second))


def _tie(joined: dict[str, Publication], by_title: Mapping[str, list[str]]) -> None:
    """Tie each preprint to the article with its title and authors, up to a few years later."""
    for flat, keys in by_title.items():
        if len(flat) < _SHORT or len(keys) < 2:
            continue
        preprints = [joined[k] for k in keys if PREPRINT.match(joined[k].doi)]
        articles = [joined[k] for k in keys if joined[k].doi and not PREPRINT.match(joined[k].doi)]
        for preprint in preprints:
            fitting = [a for a in articles if _became(preprint, a)]
            if len(fitting) == 1:
                joined[preprint.key] = dataclasses.replace(preprint, version_of=fitting[0].key)


def _became(preprint: Publication, article: Publication) -> bool:
    if preprint.year is not None and article.year is not None and not -1 <= article.year - preprint.year <= _LATER:
        return False
    return not (preprint.authors and article.authors) or bool(_families(preprint) & _families(article))


def _join(key: str, records: list[Publication]) -> Publication:
    """Take each field from the first record that has it, the longest abstract, and the most citations."""
    best = records[0]
    if len(records) == 1:
        return best if best.key == key else dataclasses.replace(best, key=key)
    doi = next((r.doi for r in records if r.doi), "")
    title = next((r.title for r in records if r.title), "")
    counted = [r.citations for r in records if r.citations is not None]
    return dataclasses.replace(
        best,
        key=key,
        title=title,
        abstract=max((r.abstract for r in records), key=lambda a: (len(a), a)),
        year=next((r.year for r in records if r.year is not None), None),
        venue=next((r.venue for r in records if r.venue), ""),
        doi=doi,
        citations=max(counted, default=None),
        keywords=tuple(dict.fromkeys(k for r in records for k in r.keywords)),
        passages=tuple(dict.fromkeys(p for r in records for p in r.passages)),
        source=", ".join(dict.fromkeys(s for r in records for s in r.source.split(", ") if s)),
        retracted=any(r.retracted for r in records),
        authors=max((r.authors for r in records), key=lambda a: (len(a), sum(map(len, a)))),
        references=max((r.references for r in records), key=lambda r: (len(r), r)),
        ids=tuple(dict.fromkeys(i for r in records for i in r.ids)),
        version_of=next((r.version_of for r in records if r.version_of), ""),
    )
