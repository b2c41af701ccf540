"""What the map reads: everything that the store holds of literature, alloys and hypotheses."""

from __future__ import annotations

from hypograph.graph.core.query import Query
from hypograph.graph.queries.rows import KeywordRow

KEYWORDS: Query[KeywordRow] = Query(
    "map_keywords",
    "MATCH (k:Keyword) RETURN k.name AS name, k.kind AS kind, k.df AS df, k.community AS community "
    "ORDER BY name LIMIT $limit",
    {"limit": 10},
)

ALLOYS = Query(
    "map_alloys",
    "MATCH (a:Alloy) RETURN a.key AS key, a.formula AS formula, a.pignistic AS pignistic, a.predicted AS predicted "
    "ORDER BY key LIMIT $limit",
    {"limit": 10},
)

# One row a paper: a row a mention takes several times as long.
MENTIONS = Query(
    "map_mentions",
    "MATCH (p:Publication)-[:MENTIONS]->(k:Keyword) RETURN p.key AS key, collect(k.name) AS names "
    "ORDER BY key LIMIT $limit",
    {"limit": 10},
)
