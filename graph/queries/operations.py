"""What the metrics page and `doctor --deep` ask."""

from __future__ import annotations

from hypograph.graph.query import Query

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
