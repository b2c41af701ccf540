"""One record a publication: duplicates joined by DOI and by title."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from hypograph.flows.readers.publications.fields import make_key, title_key
from hypograph.models.core.records import Publication

# Titles that many publications share say nothing about identity.
_SHORT = 15


def deduplicate(publications: Iterable[Publication]) -> list[Publication]:
    """Join records of the same publication.

    Two records are the same where they share a DOI, or a title of at least 15 letters and not two different
    DOIs nor years more than one apart (a preprint and its journal version).

    Parameters
    ----------
    publications
        Records in any order.

    Returns
    -------
    list of Publication
        In order of keys; the same set whatever the order of the input. A record that says retracted makes
        the joined one retracted.
    """
    groups: dict[str, list[Publication]] = {}
    by_title: dict[str, list[str]] = {}
    # Records with a DOI come first, so that those without find them; full order makes the result
    # independent of input.
    for record in sorted(publications, key=lambda p: (not p.doi, p.key, repr(p))):
        flat = title_key(record.title)
        home = record.key if record.key in groups else ""
        if not home and len(flat) >= _SHORT:
            home = next((k for k in by_title.get(flat, []) if _may_be_one(groups[k][0], record)), "")
        if not home:
            home = record.key
            by_title.setdefault(flat, []).append(home)
        groups.setdefault(home, []).append(record)
    return sorted((_join(records) for records in groups.values()), key=lambda p: p.key)


def _may_be_one(first: Publication, second: Publication) -> bool:
    if first.doi and second.doi and first.doi != second.doi:
        return False
    return first.year is None or second.year is None or abs(first.year - second.year) <= 1


def _join(records: list[Publication]) -> Publication:
    """Take each field from the first record that has it, the longest abstract, and the most citations."""
    best = records[0]
    if len(records) == 1:
        return best
    doi = next((r.doi for r in records if r.doi), "")
    title = next((r.title for r in records if r.title), "")
    counted = [r.citations for r in records if r.citations is not None]
    return dataclasses.replace(
        best,
        key=best.key if best.key == doi or not doi else make_key(doi, title, best.key),
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
    )
