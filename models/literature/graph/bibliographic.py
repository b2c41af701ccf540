"""Networks of publications and people: who cites whom, what is cited together, who writes together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from hypograph.models.core.errors import InputError
from hypograph.models.core.records import Publication
from hypograph.models.literature.graph.pair_counts import count_pairs

LEAST: Final = 2  # publications that a pair or an author stands in at least, unless told otherwise


@dataclass(frozen=True, slots=True)
class NetworkNode:
    """A publication, reference, person or keyword: its key, its name for people, how often it stands, and when.

    Attributes
    ----------
    weight
        Publications of the corpus that it stands in; of a publication, those that cite it.
    year
        Mean year of those publications (of a publication: its own), None where none is known.
    """

    key: str
    label: str
    weight: int
    year: float | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """Two nodes by their keys, and in how many publications they meet (of citations: 1)."""

    first: str
    second: str
    weight: int


@dataclass(frozen=True)
class Network:
    """Nodes, in order of keys, and links between them; citations point from the citing to the cited."""

    kind: str
    nodes: tuple[NetworkNode, ...]
    links: tuple[Link, ...]


def citation_links(publications: Sequence[Publication]) -> list[tuple[str, str]]:
    """Return (key, key) of each publication and each other of the same corpus that it cites, in order."""
    by_name = {name: p.key for p in publications for name in (p.key, p.doi, *p.ids) if name}
    return [
        (p.key, cited)
        for p in publications
        for cited in sorted({by_name[r] for r in p.references if r in by_name} - {p.key})
    ]


def label_of(publication: Publication) -> str:
    """Return how a publication is called in a drawing: first author and year, else its title."""
    name = publication.authors[0].partition(",")[0] if publication.authors else publication.title[:40]
    return f"{name} ({publication.year})" if publication.year else name or publication.key


def citations(publications: Sequence[Publication], least: int = 0) -> Network:
    """Return which publication of a corpus cites which; those neither citing nor cited are left out."""
    links = citation_links(publications)
    cited = Counter(second for _, second in links)
    joined = {key for link in links for key in link}
    kept = {key for key in joined if cited[key] >= least} if least else joined
    nodes = [NetworkNode(p.key, label_of(p), cited[p.key], p.year) for p in publications if p.key in kept]
    return _network("citation", nodes, [Link(a, b, 1) for a, b in links if a in kept and b in kept])


def co_citations(publications: Sequence[Publication], least: int = LEAST) -> Network:
    """Return what is cited together (Small 1973), of references that `least` publications cite.

    References
    ----------
    H. Small, J. Am. Soc. Inf. Sci. 24 (1973) 265.
    """
    known = {name: p for p in publications for name in (p.key, p.doi, *p.ids) if name}

    def named(reference: str) -> tuple[str, str]:
        found = known.get(reference)
        return (found.key, label_of(found)) if found else (reference, reference)

    return _together("co-citation", publications, lambda p: [named(r) for r in p.references], least)


def co_authors(publications: Sequence[Publication], least: int = LEAST) -> Network:
    """Return who writes together, of people with `least` publications.

    A person is a family name and the first initial; two people with the same are one here.
    """

    def named(author: str) -> tuple[str, str]:
        family, _, given = author.partition(", ")
        key = f"{family} {given[:1]}".strip().casefold()
        return key, f"{family}, {given[:1]}" if given else family

    return _together("co-author", publications, lambda p: [named(a) for a in p.authors], least)


def co_keywords(publications: Sequence[Publication], keywords: Sequence[Sequence[str]], least: int = LEAST) -> Network:
    """Return which keywords stand together, of those in `least` publications; `keywords` of each publication."""
    held = {p.key: names for p, names in zip(publications, keywords, strict=True)}
    return _together("keyword", publications, lambda p: [(name, name) for name in held[p.key]], least)


def _together(
    kind: str, publications: Sequence[Publication], members: Callable[[Publication], list[tuple[str, str]]], least: int
) -> Network:
    """Count how often the members of publications (key and label) meet."""
    labels: dict[str, str] = {}
    every = []
    for publication in publications:
        found = dict(members(publication))
        every.append((publication.year, list(found)))
        for key, label in found.items():
            labels.setdefault(key, label)
    df = Counter(key for _, keys in every for key in keys)
    names = sorted(key for key, count in df.items() if count >= max(1, least))
    number = {name: i for i, name in enumerate(names)}
    rows = [sorted(number[key] for key in keys if key in number) for _, keys in every]
    indptr = np.concatenate(([0], np.cumsum([len(row) for row in rows]))).astype(np.int64)
    pairs = count_pairs(indptr, np.array([i for row in rows for i in row], np.int64))
    years: dict[str, list[int]] = {name: [] for name in names}
    for year, keys in every:
        for key in keys if year is not None else ():
            if key in number:
                years[key].append(int(year))  # type: ignore[arg-type]  # not None here
    nodes = [
        NetworkNode(n, labels[n], df[n], round(sum(years[n]) / len(years[n]), 2) if years[n] else None) for n in names
    ]
    links = [
        Link(names[a], names[b], int(count))
        for a, b, count in zip(pairs.first, pairs.second, pairs.counts, strict=True)
    ]
    return _network(kind, nodes, links)


def _network(kind: str, nodes: Iterable[NetworkNode], links: Iterable[Link]) -> Network:
    return Network(kind, tuple(sorted(nodes, key=lambda n: n.key)), tuple(links))


NETWORKS: Final[dict[str, Callable[[Sequence[Publication], int], Network]]] = {
    "citation": citations,
    "co-citation": co_citations,
    "co-author": co_authors,
}


def network_of(kind: str, publications: Sequence[Publication], least: int | None = None) -> Network:
    """Return the network of a kind.

    Parameters
    ----------
    kind
        One of `NETWORKS`.
    least
        Publications that a node stands in at least; None: 2, and for citations none.

    Raises
    ------
    InputError
        If the kind is not known.
    """
    if kind not in NETWORKS:
        raise InputError(f"no such network: {kind!r}", where="KIND", expected=", ".join([*NETWORKS, "keyword"]))
    return NETWORKS[kind](publications, (0 if kind == "citation" else LEAST) if least is None else least)


def vosviewer(network: Network) -> tuple[str, str]:
    """Write a network as VOSviewer's map file and network file (tab-separated).

    References
    ----------
    N. J. van Eck, L. Waltman, VOSviewer Manual (2023), section 4.1: items with ``id`` and ``label``, columns
    ``weight<...>`` and ``score<...>``; links as two ids and a strength.
    """
    number = {node.key: i for i, node in enumerate(network.nodes, start=1)}
    rows = ["id\tlabel\tweight<Documents>\tscore<Avg. pub. year>"]
    for node in network.nodes:
        label = " ".join(node.label.split())
        rows.append(f"{number[node.key]}\t{label}\t{node.weight}\t{'' if node.year is None else node.year}")
    links = [f"{number[x.first]}\t{number[x.second]}\t{x.weight}" for x in network.links]
    return "\n".join(rows) + "\n", "\n".join([*links, ""])


def by_year(publications: Sequence[Publication]) -> list[tuple[int, int, int]]:
    """Return (year, publications, publications up to and with it) of every year from the first to the last."""
    counts = Counter(p.year for p in publications if p.year is not None)
    if not counts:
        return []
    total, found = 0, []
    for year in range(min(counts), max(counts) + 1):
        total += counts[year]
        found.append((year, counts[year], total))
    return found
