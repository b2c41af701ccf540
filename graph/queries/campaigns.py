"""What laboratory campaigns ask of the store beside their nodes and edges."""

from __future__ import annotations

from hypograph.graph.core.query import Query

LIVE_FOLDER = Query(
    "campaigns_live_folder",
    "MATCH (c:Campaign {id: $campaign}) RETURN c.folder AS folder",
    {"campaign": "none"},
)

# A merge lays properties over those that are there: what an undo takes away has to go first.
FORGET_OUTCOMES = Query(
    "campaigns_forget_outcomes",
    "MATCH (c:Campaign {id: $campaign}) REMOVE c.best, c.entropy_published, c.entropy_corrected, c.entropy_relative "
    "WITH c MATCH (c)<-[:IN_CAMPAIGN]-(x:Experiment) REMOVE x.value, x.best_so_far, x.recorded_at, "
    "x.entropy_published, x.entropy_corrected, x.entropy_relative RETURN count(x) AS n",
    {"campaign": "none"},
    writes=True,
)

ELEMENT_BELIEFS = Query(
    "campaigns_element_beliefs",
    "MATCH (a:Element)-[s:SUBSTITUTES_FOR]->(b:Element) WHERE a.symbol IN $symbols AND b.symbol IN $symbols "
    "RETURN a.symbol AS a, b.symbol AS b, s.belief AS belief, s.plausibility AS plausibility ORDER BY a, b",
    {"symbols": ["Fe", "Co"]},
)

# By id, group, name or method: whatever a person has at hand. Values only; parameters are not needed to compare.
COMPARED = Query(
    "campaigns_compared",
    "MATCH (c:Campaign)<-[:IN_CAMPAIGN]-(x:Experiment) "
    "WHERE (c.id = $name OR c.group = $name OR c.name = $name OR c.method = $name) AND x.value IS NOT NULL "
    "RETURN c.id AS id, c.name AS name, c.method AS method, c.table AS table, c.seed AS seed, c.goal AS goal, "
    "c.live AS live, c.objectives AS objectives, c.best AS best, c.best_percent AS best_percent, "
    "collect([x.index, x.value]) AS steps ORDER BY c.id LIMIT 20000",
    {"name": "none"},
)

# What a campaign tests, and what experiments have said of a hypothesis so far.
TESTED = Query(
    "campaigns_tested",
    "MATCH (c:Campaign {id: $campaign})-[:TESTS]->(h:Hypothesis) RETURN properties(h) AS h ORDER BY h.id",
    {"campaign": "none"},
)

TEST_RESULTS = Query(
    "campaigns_test_results",
    "MATCH (e:Evidence {source: 'experiment'})-[:SUPPORTS|REFUTES]->(h:Hypothesis {id: $hypothesis}) "
    "RETURN DISTINCT properties(e) AS e ORDER BY e.id",
    {"hypothesis": "none"},
)

# A result that changed sides must not speak for both.
FORGET_TEST = Query(
    "campaigns_forget_test",
    "MATCH (e:Evidence {id: $evidence})-[r:SUPPORTS|REFUTES]->(:Hypothesis) DELETE r RETURN count(r) AS n",
    {"evidence": "none"},
    writes=True,
)

QUESTION = Query(
    "campaigns_question", "MATCH (q:Question {id: $question}) RETURN properties(q) AS q", {"question": "none"}
)
