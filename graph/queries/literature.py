"""What keeps the keyword graph in step with a corpus that shrinks."""

from __future__ import annotations

from hypograph.graph.query import Query

LITERATURE_PUBLICATIONS = Query(
    "literature_publications",
    "MATCH (p:Publication)-[:MENTIONS]->(:Keyword) RETURN DISTINCT p.key AS key ORDER BY key",
)

CLEAR_MENTIONS = Query(
    "clear_mentions",
    "MATCH (p:Publication)-[e:MENTIONS]->(:Keyword) WHERE p.key IN $keys DELETE e RETURN count(e) AS n",
    {"keys": ["none"]},
    writes=True,
)

# A publication that something else still points at (evidence, a hypothesis) stays.
CLEAR_PUBLICATIONS = Query(
    "clear_publications",
    "MATCH (p:Publication) WHERE p.key IN $keys AND NOT (p)--() DELETE p RETURN count(p) AS n",
    {"keys": ["none"]},
    writes=True,
)

CLEAR_CO_OCCURRENCES = Query(
    "clear_co_occurrences",
    "MATCH (a:Keyword)-[e:CO_OCCURS]->(:Keyword) WHERE a.name IN $keys DELETE e RETURN count(e) AS n",
    {"keys": ["none"]},
    writes=True,
)

CLEAR_KEYWORDS = Query(
    "clear_keywords",
    "MATCH (k:Keyword) WHERE k.name IN $keys AND NOT (k)--() DELETE k RETURN count(k) AS n",
    {"keys": ["none"]},
    writes=True,
)

CLEAR_OPEN_MERGES = Query(
    "clear_open_merges",
    "MATCH (m:MergeCandidate {status: 'open'}) DELETE m RETURN count(m) AS n",
    writes=True,
)

FORGET_LITERATURE_UNITS = Query(
    "forget_literature_units",
    "MATCH (u:Unit) WHERE u.kind IN ['literature-graph', 'literature-write'] DELETE u RETURN count(u) AS n",
    writes=True,
)

DECIDED_MERGES = Query(
    "decided_merges",
    "MATCH (m:MergeCandidate) WHERE m.status <> 'open' "
    "RETURN m.first AS first, m.second AS second, m.status AS status ORDER BY first, second",
)
