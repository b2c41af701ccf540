"""The keyword graph of a corpus as nodes and relationships."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from hypograph.models.core.keys import digest
from hypograph.models.core.protocols import Mention
from hypograph.models.core.records import Edge, Node, Publication, Value
from hypograph.models.literature.graph.keyword_graph import Backbone, Corpus
from hypograph.models.literature.graph.pair_counts import FloatArray
from hypograph.models.literature.keywords.extracted import Extracted
from hypograph.models.literature.keywords.synonyms import MergeProposal
from hypograph.models.literature.text.materials import keyword_kind


def publication_node(publication: Publication) -> Node:
    """Make the node of a publication; fields that are not known are left out."""
    props: dict[str, Value] = {
        "title": publication.title or None,
        "year": publication.year,
        "venue": publication.venue or None,
        "doi": publication.doi or None,
        "citations": publication.citations,
        "retracted": publication.retracted,
        "source": publication.source or None,
        "authors": list(publication.authors) or None,
    }
    known = {name: value for name, value in props.items() if value is not None}
    return Node("Publication", publication.key, {"key": publication.key, **known})


def mention_edges(publication: Publication, mentions: Sequence[Mention]) -> list[Edge]:
    """Tie a publication to its keywords, each with its passage."""
    start = ("Publication", publication.key)
    return [Edge("MENTIONS", start, ("Keyword", m.keyword), {"passage": m.passage, "score": m.score}) for m in mentions]


def keyword_nodes(
    corpus: Corpus,
    found: Backbone,
    impact: FloatArray | None,
    aliases: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> list[Node]:
    """Make the node of each keyword.

    Parameters
    ----------
    corpus
        The publications.
    found
        Backbone and communities.
    impact
        Shrunk mean impact of each keyword, or None where citations are unknown.
    aliases
        Names that a person merged into a keyword.
    """
    size = len(corpus.names)
    degree = np.bincount(found.first, minlength=size) + np.bincount(found.second, minlength=size)
    df, since = corpus.df, corpus.first_year
    nodes = []
    for i, name in enumerate(corpus.names):
        props: dict[str, Value] = {
            "name": name,
            "kind": keyword_kind(name),
            "df": int(df[i]),
            "degree": int(degree[i]),
            "community": int(found.community[i]),
        }
        if impact is not None:
            props["impact"] = round(float(impact[i]), 6)
        if since[i]:
            props["first_year"] = int(since[i])
        if aliases.get(name):
            props["aliases"] = sorted(aliases[name])
        nodes.append(Node("Keyword", name, props))
    return nodes


def backbone_edges(corpus: Corpus, found: Backbone) -> list[Edge]:
    """Make the relationships of the backbone; years are left out where none is known."""
    edges = []
    for i in range(len(found)):
        props: dict[str, Value] = {
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


def merge_nodes(proposals: Sequence[MergeProposal]) -> list[Node]:
    """Make the entries of the review queue; a person accepts or rejects each."""
    return [
        Node(
            "MergeCandidate",
            digest("merge", p.first, p.second),
            {
                "first": p.first,
                "second": p.second,
                "similarity": p.similarity,
                "reason": p.reason,
                "status": "open",
            },
        )
        for p in proposals
    ]


def with_extracted(
    publications: Sequence[Publication], keywords: Sequence[Sequence[str]], extracted: Mapping[str, Extracted]
) -> list[list[str]]:
    """Add the names that an extractor found, as mentions or in relations, to the keywords of each publication."""
    result = []
    for publication, names in zip(publications, keywords, strict=True):
        found = extracted.get(publication.key)
        more = set(found.passages) if found else set()
        more |= {r[end] for r in found.relations for end in ("first_name", "second_name")} if found else set()
        result.append(sorted({*names, *more} - {""}))
    return result


def relation_edges(found: Extracted, kept: Collection[str], renamed: Mapping[str, str]) -> list[Edge]:
    """Make the relationships between keywords that the graph keeps, each under a key of its own."""
    edges = []
    for row in found.relations:
        first, second = (renamed.get(row[end], row[end]) for end in ("first_name", "second_name"))
        if first != second and first in kept and second in kept:
            props: dict[str, Value] = {
                "relation": row["relation"],
                "passage": row["passage"],
                "publication": found.publication,
                "extractor": found.extractor,
            }
            key = digest(found.publication, row["relation"], row["passage"], length=16)
            edges.append(Edge("RELATED_TO", ("Keyword", first), ("Keyword", second), props, key=key))
    return edges
