"""What waits for a person: comparisons of hypotheses, beside the merge candidates of the literature."""

from __future__ import annotations

from hypograph.graph.core.query import Query

WAITING_COMPARISONS = Query(
    "waiting_comparisons",
    "MATCH (c:Comparison {judge: 'person'}) WHERE coalesce(c.valid, false) = false "
    "OPTIONAL MATCH (a:Hypothesis {id: c.first}) OPTIONAL MATCH (b:Hypothesis {id: c.second}) "
    "RETURN c.id AS id, c.question AS question, c.first AS first_id, a.statement AS first, "
    "c.second AS second_id, b.statement AS second ORDER BY id LIMIT 500",
)

# Only what still waits is answered: of two people the second is told so, and no judgement is overwritten.
ANSWER_COMPARISON = Query(
    "answer_comparison",
    "MATCH (c:Comparison {id: $id, judge: 'person'}) WHERE coalesce(c.valid, false) = false "
    "SET c.valid = true, c.probability_first = $probability, c.answer = $answer, c.at = $at RETURN c.id AS id",
    {"id": "none", "probability": 1.0, "answer": "first", "at": "2026-01-01T00:00:00Z"},
    writes=True,
)
