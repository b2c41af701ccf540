"""Campaigns that Ax and BayBE wrote as JSON, read as definitions with the results that they hold.

A rule that cannot be taken over is refused: left out, it would allow what must not be tried.
"""

from __future__ import annotations

import base64
import binascii
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Final

from hypograph.models.core.errors import InputError
from hypograph.models.core.tabular import Table

Record = Mapping[str, Any]
PARQUET: Final = b"PAR1"


@dataclass(slots=True)
class Foreign:
    """What another program's file says.

    Attributes
    ----------
    program
        ``Ax`` or ``BayBE``.
    record
        The definition, as `definition_from` reads it.
    rows
        Results, a mapping each: parameters and outcomes by name, `status` where it failed.
    notes
        What was left out, or is to be known.
    """

    program: str
    record: dict[str, Any]
    rows: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def table(self, where: str) -> Table | None:
        """Return the results as a table; None where there are none."""
        if not self.rows:
            return None
        header = [p["name"] for p in self.record["parameters"]] + [o["name"] for o in self.record["objectives"]]
        return Table.of_records([{name: row.get(name) for name in (*header, "status")} for row in self.rows], where)


def foreign_definition(document: Record, where: str) -> Foreign | None:
    """Read the JSON of Ax or BayBE; None where it is neither.

    Raises
    ------
    InputError
        With the parameter, rule or objective that cannot be taken over.
    """
    try:
        if document.get("_type") == "AxClient" and isinstance(document.get("experiment"), Mapping):
            return _ax(document["experiment"], where)
        if document.get("__type") in {"Experiment", "MultiTypeExperiment"}:
            return _ax(document, where)
        if isinstance(document.get("searchspace"), Mapping):
            return _baybe(document, where)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"cannot be read as Ax or BayBE wrote it ({error!r})", where=where) from error
    return None


def _ax(experiment: Record, where: str) -> Foreign:
    space = experiment["search_space"]
    parameters = [_ax_parameter(p, where) for p in _each(space["parameters"])]
    record: dict[str, Any] = {"parameters": parameters}
    names = [p["name"] for p in parameters]
    record["constraints"] = [_ax_rule(c, names, where) for c in _each(space.get("parameter_constraints") or ())]
    found = Foreign("Ax", record)
    config = experiment.get("optimization_config") or {}
    record["objectives"] = list(_ax_objectives(config.get("objective") or {}, where))
    if config.get("outcome_constraints"):
        found.notes.append("limits on outcomes are not taken over")
    means = _ax_means(experiment)
    names = [o["name"] for o in record["objectives"]]
    for trial in _each(experiment.get("trials") or {}):
        status = str((trial.get("status") or trial.get("trial_status") or {}).get("name", ""))
        for arm in _arms(trial):
            values = {n: means[arm.get("name"), n] for n in names if (arm.get("name"), n) in means}
            if values or status in {"FAILED", "ABANDONED"}:
                found.rows.append({**arm["parameters"], **values, "status": "" if values else "failed"})
    return found


def _each(many: Any) -> list[Any]:
    """Return the members of a list, or of a mapping by name or number."""
    return list(many.values()) if isinstance(many, Mapping) else list(many)


def _ax_parameter(row: Record, where: str) -> dict[str, Any]:
    name, kind = str(row["name"]), str(row.get("__type"))
    numeric = str((row.get("parameter_type") or {}).get("name", "")) in {"FLOAT", "INT"}
    if kind == "RangeParameter":
        whole = (row.get("parameter_type") or {}).get("name") == "INT"
        found: dict[str, Any] = {"name": name, "low": float(row["lower"]), "high": float(row["upper"])}
        found |= {"integer": True} if whole else {}
        found |= {"step": 10.0 ** -int(row["digits"])} if row.get("digits") is not None and not whole else {}
        return found | ({"scale": "log"} if row.get("log_scale") else {})
    if kind in {"ChoiceParameter", "FixedParameter"}:
        values = row["values"] if kind == "ChoiceParameter" else [row["value"]]
        if numeric:
            found = {"name": name, "values": [float(v) for v in values]}
            return found | ({"scale": "log"} if row.get("log_scale") else {})
        return {"name": name, "options": [str(v) for v in values]}
    raise InputError(
        f"a parameter of the kind {kind}", where=f"{where}, {name}", expected="a range, choices or a value"
    )


def _ax_rule(row: Record, parameters: Sequence[str], where: str) -> dict[str, Any]:
    if isinstance(text := row.get("inequality"), str):
        return _inequality(text, parameters, where)
    if isinstance(weights := row.get("constraint_dict"), Mapping):
        return {"weights": dict(weights), "at_most": float(row["bound"])}
    if names := row.get("parameter_names") or [p["name"] for p in _each(row.get("parameters") or ())]:
        end = "at_most" if row.get("is_upper_bound", True) else "at_least"
        return {"weights": dict.fromkeys(names, 1.0), end: float(row["bound"])}
    if "lower_name" in row or "lower_parameter" in row:
        low, high = (row.get(f"{s}_name") or row[f"{s}_parameter"]["name"] for s in ("lower", "upper"))
        return {"weights": {low: 1.0, high: -1.0}, "at_most": 0.0}
    raise InputError(f"a rule of the kind {row.get('__type')}", where=where, expected="linear rules on numbers")


def _inequality(text: str, parameters: Sequence[str], where: str) -> dict[str, Any]:
    """Read ``1.0 * T - 2.0 * n <= 90.0``; names may hold any sign."""
    left, way, right = text.partition("<=") if "<=" in text else text.partition(">=")
    named = "|".join(re.escape(n) for n in sorted(parameters, key=len, reverse=True))
    term = re.compile(rf"\s*([+-]?)\s*(?:([\d.eE+-]+)\s*\*\s*)?({named})\s*(?=[+-]|$)")
    weights, at = dict[str, float](), 0
    while at < len(left.rstrip()):
        if (found := term.match(left, at)) is None:
            raise InputError(f"the rule {text!r}", where=where, expected="a sum of parameters that has a limit")
        weights[found[3]] = weights.get(found[3], 0.0) + float(f"{found[1]}1") * float(found[2] or 1.0)
        at = found.end()
    return {"weights": weights, "at_most" if way == "<=" else "at_least": float(right)}


def _ax_objectives(row: Record, where: str) -> Iterator[dict[str, Any]]:
    if isinstance(row.get("expression"), str):
        for part in row["expression"].split(","):
            name = part.strip().lstrip("-").strip()
            if not name or any(c in name for c in "*+/() "):
                raise InputError(
                    f"the objective {row['expression']!r}", where=where, expected="outcomes by their names"
                )
            yield {"name": name, "direction": "min" if part.strip().startswith("-") else "max"}
        return
    for one in _each(row.get("objectives") or ()) or [row]:
        metric = one.get("metric") or {}
        if not metric.get("name"):
            raise InputError("no objective", where=where, expected="one that is maximised or minimised")
        yield {"name": str(metric["name"]), "direction": "min" if one.get("minimize") else "max"}


def _arms(trial: Record) -> Iterator[Record]:
    runs = [trial.get("generator_run"), *_each(trial.get("generator_runs") or ())]
    runs += [s.get("generator_run") for s in _each(trial.get("generator_run_structs") or ())]
    for run in (r for r in runs if r):
        yield from _each(run.get("arms") or ())


def _ax_means(experiment: Record) -> dict[tuple[Any, str], float]:
    """Return the mean of each arm and metric, wherever the version of Ax keeps its data frames; the last one counts."""
    found: dict[tuple[Any, str], float] = {}
    for frame in _frames([experiment.get("data_by_trial"), experiment.get("data")]):
        for row in frame:
            if {"arm_name", "metric_name", "mean"} <= set(row) and row["mean"] is not None:
                found[row["arm_name"], str(row["metric_name"])] = float(row["mean"])
    return found


def _frames(part: Any) -> Iterator[list[dict[str, Any]]]:
    if isinstance(part, Mapping):
        if part.get("__type") == "DataFrame":
            content = json.loads(part["value"]) if isinstance(part["value"], str) else part["value"]
            yield _records(content)
            return
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            yield from _frames(inner)


def _records(frame: Any) -> list[dict[str, Any]]:
    """Return the rows of a data frame that was written by columns or by rows."""
    if isinstance(frame, list):
        return [dict(r) for r in frame]
    columns = {name: _each(values) for name, values in frame.items()}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _baybe(document: Record, where: str) -> Foreign:
    space = document["searchspace"]
    parts = [space, space.get("discrete") or {}, space.get("continuous") or {}]
    parameters = [_baybe_parameter(p, where) for part in parts for p in part.get("parameters") or ()]
    record: dict[str, Any] = {"parameters": parameters, "objectives": []}
    record |= {rule: [] for rule in ("constraints", "mixtures", "choices", "exclusions")}
    for part in parts:
        for key in (k for k in part if str(k).startswith("constraints")):
            for rule in part[key] or ():
                _baybe_rule(rule, str(key), record, where)
    objective = document.get("objective") or {}
    targets = [objective["target"]] if objective.get("target") else objective.get("targets") or ()
    record["objectives"] = [_baybe_target(t, where) for t in targets] or [{"name": "outcome"}]
    found = Foreign("BayBE", record)
    if len(targets) > 1 and str(objective.get("type")) == "DesirabilityObjective":
        found.notes.append("the outcomes are objectives side by side; their weights are not taken over")
    if any(isinstance(part.get("exp_rep"), str) for part in parts):
        found.notes.append(
            "its list of candidates is a pickle, which is not opened: all combinations count as candidates"
        )
    held = document.get("measurements_exp") or document.get("_measurements_exp") or document.get("measurements")
    found.rows, unread = _baybe_results(held)
    found.notes += [unread] if unread else []
    return found


def _baybe_parameter(row: Record, where: str) -> dict[str, Any]:
    name, kind = str(row["name"]), str(row.get("type"))
    values = row.get("active_values") or row.get("values") or row.get("_values")
    if kind == "NumericalDiscreteParameter":
        return {"name": name, "values": [float(v) for v in values or ()]}
    if kind == "NumericalContinuousParameter" or ("type" not in row and "bounds" in row):
        bounds = row["bounds"]
        low, high = (bounds["lower"], bounds["upper"]) if isinstance(bounds, Mapping) else bounds
        return {"name": name, "low": float(low), "high": float(high)}
    if kind in {"CategoricalParameter", "TaskParameter"} and values:
        return {"name": name, "options": [str(v) for v in values]}
    if kind == "SubstanceParameter":
        smiles = {str(k): str(v) for k, v in row["data"].items()}
        return {"name": name, "options": [str(v) for v in values or smiles], "smiles": smiles}
    if isinstance(data := row.get("data"), Mapping) and "index" in data and not isinstance(data["index"], str):
        return {"name": name, "options": [str(v) for v in data["index"]]}
    expected = "numbers, categories or substances; write its options as a CategoricalParameter"
    raise InputError(f"a parameter of the kind {kind}", where=f"{where}, {name}", expected=expected)


def _baybe_rule(rule: Record, key: str, record: dict[str, Any], where: str) -> None:
    kind = str(rule.get("type", key))
    if "max_cardinality" in rule:
        ends = {"at_most": int(rule["max_cardinality"]), "at_least": int(rule.get("min_cardinality") or 0)}
        record["choices"].append({"names": list(rule["parameters"]), **ends})
        return
    if kind == "DiscreteExcludeConstraint" and str(rule.get("combiner", "AND")) == "AND":
        chosen = [c.get("selection") for c in rule["conditions"]]
        if all(chosen):
            names = rule["parameters"]
            record["exclusions"] += [dict(zip(names, levels, strict=True)) for levels in product(*chosen)]
            return
    if "coefficients" not in rule:
        hint = "Begin with --space TOML, where rules are [[limits]], [[choices]] and [[exclusions]]."
        raise InputError(f"a rule of the kind {kind}", where=where, expected="linear rules on numbers", hint=hint)
    names, weights, bound = rule["parameters"], rule["coefficients"] or (), float(rule.get("rhs", 0.0))
    pairs = dict(zip(names, map(float, weights or [1.0] * len(names)), strict=True))
    way = str(rule.get("operator") or ("=" if "eq" in key.split("_")[-1:] or "Equality" in kind else ">="))
    if way == "=":
        if set(pairs.values()) != {1.0}:
            raise InputError("a weighted sum that must be met", where=where, expected="a sum of parts, or a limit")
        record["mixtures"].append({"names": list(names), "total": bound})
        return
    record["constraints"].append({"weights": pairs, "at_least" if way == ">=" else "at_most": bound})


def _baybe_target(row: Record, where: str) -> dict[str, Any]:
    name, mode = str(row["name"]), str(row.get("mode", "MIN" if row.get("minimize") else "MAX"))
    made, shape = row.get("constructor_info") or {}, row.get("transformation") or {}
    if made.get("match_value") is not None:
        return {"name": name, "direction": "target", "target": float(made["match_value"])}
    if shape.get("type", "IdentityTransformation") != "IdentityTransformation":
        expected = "an outcome to maximise, minimise or match"
        raise InputError(f"a target through {shape['type']}", where=f"{where}, {name}", expected=expected)
    if mode == "MATCH":
        bounds = row["bounds"]
        low, high = (bounds["lower"], bounds["upper"]) if isinstance(bounds, Mapping) else bounds
        return {"name": name, "direction": "target", "target": (float(low) + float(high)) / 2.0}
    if mode not in {"MAX", "MIN"}:
        raise InputError(f"the target's mode is {mode}", where=f"{where}, {name}", expected="MAX, MIN or MATCH")
    return {"name": name, "direction": mode.lower()}


def _baybe_results(held: Any) -> tuple[list[dict[str, Any]], str]:
    if not held:
        return [], ""
    if isinstance(held, Mapping | Sequence) and not isinstance(held, str):
        return _records(held.get("data", held) if isinstance(held, Mapping) else held), ""
    try:
        data = base64.b64decode(held, validate=True)
    except binascii.Error:
        data = b""
    if not data.startswith(PARQUET):
        return (
            [],
            "its measurements are a pickle, which can run code: write them as CSV and give that to `record --csv`",
        )
    import pandas as pd

    frame = pd.read_parquet(io.BytesIO(data))
    return [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")], ""
