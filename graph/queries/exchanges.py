"""What the exchange of one element in an alloy rests on: fixed statements, every value a parameter."""

from __future__ import annotations

from hypograph.graph.core.query import Query
from hypograph.graph.queries.rows import ExchangeRow

# Evidence of the same exchange in whatever alloy, the strongest first.
EVIDENCE: Query[ExchangeRow] = Query(
    "exchanges_evidence",
    "MATCH (e:Evidence)-[r:SUPPORTS|REFUTES]->(a:Alloy) WHERE e.substitution IN $substitutions "
    "RETURN e.substitution AS substitution, e.from_alloy AS from_alloy, e.source AS source, e.doi AS doi, "
    "e.row AS row, e.d_for AS d_for, e.d_against AS d_against, type(r) AS kind, a.key AS key, a.formula AS formula "
    "ORDER BY coalesce(e.belief_share, 0.0) DESC, e.id, a.key LIMIT $limit",
    {"substitutions": ["none"], "limit": 10},
)
