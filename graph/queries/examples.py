"""Questions that other programs ask of the graph: examples of the schema's page, run by the tests on every server."""

from __future__ import annotations

from typing import Final

from hypograph.graph.core.query import Query

EXAMPLES: Final[dict[str, Query]] = {
    "Papers of the last years that mention a keyword": Query(
        "example_papers_of_keyword",
        "MATCH (p:Publication)-[:MENTIONS]->(k:Keyword {name: $keyword}) WHERE p.year >= $since "
        "RETURN p.title AS title, p.year AS year, p.doi AS doi ORDER BY year DESC, title LIMIT 20",
        {"keyword": "annealing", "since": 2020},
    ),
    "Keywords that stand beside a keyword, the closest first": Query(
        "example_neighbours",
        "MATCH (:Keyword {name: $keyword})-[e:CO_OCCURS]-(k:Keyword) "
        "RETURN k.name AS keyword, e.count AS papers, e.association AS association "
        "ORDER BY association DESC, keyword LIMIT 20",
        {"keyword": "annealing"},
    ),
    "Alloys that nobody has measured and that are expected to be single-phase": Query(
        "example_expected_alloys",
        "MATCH (a:Alloy) WHERE a.predicted = true AND a.belief >= $belief "
        "RETURN a.key AS alloy, a.belief AS belief, a.plausibility AS plausibility, a.ignorance AS ignorance "
        "ORDER BY belief DESC, alloy LIMIT 20",
        {"belief": 0.5},
    ),
    "What an alloy's prediction rests on": Query(
        "example_evidence_of_alloy",
        "MATCH (e:Evidence)-[:SUPPORTS]->(a:Alloy {key: $alloy}) "
        "RETURN e.source AS source, e.substitution AS substitution, e.from_alloy AS from_alloy, "
        "e.belief_share AS belief_share ORDER BY belief_share DESC LIMIT 20",
        {"alloy": "Co-Cr-Fe-Ni"},
    ),
    "Hypotheses with the keywords that inspired them": Query(
        "example_hypotheses",
        "MATCH (h:Hypothesis)-[:INSPIRED_BY]->(k:Keyword) WHERE h.level = $level "
        "RETURN h.statement AS statement, h.probability_best AS probability_best, collect(k.name) AS keywords "
        "ORDER BY probability_best DESC LIMIT 20",
        {"level": 0},
    ),
    "The best experiments of each campaign": Query(
        "example_experiments",
        "MATCH (x:Experiment)-[:IN_CAMPAIGN]->(c:Campaign) WHERE x.value IS NOT NULL AND x.value >= $least "
        "RETURN c.name AS campaign, x.parameters AS parameters, x.value AS value ORDER BY value DESC LIMIT 20",
        {"least": 90.0},
    ),
    "Experiments in which a parameter had a value": Query(
        "example_experiments_of_option",
        "MATCH (x:Experiment)-[:HAS_SETTING]->(:Setting {name: $name, text: $value}) "
        "RETURN x.parameters AS parameters, x.value AS value ORDER BY value DESC LIMIT 20",
        {"name": "solvent", "value": "DMF"},
    ),
    "Hypotheses that state a temperature in a range": Query(
        "example_hypotheses_of_detail",
        "MATCH (h:Hypothesis)-[:HAS_SETTING]->(s:Setting) "
        "WHERE s.unit = $unit AND s.number >= $low AND s.number <= $high "
        "RETURN h.statement AS statement, s.name AS detail, s.number AS number ORDER BY number, statement LIMIT 20",
        {"unit": "°C", "low": 600.0, "high": 900.0},
    ),
}
