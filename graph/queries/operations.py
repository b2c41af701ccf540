"""What the metrics page, `doctor --deep`, migrations and `graph clean` ask."""

from __future__ import annotations

from hypograph.graph.core.query import Query

UNITS_BY_KIND = Query("units_by_kind", "MATCH (n:Unit) RETURN n.kind AS kind, count(n) AS n ORDER BY kind")

CALLS_BY_MODEL = Query(
    "calls_by_model",
    "MATCH (n:ModelCall) RETURN n.model AS model, n.cached AS cached, count(n) AS calls, "
    "sum(n.tokens_in) + sum(n.tokens_out) AS tokens, sum(n.cost) AS cost ORDER BY model, cached",
)

RUNS_BY_STATE = Query(
    "runs_by_state",
    "MATCH (n:FlowRun) RETURN n.flow AS flow, n.state AS state, count(n) AS n, "
    "sum(n.units_done) AS units_done, sum(n.units_skipped) AS units_skipped ORDER BY flow, state",
)

FORGET_UNIT = Query(
    "forget_unit", "MATCH (n:Unit {key: $key}) DELETE n RETURN count(n) AS n", {"key": "none"}, writes=True
)

UNITS_WITHOUT_CODE = Query(
    "units_without_code", "MATCH (u:Unit) WHERE u.code IS NULL SET u.code = '' RETURN count(u) AS n", writes=True
)

PARAMETERS = Query(
    "parameters_of_experiments",
    "MATCH (x:Experiment) WHERE x.id > $after AND x.parameters IS NOT NULL "
    "RETURN x.id AS key, x.parameters AS parameters ORDER BY key LIMIT $limit",
    {"after": "", "limit": 10},
)

UNITS_BY_CODE = Query(
    "units_by_code",
    "MATCH (u:Unit) RETURN u.kind AS kind, u.code AS code, count(u) AS n ORDER BY kind, code",
)

# Footprints are long: a page holds few.
FOOTPRINTS = Query(
    "footprints",
    "MATCH (u:Unit) WHERE u.key > $after AND u.kind IN $kinds "
    "RETURN u.key AS key, u.kind AS kind, u.code AS code, u.wrote AS wrote ORDER BY u.key LIMIT $limit",
    {"after": "", "kinds": ["example"], "limit": 10},
)

FORGET_UNITS = Query(
    "forget_units", "MATCH (u:Unit) WHERE u.key IN $keys DELETE u RETURN count(u) AS n", {"keys": ["none"]}, writes=True
)

# No flow may run longer than half a day, so what has been "running" for a day was cut off.
CLOSE_LOST_RUNS = Query(
    "close_lost_runs",
    "MATCH (r:FlowRun) WHERE r.state = 'running' AND r.started_at < $before "
    "SET r.state = 'interrupted', r.error = 'its process ended without a word' RETURN count(r) AS n",
    {"before": "2000-01-01T00:00:00.000Z"},
    writes=True,
)

RUN = Query(
    "run",
    "MATCH (r:FlowRun) WHERE r.id = $id OR (r.id STARTS WITH $id AND size($id) >= 6) "
    "RETURN r.id AS id, properties(r) AS props ORDER BY id LIMIT 2",
    {"id": "none"},
)

LATEST_RUN = Query(
    "latest_run",
    "MATCH (r:FlowRun) WHERE r.state = 'completed' "
    "RETURN r.id AS id, properties(r) AS props ORDER BY r.started_at DESC LIMIT 1",
)

UNITS_OF_RUN = Query(
    "units_of_run",
    "MATCH (u:Unit) WHERE u.run = $run "
    "RETURN u.key AS key, u.kind AS kind, u.at AS at, u.code AS code ORDER BY at, key",
    {"run": "none"},
)

CALLS_BETWEEN = Query(
    "calls_between",
    "MATCH (c:ModelCall) WHERE c.at >= $since AND c.at <= $until "
    "RETURN c.model AS model, count(c) AS calls ORDER BY model",
    {"since": "2000-01-01T00:00:00.000Z", "until": "2000-01-02T00:00:00.000Z"},
)
