"""Campaigns of Ax and BayBE: read as definitions with their results; what cannot be taken over is named."""

from __future__ import annotations

import base64
import io
import json
import pickle
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from hypograph.flows.campaigns.foreign_definitions import foreign_definition
from hypograph.flows.campaigns.laboratory import begin, preview
from hypograph.flows.campaigns.runs import read_runs
from hypograph.models.campaigns.laboratory.definition import definition_from
from hypograph.models.core.errors import InputError


def kind(of: str, /, **more: Any) -> dict[str, Any]:
    return {"__type": of, **more}


def number(name: str, low: float, high: float, **more: Any) -> dict[str, Any]:
    typed = {"parameter_type": kind("ParameterType", name=more.pop("of", "FLOAT"))}
    return kind("RangeParameter", name=name, lower=low, upper=high, log_scale=False, digits=None) | typed | more


def trial(i: int, status: str, **parameters: Any) -> dict[str, Any]:
    arms = [kind("Arm", parameters=parameters, name=f"{i}_0")]
    return kind("Trial", index=i, status=kind("TrialStatus", name=status), generator_run={"arms": arms})


def frame(i: int, mean: float) -> list[Any]:
    columns = {"arm_name": {"0": f"{i}_0"}, "metric_name": {"0": "yield"}, "mean": {"0": mean}}
    return [[0, kind("Data", df=kind("DataFrame", value=json.dumps(columns)))]]


AX = kind(
    "Experiment",
    search_space=kind(
        "SearchSpace",
        parameters=[
            number("T (°C)", 20, 100),
            number("load", 0.01, 1, log_scale=True),
            number("n", 1, 3, of="INT"),
            kind("ChoiceParameter", name="base", values=["DBU", "KOtBu"], parameter_type={"name": "STRING"}),
        ],
        parameter_constraints=[
            kind("ParameterConstraint", inequality="1.0 * T (°C) - 2 * n <= 9e1"),
            kind("SumConstraint", parameter_names=["load", "n"], is_upper_bound=False, bound=0.5),
            kind("ParameterConstraint", constraint_dict={"load": 2.0}, bound=3.0),
        ],
    ),
    optimization_config=kind("OptimizationConfig", objective=kind("Objective", expression="-yield")),
    trials={
        "0": trial(0, "COMPLETED", **{"T (°C)": 40.0, "load": 0.1, "n": 2, "base": "DBU"}),
        "1": trial(1, "FAILED", **{"T (°C)": 50.0, "load": 0.2, "n": 1, "base": "KOtBu"}),
        "2": trial(2, "RUNNING", **{"T (°C)": 60.0, "load": 0.2, "n": 1, "base": "KOtBu"}),
    },
    data_by_trial={"0": kind("OrderedDict", value=frame(0, 1.5))},
)  # fmt: skip


def test_a_campaign_of_ax_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "ax-3.json"
    path.write_text(json.dumps({"_type": "AxClient", "experiment": AX}), "utf-8")
    told = list[str]()
    begun = begin(tmp_path / "lab", path, results=True, tell=told.append)
    assert told[0] == "a campaign of Ax with 2 results"
    definition = begun.campaign.definition
    assert [p.kind for p in definition.space.parameters] == ["continuous", "continuous", "discrete", "categorical"]
    assert definition.space["load"].log
    assert definition.objectives[0].direction == "min"
    assert [(dict(c.weights), c.at_most) for c in definition.space.constraints] == [
        ({"T (°C)": 1.0, "n": -2.0}, 90.0), ({"load": -1.0, "n": -1.0}, -0.5), ({"load": 2.0}, 3.0),
    ]  # fmt: skip
    assert [e["event"] for e in begun.campaign.events] == ["record", "fail"]
    assert read_runs([str(path)], None)["ax"]["yield"][3].tolist() == [100.0]
    assert preview(path)["parameters"][1]["scale"] == "log"


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"parameters": [kind("DerivedParameter", name="x")]}, "a parameter of the kind DerivedParameter"),
        ({"parameter_constraints": [kind("X", inequality="n * n <= 3")]}, "n \\* n <= 3"),
        ({"parameter_constraints": [kind("Odd")]}, "a rule of the kind Odd"),
    ],
)
def test_what_ax_has_and_we_have_not_is_named(change: dict[str, Any], what: str) -> None:
    with pytest.raises(InputError, match=what):
        foreign_definition({**AX, "search_space": {**AX["search_space"], **change}}, "ax.json")


def baybe(**more: Any) -> dict[str, Any]:
    discrete = {
        "parameters": [
            {"type": "NumericalDiscreteParameter", "name": "T", "values": [20.0, 40.0]},
            {"type": "CategoricalParameter", "name": "base", "active_values": None, "values": ["DBU", "KOtBu"]},
            {"type": "SubstanceParameter", "name": "solvent", "data": {"THF": "C1CCOC1", "DMF": "CN(C)C=O"}},
        ],
        "exp_rep": base64.b64encode(pickle.dumps(1)).decode(),
        "constraints": more.pop("rules", []),
    }
    bounds = {"lower": 0.0, "upper": 1.0}
    continuous = {
        "parameters": [{"name": n, "bounds": bounds} for n in ("w", "e")],
        "constraints_lin_eq": [{"parameters": ["w", "e"], "coefficients": [1.0, 1.0], "rhs": 1.0}],
        "constraints_lin_ineq": [{"parameters": ["w"], "operator": "<=", "coefficients": [2.0], "rhs": 1.5}],
        "constraints_nonlin": [{"type": "C", "parameters": ["w", "e"], "min_cardinality": 1, "max_cardinality": 2}],
    }
    target = {"type": "NumericalTarget", "name": "yield", "minimize": False}
    objective = {"type": "SingleTargetObjective", "target": target}
    return {"searchspace": {"discrete": discrete, "continuous": continuous}, "objective": objective, **more}


def test_a_campaign_of_baybe_is_read_and_its_pickles_are_not_opened(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.write_text, (tmp_path / "ran", "code ran"))

    held = base64.b64encode(pickle.dumps(Bomb())).decode()
    exclude = {"type": "DiscreteExcludeConstraint", "parameters": ["T", "base"], "combiner": "AND",
               "conditions": [{"selection": [40.0]}, {"selection": ["DBU", "KOtBu"]}]}  # fmt: skip
    found = foreign_definition(baybe(measurements_exp=held, rules=[exclude]), "bb.json")
    assert found is not None
    assert not (tmp_path / "ran").exists()
    assert "pickle" in " ".join(found.notes)
    space = definition_from(found.record).space
    assert space.mixtures[0].names == ("w", "e")
    assert (space.constraints[0].at_most, space.choices[0].at_least) == (1.5, 1)
    assert len(space.exclusions) == 2
    assert dict(space["solvent"].smiles)["THF"] == "C1CCOC1"
    file = io.BytesIO()
    row = {"T": [20.0], "base": ["DBU"], "solvent": ["THF"], "w": [0.4], "e": [0.6], "yield": [3.0]}
    pd.DataFrame(row).to_parquet(file)
    read = foreign_definition(baybe(measurements_exp=base64.b64encode(file.getvalue()).decode()), "bb.json")
    assert read is not None
    assert read.rows[0]["yield"] == 3.0


def test_what_baybe_has_and_we_have_not_is_named() -> None:
    with pytest.raises(InputError, match="a rule of the kind DiscreteNoLabelDuplicatesConstraint"):
        foreign_definition(baybe(rules=[{"type": "DiscreteNoLabelDuplicatesConstraint", "parameters": ["T"]}]), "bb")
    odd = {"name": "y", "transformation": {"type": "PowerTransformation"}}
    with pytest.raises(InputError, match="a target through PowerTransformation"):
        foreign_definition(baybe(objective={"target": odd}), "bb")
    assert foreign_definition({"parameters": []}, "own.json") is None
