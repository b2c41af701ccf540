"""What the pages of papers show: the list with its filters, and one paper with what was drawn from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

from typing_extensions import TypedDict

from hypograph.graph import GraphStore
from hypograph.graph.maps.atlas import counts
from hypograph.graph.queries import papers as queries
from hypograph.graph.queries.rows import PaperProps, PaperRow, whole

MOST = 100_000
PAGE = 50
VENUES = 40
Sort = Literal["year", "citations", "title"]


class Row(PaperRow):
    """A paper as the list shows it: `authors` in one text, `sought` what a search looks through."""

    sought: str
    name: str


class PaperList(TypedDict):
    """One page of the list, and what it can be filtered by."""

    rows: list[Row]
    matching: int
    total: int
    first: int
    sheets: int
    venues: list[str]
    without_title: int


_kept: WeakKeyDictionary[GraphStore, tuple[int, list[Row]]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which papers are listed, in which order."""

    text: str = ""
    venue: str = ""
    low: int | None = None
    high: int | None = None
    sort: Sort = "year"
    page: int = 1

    def query(self, **other: object) -> str:
        """Return the address's query, with some of it changed."""
        found = {name: other.get(name, getattr(self, name)) for name in self.__slots__}
        return urlencode({k: v for k, v in found.items() if v not in (None, "", 1) and (k, v) != ("sort", "year")})


def rows(store: GraphStore) -> list[Row]:
    """Return every paper of the store; read anew when their number changed."""
    n = counts(store)["Publication"]
    kept = _kept.get(store)
    if kept is None or kept[0] != n:
        kept = _kept[store] = (n, [_whole(row) for row in store.read(queries.PAPERS, limit=MOST)])
    return kept[1]


def _whole(row: PaperRow) -> Row:
    return {**row, "authors": authors_of(row), "sought": _sought(row), "name": named(row)}


def _sought(row: PaperRow | PaperProps) -> str:
    parts = (row["title"], row["venue"], row["doi"], row["key"], row["year"])
    return (" ".join(str(part or "") for part in parts) + " " + authors_of(row)).lower()


def authors_of(row: PaperRow | PaperProps) -> str:
    """Return the authors in one text."""
    authors = row["authors"]
    return "; ".join(map(str, authors)) if isinstance(authors, list | tuple) else str(authors or "")


def named(row: Mapping[str, object]) -> str:
    """Name a paper: by its title, else its DOI, else the beginning of its key."""
    key = str(row["key"])
    return str(row.get("title") or row.get("doi") or (key if key.startswith("10.") else f"paper {key[:6]}"))


def listed(every: Sequence[Row], wanted: Wanted) -> list[Row]:
    """Return the papers that hold every word and pass the filters, in order."""
    words = wanted.text.lower().split()

    def fits(row: Row) -> bool:
        year = row["year"]
        return (
            all(word in row["sought"] for word in words)
            and (not wanted.venue or row["venue"] == wanted.venue)
            and (wanted.low is None or (year is not None and year >= wanted.low))
            and (wanted.high is None or (year is not None and year <= wanted.high))
        )

    found = [row for row in every if fits(row)]
    if wanted.sort == "title":
        return sorted(found, key=lambda r: (r["title"] is None, str(r["title"] or r["key"]).lower()))
    if wanted.sort == "citations":
        return sorted(found, key=lambda r: (-(r["citations"] or 0), r["key"]))
    return sorted(found, key=lambda r: (-(r["year"] or 0), r["key"]))


def overview(store: GraphStore, wanted: Wanted) -> PaperList:
    """Return one page of the list, and what it can be filtered by."""
    every = rows(store)
    found = listed(every, wanted)
    venues = Counter(row["venue"] for row in every if row["venue"])
    start = PAGE * (wanted.page - 1)
    return {
        "rows": found[start : start + PAGE],
        "matching": len(found),
        "total": len(every),
        "first": start + 1,
        "sheets": -(-len(found) // PAGE),
        "venues": [venue for venue, _ in venues.most_common(VENUES)],
        "without_title": sum(not row["title"] for row in every),
    }


def paper(store: GraphStore, key: str) -> dict[str, object] | None:
    """Return one paper with its keywords, the claims drawn from it and its citations; None if there is none."""
    found = store.read(queries.PAPER, key=key)
    if not found:
        return None
    row = whole("Publication", found[0]["p"])
    evidence = [whole("Evidence", r["e"]) for r in store.read(queries.PAPER_CLAIMS, key=key)]
    return {
        "paper": {**row, "authors": authors_of(row), "sought": _sought(row), "name": named(row)},
        "keywords": store.read(queries.PAPER_KEYWORDS, key=key),
        "claims": evidence,
        "hypotheses": store.read(queries.PAPER_HYPOTHESES, key=key),
        "cites": [{**r, "name": named(r)} for r in store.read(queries.PAPER_CITES, key=key)],
        "cited_by": [{**r, "name": named(r)} for r in store.read(queries.PAPER_CITED_BY, key=key)],
    }
