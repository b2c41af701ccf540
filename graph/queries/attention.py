"""What the first page reads: what waits for a person, and what was asked."""

from __future__ import annotations

from hypograph.graph.core.query import Query
from hypograph.graph.queries import hypothesis_rows

AWAITED = Query(
    "attention_awaited",
    "MATCH (x:Experiment {status: 'pending'})-[:IN_CAMPAIGN]->(c:Campaign) WHERE c.live = true "
    "RETURN c.id AS id, c.name AS name, count(x) AS n, max(c.updated_at) AS at ORDER BY at DESC, id LIMIT 50",
)

COMPARISONS_WAITING = Query(
    "attention_comparisons",
    "MATCH (c:Comparison {judge: 'person'}) WHERE c.answer = 'waiting' RETURN count(c) AS n",
)

MERGES_OPEN = Query("attention_merges", "MATCH (m:MergeCandidate {status: 'open'}) RETURN count(m) AS n")

QUESTIONS: Query[hypothesis_rows.QuestionNode] = Query(
    "attention_questions",
    "MATCH (q:Question) RETURN properties(q) AS q ORDER BY coalesce(q.created_at, '') DESC, q.id LIMIT 50",
)

# The hypotheses that answer questions, in order of rank within each.
ANSWERS: Query[hypothesis_rows.AnswerRow] = Query(
    "attention_answers",
    "MATCH (h:Hypothesis) WHERE h.question IN $questions RETURN h.id AS id, h.question AS question, "
    "h.statement AS statement, h.probability_best AS probability_best, h.belief AS belief, "
    "h.plausibility AS plausibility, h.ignorance AS ignorance, h.state AS state, h.status AS status "
    "ORDER BY question, coalesce(h.probability_best, -1.0) DESC, id LIMIT 2000",
    {"questions": ["none"]},
)

QUESTION: Query[hypothesis_rows.QuestionNode] = Query(
    "attention_question", "MATCH (q:Question {id: $id}) RETURN properties(q) AS q", {"id": "none"}
)
