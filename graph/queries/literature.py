"""What keeps the keyword graph in step with a corpus that shrinks."""

from __future__ import annotations

from hypograph.graph.core.query import Query

LITERATURE_PUBLICATIONS = Query(
    "literature_publications",
    "MATCH (p:Publication) RETURN p.key AS key ORDER BY key",
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

CLEAR_RELATIONS = Query(
    "clear_relations",
    "MATCH (a:Keyword)-[e:RELATED_TO]->(:Keyword) WHERE a.name IN $keys DELETE e RETURN count(e) AS n",
    {"keys": ["none"]},
    writes=True,
)

CLEAR_KEYWORDS = Query(
    "clear_keywords",
    "MATCH (k:Keyword) WHERE k.name IN $keys AND NOT (k)--() DELETE k RETURN count(k) AS n",
    {"keys": ["none"]},
    writes=True,
)

# A keyword that a hypothesis holds outlives the build that lost it, without what that build said of it.
BARE_KEYWORDS = Query(
    "bare_keywords",
    "MATCH (k:Keyword) WHERE k.name IN $keys REMOVE k.aliases, k.impact, k.first_year RETURN count(k) AS n",
    {"keys": ["none"]},
    writes=True,
)

BARE_PUBLICATIONS = Query(
    "bare_publications",
    "MATCH (p:Publication) WHERE p.key IN $keys "
    "REMOVE p.title, p.year, p.venue, p.citations, p.retracted, p.source, p.authors RETURN count(p) AS n",
    {"keys": ["none"]},
    writes=True,
)

CLEAR_CITATIONS = Query(
    "clear_citations",
    "MATCH (p:Publication)-[e:CITES]->(:Publication) WHERE p.key IN $keys DELETE e RETURN count(e) AS n",
    {"keys": ["none"]},
    writes=True,
)

CLEAR_PAPER_RELATIONS = Query(
    "clear_paper_relations",
    "MATCH (:Keyword)-[e:RELATED_TO]->(:Keyword) WHERE e.publication IN $keys DELETE e RETURN count(e) AS n",
    {"keys": ["none"]},
    writes=True,
)

LITERATURE_UNITS = Query(
    "literature_units",
    "MATCH (u:Unit) WHERE u.kind IN ['literature-graph', 'literature-write'] RETURN u.key AS key",
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

MERGE_QUEUE = Query(
    "merge_queue",
    "MATCH (m:MergeCandidate) OPTIONAL MATCH (a:Keyword {name: m.first}) OPTIONAL MATCH (b:Keyword {name: m.second}) "
    "RETURN m.id AS id, m.first AS first, m.second AS second, m.similarity AS similarity, m.reason AS reason, "
    "m.status AS status, m.decided_at AS decided_at, a.df AS first_df, b.df AS second_df "
    "ORDER BY similarity DESC, first, second",
)

DECIDE_MERGE = Query(
    "decide_merge",
    "MATCH (m:MergeCandidate {id: $id}) SET m.status = $status, m.decided_at = $at RETURN m.id AS id",
    {"id": "none", "status": "open", "at": "2026-01-01T00:00:00Z"},
    writes=True,
)
