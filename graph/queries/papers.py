"""What the pages of papers read: fixed statements, every value a parameter."""

from __future__ import annotations

from hypograph.graph.core.query import Query
from hypograph.graph.queries import rows

PAPERS: Query[rows.PaperRow] = Query(
    "papers_all",
    "MATCH (p:Publication) RETURN p.key AS key, p.title AS title, p.authors AS authors, p.year AS year, "
    "p.venue AS venue, p.doi AS doi, p.citations AS citations, p.retracted AS retracted, p.source AS source "
    "ORDER BY key LIMIT $limit",
    {"limit": 10},
)

KNOWN = Query(
    "papers_known", "MATCH (p:Publication) WHERE p.key IN $keys RETURN p.key AS key LIMIT 1000", {"keys": ["none"]}
)

PAPER: Query[rows.PaperNode] = Query(
    "papers_one", "MATCH (p:Publication {key: $key}) RETURN properties(p) AS p", {"key": "none"}
)

PAPER_KEYWORDS = Query(
    "papers_keywords",
    "MATCH (p:Publication {key: $key})-[m:MENTIONS]->(k:Keyword) "
    "RETURN k.name AS name, k.kind AS kind, k.df AS df, k.community AS community, m.passage AS passage "
    "ORDER BY coalesce(k.df, 0) DESC, name LIMIT 200",
    {"key": "none"},
)

PAPER_CLAIMS = Query(
    "papers_claims",
    "MATCH (e:Evidence)-[:CITES]->(p:Publication {key: $key}) RETURN properties(e) AS e ORDER BY e.id LIMIT 200",
    {"key": "none"},
)

PAPER_HYPOTHESES = Query(
    "papers_hypotheses",
    "MATCH (h:Hypothesis)-[r:INSPIRED_BY|SUPPORTS|REFUTES]-(p:Publication {key: $key}) "
    "RETURN h.id AS id, h.statement AS statement, type(r) AS kind, r.passage AS passage ORDER BY id, kind LIMIT 200",
    {"key": "none"},
)

PAPER_CITES: Query[rows.CitedRow] = Query(
    "papers_cites",
    "MATCH (p:Publication {key: $key})-[:CITES]->(q:Publication) "
    "RETURN q.key AS key, q.title AS title, q.year AS year ORDER BY coalesce(q.year, 0) DESC, key LIMIT 500",
    {"key": "none"},
)

PAPER_CITED_BY: Query[rows.CitedRow] = Query(
    "papers_cited_by",
    "MATCH (q:Publication)-[:CITES]->(p:Publication {key: $key}) "
    "RETURN q.key AS key, q.title AS title, q.year AS year ORDER BY coalesce(q.year, 0) DESC, key LIMIT 500",
    {"key": "none"},
)
