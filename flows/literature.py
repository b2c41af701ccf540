"""From publications to keywords, their graph and inspiring sets, as units of work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np

from hypograph.flows.units import UnitRunner
from hypograph.models.errors import InputError
from hypograph.models.keys import digest
from hypograph.models.keywords.affinity import AffinityScore, embed
from hypograph.models.keywords.counts import FloatArray, IntArray, count_pairs
from hypograph.models.keywords.extraction import PhraseExtractor
from hypograph.models.keywords.graph import Backbone, Corpus, backbone, build_corpus
from hypograph.models.keywords.inspire import Neighbours, anneal, diverse
from hypograph.models.keywords.materials import keyword_kind
from hypograph.models.keywords.text import normalise
from hypograph.models.records import Edge, KeywordSet, Node, Outcome, Publication, Value

CHUNK: Final = 500
SMALL: Final = 200
NOTE_PLAIN: Final = (
    "Neither citations nor years are known: the potential of a keyword set is association and novelty only, "
    "not impact."
)


@dataclass(frozen=True)
class LiteratureOutcome:
    """What the literature step found.

    Attributes
    ----------
    publications, keywords, edges
        Publications read, keywords kept, edges of the backbone.
    sets
        Inspiring keyword sets, best first.
    note
        What the score rests on, one sentence for the user.
    """

    publications: int
    keywords: int
    edges: int
    sets: tuple[KeywordSet, ...]
    note: str = ""


def literature_units(
    runner: UnitRunner,
    publications: Sequence[Publication],
    *,
    sets: int = 20,
    topic: str = "",
    seed: int = 0,
    small: bool = False,
) -> LiteratureOutcome:
    """Extract keywords, build the graph, propose keyword sets.

    Parameters
    ----------
    runner
        Runs and keeps the units: one for each chunk of publications, one for the graph, one for the sets.
    publications
        What was read.
    sets
        Keyword sets wanted.
    topic
        Keywords that every set must touch, parted by commas; empty for none.
    seed
        Seed of communities and sampling.
    small
        Only the first 200 publications.

    Returns
    -------
    LiteratureOutcome

    Raises
    ------
    InputError
        If no publication is given, or the topic names nothing in the corpus.
    """
    if not publications:
        raise InputError("no publications to work on", where="literature")
    chosen = sorted(
        {p.key: p for p in publications[: SMALL if small else None]}.values(), key=lambda p: p.key
    )
    extractor = PhraseExtractor()
    keywords: list[list[str]] = []
    for start in range(0, len(chosen), CHUNK):
        part = chosen[start : start + CHUNK]
        inputs = {"publications": part, "extractor": extractor}
        found = runner.run("literature-extract", inputs, partial(_extract, extractor, part))
        keywords.extend(found["mentions"])
    inputs = {
        "keywords": keywords,
        "years": [p.year for p in chosen],
        "citations": [p.citations for p in chosen],
        "seed": seed,
    }
    corpus = build_corpus(
        keywords, [p.year for p in chosen], _impact(chosen), least=2 if len(chosen) < 2000 else 3
    )
    graph = runner.run("literature-graph", inputs, lambda: _graph(corpus, seed))
    found = runner.run(
        "literature-sets",
        {"graph": digest(inputs), "sets": sets, "topic": topic},
        lambda: Outcome({"sets": _inspire(corpus, chosen, sets, topic, seed)}),
    )
    proposed = tuple(
        KeywordSet(
            tuple(s["keywords"]), s["potential"], s["novelty"], tuple(s["because"]), tuple(s["nearest"])
        )
        for s in found["sets"]
    )
    return LiteratureOutcome(len(chosen), graph["keywords"], graph["edges"], proposed, NOTE_PLAIN)


def publication_node(publication: Publication) -> Node:
    """Make the node of a publication; fields that are not known are left out."""
    props = {
        "title": publication.title or None,
        "year": publication.year,
        "venue": publication.venue or None,
        "doi": publication.doi or None,
        "citations": publication.citations,
        "retracted": publication.retracted,
        "source": publication.source or None,
    }
    return Node(
        "Publication",
        publication.key,
        {"key": publication.key, **{k: v for k, v in props.items() if v is not None}},
    )


def _extract(extractor: PhraseExtractor, publications: Sequence[Publication]) -> Outcome:
    nodes: dict[tuple[str, str], Node] = {}
    edges: list[Edge] = []
    mentions: list[list[str]] = []
    for publication in publications:
        found = extractor.extract(publication)
        nodes[("Publication", publication.key)] = publication_node(publication)
        mentions.append([m.keyword for m in found])
        for m in found:
            nodes.setdefault(
                ("Keyword", m.keyword), Node("Keyword", m.keyword, {"name": m.keyword, "kind": m.kind})
            )
            props: dict[str, Value] = {"passage": m.passage, "score": m.score}
            edges.append(Edge("MENTIONS", ("Publication", publication.key), ("Keyword", m.keyword), props))
    return Outcome({"mentions": mentions}, list(nodes.values()), edges)


def _impact(publications: Sequence[Publication]) -> FloatArray:
    """log2(FWCI + 1) of each publication; NaN where citations or year are not known."""
    total: dict[tuple[str, int | None], list[float]] = {}
    for p in publications:
        if p.citations is not None:
            total.setdefault((p.venue, p.year), []).append(p.citations)
    mean = {group: sum(values) / len(values) for group, values in total.items()}
    ratios = [
        np.nan if p.citations is None or not mean[p.venue, p.year] else p.citations / mean[p.venue, p.year]
        for p in publications
    ]
    return np.log2(np.array(ratios) + 1.0)


def _graph(corpus: Corpus, seed: int) -> Outcome:
    found = backbone(corpus, count_pairs(corpus.indptr, corpus.indices), seed=seed)
    nodes = _keyword_nodes(corpus, found)
    return Outcome({"keywords": len(corpus.names), "edges": len(found)}, nodes, list(_edges(corpus, found)))


def _keyword_nodes(corpus: Corpus, found: Backbone) -> list[Node]:
    size = len(corpus.names)
    degree = np.bincount(found.first, minlength=size) + np.bincount(found.second, minlength=size)
    df = corpus.df
    return [
        Node(
            "Keyword",
            name,
            {
                "name": name,
                "kind": keyword_kind(name),
                "df": int(df[i]),
                "degree": int(degree[i]),
                "community": int(found.community[i]),
            },
        )
        for i, name in enumerate(corpus.names)
    ]


def _edges(corpus: Corpus, found: Backbone) -> list[Edge]:
    edges = []
    for i in range(len(found)):
        props: dict[str, Any] = {
            "count": int(found.count[i]),
            "weight": round(float(found.weight[i]), 6),
            "significance": round(float(found.significance[i]), 6),
            "association": round(float(found.association[i]), 6),
        }
        if found.first_year[i]:
            props |= {"first_year": int(found.first_year[i]), "last_year": int(found.last_year[i])}
        ends = ("Keyword", corpus.names[found.first[i]]), ("Keyword", corpus.names[found.second[i]])
        edges.append(Edge("CO_OCCURS", *ends, props))
    return edges


def _inspire(
    corpus: Corpus, publications: Sequence[Publication], count: int, topic: str, seed: int
) -> list[dict[str, Any]]:
    size = 4
    # A keyword of a handful of papers has no reliable company.
    eligible = np.flatnonzero(corpus.df >= max(2, round(np.sqrt(corpus.publications) / 6)))
    if eligible.size <= size:
        return []
    pairs = count_pairs(corpus.indptr, corpus.indices)
    rivals = np.array([keyword_kind(name) == "material" for name in corpus.names])
    score = AffinityScore(np.round(embed(pairs, corpus.df, corpus.publications), 6), pairs, rivals)
    met = Neighbours.from_edges(pairs.first, pairs.second, len(corpus.names))
    fixed = topic_keywords(corpus, topic) if topic else None
    found, values = anneal(
        score, met, eligible, np.random.default_rng(seed), size=size, fixed=fixed, chains=48, steps=150
    )
    rows = diverse(found[:4000], values[:4000], count)
    novelty = score.novelty(found[rows])
    coherence = score.coherence(found[rows])
    result = []
    for row, new, close in zip(rows, novelty, coherence, strict=True):
        because = [f"association: {close:.3f}", f"novelty: {new:.3f}"]
        result.append(
            {
                "keywords": [corpus.names[i] for i in found[row]],
                "potential": round(float(values[row]), 6),
                "novelty": round(float(new), 6),
                "because": because,
                "nearest": nearest(corpus, publications, found[row]),
            }
        )
    return result


def topic_keywords(corpus: Corpus, topic: str) -> IntArray:
    """Numbers of the keywords that a topic names: exact ones, else those that hold all of its words.

    Raises
    ------
    InputError
        If there is none.
    """
    numbers = {name: i for i, name in enumerate(corpus.names)}
    found: list[int] = []
    for part in topic.split(","):
        name = normalise(part)
        if name in numbers:
            found.append(numbers[name])
        elif name:
            words = set(name.split())
            found.extend(i for keyword, i in numbers.items() if words <= set(keyword.split()))
    if not found:
        raise InputError(
            f"no keyword of the corpus fits the topic {topic!r}",
            where="--topic",
            hint="Name a keyword of the graph.",
        )
    return np.array(sorted(set(found)), np.int64)


def nearest(
    corpus: Corpus, publications: Sequence[Publication], members: IntArray, most: int = 3
) -> list[dict[str, Any]]:
    """Publications that share most with a keyword set, by the cosine of the two sets."""
    hits: Counter[int] = Counter()
    wanted = np.isin(corpus.indices, members)
    owner = np.repeat(np.arange(corpus.publications), np.diff(corpus.indptr))
    hits.update(owner[wanted].tolist())
    sizes = np.diff(corpus.indptr)
    scored = sorted(
        ((n / float(np.sqrt(sizes[i] * members.size)), i) for i, n in hits.items()),
        key=lambda s: (-s[0], s[1]),
    )
    return [{"publication": publications[i].key, "similarity": round(s, 6)} for s, i in scored[:most]]
