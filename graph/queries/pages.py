"""What the pages read: fixed statements, every value a parameter."""

from __future__ import annotations

from hypograph.graph.core.query import Query
from hypograph.graph.queries import hypothesis_rows, rows

# Each label is counted by a statement of its own: the embedded server answers that from its statistics, in less
# than a millisecond, while one UNION of them walks through every node.
SHOWN = ("Publication", "Keyword", "Alloy", "Evidence", "Hypothesis", "Comparison", "Campaign", "Experiment")

# With those above: what is written by every unit of work, every call of a model and every review.
WATCHED = ("Unit", "ModelCall", "MergeCandidate")

RUNS: Query[rows.RunRow] = Query(
    "pages_runs",
    "MATCH (r:FlowRun) RETURN properties(r) AS run ORDER BY r.started_at DESC LIMIT $limit",
    {"limit": 10},
)

HYPOTHESES: Query[hypothesis_rows.HypothesisRow] = Query(
    "pages_hypotheses",
    "MATCH (h:Hypothesis) WHERE toLower(h.statement) CONTAINS $text AND h.level >= $low AND h.level <= $high "
    "RETURN h.id AS id, h.statement AS statement, h.level AS level, h.level_name AS level_name, h.kind AS kind, "
    "h.score AS score, h.probability_best AS probability_best, h.belief AS belief, h.plausibility AS plausibility, "
    "h.ignorance AS ignorance, h.conflict AS conflict, h.novelty AS novelty, h.potential AS potential, "
    "h.status AS status, h.root AS root, h.question AS question, h.state AS state, h.created_at AS created_at "
    "ORDER BY coalesce(h.probability_best, -1.0) DESC, coalesce(h.potential, h.belief, -1.0) DESC, h.id LIMIT $limit",
    {"text": "", "low": 0, "high": 99, "limit": 10},
)

HYPOTHESIS: Query[hypothesis_rows.HypothesisNode] = Query(
    "pages_hypothesis", "MATCH (h:Hypothesis {id: $id}) RETURN properties(h) AS h", {"id": "none"}
)

TREE: Query[hypothesis_rows.TreeRow] = Query(
    "pages_tree",
    "MATCH (h:Hypothesis {root: $root}) OPTIONAL MATCH (h)-[e:REFINES]->(p:Hypothesis) "
    "RETURN properties(h) AS h, p.id AS parent, e.edit AS edit ORDER BY h.level, h.id LIMIT 500",
    {"root": "none"},
)

COMPARISONS: Query[hypothesis_rows.ComparisonNode] = Query(
    "pages_comparisons",
    "MATCH (c:Comparison)-[:COMPARES]->(h:Hypothesis {id: $id}) "
    "RETURN DISTINCT properties(c) AS c ORDER BY c.level, c.sequence LIMIT 500",
    {"id": "none"},
)

TREE_COMPARISONS: Query[hypothesis_rows.ComparisonNode] = Query(
    "pages_tree_comparisons",
    "MATCH (c:Comparison)-[:COMPARES]->(h:Hypothesis {root: $root}) "
    "RETURN DISTINCT properties(c) AS c ORDER BY c.level, c.sequence, c.id LIMIT 1000",
    {"root": "none"},
)

STATEMENTS: Query[hypothesis_rows.StatementRow] = Query(
    "pages_statements",
    "MATCH (h:Hypothesis) WHERE h.id IN $ids RETURN h.id AS id, h.statement AS statement",
    {"ids": ["none"]},
)

TESTING: Query[hypothesis_rows.TestingRow] = Query(
    "pages_testing",
    "MATCH (c:Campaign)-[:TESTS]->(h:Hypothesis {id: $id}) RETURN coalesce(c.group, c.id) AS group, c.name AS name, "
    "c.method AS method, c.count AS count, c.best AS best, c.created_at AS created_at ORDER BY group LIMIT 50",
    {"id": "none"},
)

INSPIRATIONS: Query[hypothesis_rows.InspirationRow] = Query(
    "pages_inspirations",
    "MATCH (h:Hypothesis)-[e:INSPIRED_BY]->(n) WHERE h.id IN $ids "
    "RETURN h.id AS id, labels(n) AS labels, properties(n) AS n, e.similarity AS similarity LIMIT 2000",
    {"ids": ["none"]},
)

HYPOTHESIS_EVIDENCE: Query[rows.EvidenceRow] = Query(
    "pages_hypothesis_evidence",
    "MATCH (e:Evidence)-[r:SUPPORTS|REFUTES]->(h:Hypothesis) WHERE h.id IN $ids "
    "RETURN h.id AS about, type(r) AS kind, r.share AS share, properties(e) AS e LIMIT 500",
    {"ids": ["none"]},
)

HYPOTHESIS_PASSAGES: Query[rows.PassageRow] = Query(
    "pages_hypothesis_passages",
    "MATCH (p:Publication)-[r:SUPPORTS|REFUTES]->(h:Hypothesis) WHERE h.id IN $ids "
    "RETURN h.id AS about, type(r) AS kind, r.passage AS passage, r.share AS share, p.key AS key, p.title AS title, "
    "p.doi AS doi, p.year AS year LIMIT 500",
    {"ids": ["none"]},
)

QUESTION_PASSAGES: Query[hypothesis_rows.BearingRow] = Query(
    "pages_question_passages",
    "MATCH (p:Publication)-[r:BEARS_ON]->(q:Question {id: $id}) "
    "RETURN r.passage AS passage, r.quoted AS quoted, r.key AS place, p.key AS key, p.title AS title, "
    "p.doi AS doi, p.year AS year LIMIT 50",
    {"id": "none"},
)

HYPOTHESIS_PAPERS = Query(
    "pages_hypothesis_papers",
    "MATCH (h:Hypothesis)-[:INSPIRED_BY|SUPPORTS|REFUTES]-(p:Publication) WHERE h.id IN $ids "
    "RETURN DISTINCT p.key AS key, p.title AS title, p.venue AS venue, p.year AS year, p.doi AS doi "
    "ORDER BY key LIMIT 5000",
    {"ids": ["none"]},
)

EVIDENCE_PAPERS = Query(
    "pages_evidence_papers",
    "MATCH (h:Hypothesis)<-[:SUPPORTS|REFUTES]-(:Evidence)-[:CITES]->(p:Publication) WHERE h.id IN $ids "
    "RETURN DISTINCT p.key AS key, p.title AS title, p.venue AS venue, p.year AS year, p.doi AS doi "
    "ORDER BY key LIMIT 5000",
    {"ids": ["none"]},
)

ALLOY_EVIDENCE: Query[rows.EvidenceRow] = Query(
    "pages_alloy_evidence",
    "MATCH (e:Evidence)-[r:SUPPORTS|REFUTES]->(a:Alloy) WHERE a.key IN $keys "
    "RETURN a.key AS about, type(r) AS kind, r.share AS share, properties(e) AS e "
    "ORDER BY coalesce(e.belief_share, 0.0) DESC LIMIT 500",
    {"keys": ["none"]},
)

ATLAS_REFINES = Query(
    "pages_atlas_refines",
    "MATCH (a:Hypothesis)-[e:REFINES]->(b:Hypothesis) RETURN a.id AS start, b.id AS end, e.edit AS edit "
    "ORDER BY a.id, b.id LIMIT $limit",
    {"limit": 10},
)

ATLAS_FROM_KEYWORDS = Query(
    "pages_atlas_from_keywords",
    "MATCH (h:Hypothesis)-[:INSPIRED_BY]->(k:Keyword) RETURN h.id AS id, k.name AS name ORDER BY id, name LIMIT $limit",
    {"limit": 10},
)

ATLAS_FROM_ALLOYS = Query(
    "pages_atlas_from_alloys",
    "MATCH (h:Hypothesis)-[:INSPIRED_BY]->(a:Alloy) RETURN h.id AS id, a.key AS key, a.formula AS formula, "
    "a.belief AS belief, a.plausibility AS plausibility, a.pignistic AS pignistic, a.ignorance AS ignorance, "
    "a.conflict AS conflict ORDER BY id, key LIMIT $limit",
    {"limit": 10},
)

ATLAS_FROM_PAPERS = Query(
    "pages_atlas_from_papers",
    "MATCH (h:Hypothesis)-[e:INSPIRED_BY]->(p:Publication) RETURN h.id AS id, p.key AS key, p.title AS title, "
    "p.doi AS doi, p.year AS year, e.similarity AS similarity ORDER BY id, key LIMIT $limit",
    {"limit": 10},
)

ATLAS_SOURCES = Query(
    "pages_atlas_sources",
    "MATCH (e:Evidence)-[:SUPPORTS|REFUTES]->(h:Hypothesis) RETURN DISTINCT h.id AS id, e.source AS source "
    "ORDER BY id, source LIMIT $limit",
    {"limit": 10},
)

ATLAS_KEYWORDS = Query(
    "pages_atlas_keywords",
    "MATCH (k:Keyword)-[:CO_OCCURS|INSPIRED_BY]-() RETURN DISTINCT k.name AS name, k.kind AS kind, k.df AS df, "
    "k.community AS community ORDER BY name LIMIT $limit",
    {"limit": 10},
)

BACKBONE = Query(
    "pages_backbone",
    "MATCH (a:Keyword)-[e:CO_OCCURS]->(b:Keyword) "
    "RETURN a.name AS start, b.name AS end, e.weight AS weight, e.count AS count "
    "ORDER BY e.weight DESC, a.name, b.name LIMIT $limit",
    {"limit": 10},
)

NEIGHBOURS = Query(
    "pages_neighbours",
    "MATCH (a:Keyword)-[e:CO_OCCURS]-(b:Keyword) WHERE a.name IN $names "
    "RETURN a.name AS start, b.name AS end, e.weight AS weight, e.count AS count ORDER BY e.weight DESC LIMIT $limit",
    {"names": ["none"], "limit": 10},
)

KEYWORDS: Query[rows.KeywordNode] = Query(
    "pages_keywords",
    "MATCH (k:Keyword) WHERE k.name IN $names RETURN properties(k) AS k",
    {"names": ["none"]},
)

KEYWORD_PAPERS = Query(
    "pages_keyword_papers",
    "MATCH (p:Publication)-[m:MENTIONS]->(k:Keyword {name: $name}) "
    "RETURN p.key AS key, p.title AS title, p.doi AS doi, p.year AS year, m.passage AS passage "
    "ORDER BY p.key LIMIT 20",
    {"name": "none"},
)

KEYWORD_HYPOTHESES = Query(
    "pages_keyword_hypotheses",
    "MATCH (h:Hypothesis)-[:INSPIRED_BY]->(k:Keyword {name: $name}) "
    "RETURN h.id AS id, h.statement AS statement, h.probability_best AS probability_best "
    "ORDER BY coalesce(h.probability_best, -1.0) DESC LIMIT 20",
    {"name": "none"},
)

SUBSTITUTES: Query[rows.SubstituteRow] = Query(
    "pages_substitutes",
    "MATCH (a:Element)-[s:SUBSTITUTES_FOR]-(b:Element) WHERE a.symbol = $symbol "
    "RETURN b.symbol AS symbol, s.belief AS belief, s.plausibility AS plausibility, s.ignorance AS ignorance, "
    "s.conflict AS conflict, s.count AS count, s.source AS source ORDER BY s.belief DESC LIMIT 500",
    {"symbol": "none"},
)

ELEMENTS: Query[rows.PartnersRow] = Query(
    "pages_elements",
    "MATCH (e:Element)-[:SUBSTITUTES_FOR]-(b:Element) "
    "RETURN e.symbol AS symbol, count(DISTINCT b.symbol) AS n ORDER BY symbol",
)

# What all sources of data say together; each source by itself is a relationship of its own.
PAIRS: Query[rows.PairRow] = Query(
    "pages_pairs",
    "MATCH (a:Element)-[s:SUBSTITUTES_FOR]->(b:Element) WHERE coalesce(s.source, 'data') = 'data' "
    "RETURN a.symbol AS a, b.symbol AS b, s.belief AS belief LIMIT 20000",
)

ALLOY_REASONS: Query[rows.ReasonRow] = Query(
    "pages_alloy_reasons",
    "MATCH (e:Evidence)-[r:SUPPORTS|REFUTES]->(a:Alloy) WHERE a.key IN $keys "
    "RETURN a.key AS key, type(r) AS kind, e.substitution AS substitution, e.from_alloy AS from_alloy, "
    "e.source AS source, r.share AS share ORDER BY coalesce(r.share, 0.0) DESC, e.id LIMIT 20000",
    {"keys": ["none"]},
)

PREDICTED: Query[rows.AlloyNode] = Query(
    "pages_predicted",
    "MATCH (a:Alloy) WHERE a.predicted = true RETURN properties(a) AS a ORDER BY a.pignistic DESC, a.key LIMIT $limit",
    {"limit": 10},
)

ALLOY: Query[rows.AlloyNode] = Query(
    "pages_alloy", "MATCH (a:Alloy {key: $key}) RETURN properties(a) AS a", {"key": "none"}
)

SOURCES: Query[rows.SourceNode] = Query(
    "pages_sources", "MATCH (s:Source) RETURN properties(s) AS s ORDER BY s.kind, s.name LIMIT 200"
)

CAMPAIGN_GROUPS: Query[rows.GroupRow] = Query(
    "pages_campaign_groups",
    "MATCH (c:Campaign) RETURN coalesce(c.group, c.id) AS group, count(c) AS replicates, min(c.table) AS table, "
    "min(c.name) AS name, min(c.method) AS method, max(c.count) AS count, "
    "sum(CASE WHEN c.live THEN 1 ELSE 0 END) AS live, sum(c.count) AS experiments, avg(c.best) AS best, "
    "avg(c.best_percent) AS best_percent, avg(c.auc) AS auc, avg(c.entropy_published) AS entropy_published, "
    "avg(c.entropy_corrected) AS entropy_corrected, avg(c.entropy_relative) AS entropy_relative, "
    "max(c.best) AS highest, min(c.best) AS lowest, min(c.goal) AS goal, min(c.objectives) AS objectives, "
    "max(c.updated_at) AS updated_at, sum(c.seconds) AS seconds ORDER BY table, method, group LIMIT 2000",
)

# One row a campaign: a row an experiment takes three times as long.
TRAJECTORIES: Query[rows.TrajectoryRow] = Query(
    "pages_trajectories",
    "MATCH (c:Campaign)<-[:IN_CAMPAIGN]-(x:Experiment) WHERE c.group IN $groups "
    "RETURN c.group AS group, c.id AS id, c.seed AS seed, "
    "collect([x.index, x.value, x.best_so_far, x.entropy_published]) AS steps ORDER BY c.seed, c.id LIMIT 20000",
    {"groups": ["none"]},
)

# The options that each replicate tried: as JSON text, of which few differ.
PICKS: Query[rows.PicksRow] = Query(
    "pages_picks",
    "MATCH (c:Campaign)<-[:IN_CAMPAIGN]-(x:Experiment) WHERE c.group IN $groups "
    "RETURN c.group AS group, c.id AS id, collect(x.parameters) AS points ORDER BY c.id LIMIT 20000",
    {"groups": ["none"]},
)

REPLICATES: Query[rows.ReplicateRow] = Query(
    "pages_replicates",
    "MATCH (c:Campaign)<-[:IN_CAMPAIGN]-(x:Experiment) WHERE c.id IN $ids "
    "RETURN c.id AS id, x.index AS index, x.value AS value, x.best_so_far AS best_so_far, x.parameters AS parameters, "
    "x.source AS source, x.reason AS reason, x.status AS status ORDER BY x.index, c.id LIMIT 40000",
    {"ids": ["none"]},
)

EXPERIMENTS = Query(
    "pages_experiments",
    "MATCH (c:Campaign)<-[:IN_CAMPAIGN]-(x:Experiment) WHERE c.group = $group "
    "RETURN c.id AS campaign, c.seed AS seed, x.index AS index, x.value AS value, x.parameters AS parameters, "
    "x.source AS source, x.reason AS reason, x.status AS status ORDER BY c.seed, c.id, x.index LIMIT $limit",
    {"group": "none", "limit": 10},
)

LIVE_CAMPAIGN = Query(
    "pages_live_campaign",
    "MATCH (c:Campaign {id: $id}) RETURN c.live AS live, c.definition AS definition, c.events AS events",
    {"id": "none"},
)

SPENT = Query(
    "pages_spent",
    "MATCH (m:ModelCall) RETURN m.model AS model, count(m) AS calls, sum(m.tokens_in) AS tokens_in, "
    "sum(m.tokens_out) AS tokens_out, sum(m.cost) AS cost ORDER BY model",
)
