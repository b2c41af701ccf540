"""What a campaign's results say: the parameter that counts, predictions that hold, a hint when to stop."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from hypograph.flows.campaigns.units import against_random
from hypograph.flows.cli.main import main
from hypograph.models.campaigns.laboratory import events as live
from hypograph.models.campaigns.laboratory.insight import insight
from hypograph.models.core.errors import InputError

PLAN: dict[str, Any] = {
    "objectives": [{"name": "yield"}],
    "parameters": [
        {"name": "ligand", "options": ["a", "b", "c"]},
        {"name": "T", "values": [20, 40, 60, 80]},
        {"name": "dull", "options": ["x", "y"]},
    ],
}


def truth(point: dict[str, Any]) -> float:
    return {"a": 10.0, "b": 50.0, "c": 20.0}[point["ligand"]] + point["T"] / 10


def history(n: int) -> tuple[live.Definition, list[dict[str, Any]]]:
    definition, events = live.definition_from(PLAN), list[dict[str, Any]]()
    grid = itertools.product(["a", "b", "c"], [20.0, 40.0, 60.0, 80.0], ["x", "y"])
    points = [dict(zip(("ligand", "T", "dull"), p, strict=True)) for p in grid]
    for point in points[:: max(1, 24 // n)][:n]:
        events.append(live.record_point(definition, events, point, {"yield": truth(point)}))
    return definition, events


def test_what_counts_is_seen_and_what_does_not_is_not() -> None:
    definition, events = history(12)
    found = insight(definition, events)["objectives"][0]
    assert found["importance"][0]["parameter"] == "ligand"
    assert found["importance"][0]["share"] > 0.8
    assert found["importance"][-1]["parameter"] == "dull"
    (ligand,) = (s for s in found["slices"] if s["parameter"] == "ligand")
    assert max(ligand["levels"], key=lambda r: r["mean"])["level"] == "b"


def test_predictions_hold_at_any_point() -> None:
    definition, events = history(12)
    at = [{"ligand": "b", "T": 50, "dull": "y"}, {"ligand": "a", "T": 90, "dull": "x"}]
    for point, row in zip(at, insight(definition, events, at=at)["objectives"][0]["predictions"], strict=True):
        assert row["predicted"]["low"] < truth(point) < row["predicted"]["high"]


def test_the_hint_tells_an_open_campaign_from_a_finished_one() -> None:
    definition, events = history(4)
    (early, late) = (
        insight(definition, e, ahead=3, gain=1.0)["stopping"]["chance"] for e in (events, history(24)[1][:-1])
    )
    assert early > 0.2 > late
    with pytest.raises(InputError, match="two or more"):
        insight(definition, events[:1])


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "t.csv").write_text(
        "ligand,T,yield\n" + "".join(f"{o},{t},{truth({'ligand': o, 'T': t})}\n" for o in "abc" for t in (20, 40, 80)),
        "utf-8",
    )
    lab = str(tmp_path / "lab")
    for arguments in (
        ["new", lab, "--space", str(tmp_path / "t.csv"), "--results", "--no-store"],
        ["insight", lab, "--at", "ligand=b;T=60", "--json"],
        ["insight", lab],
    ):
        with pytest.raises(SystemExit) as left:
            main(["campaign", *arguments])
        assert not left.value.code
        out = capsys.readouterr().out
        if arguments[-1] == "--json":
            told = json.loads(out)
            assert told["best"]["values"]["yield"] == 58.0
            assert told["objectives"][0]["predictions"][0]["parameters"] == {"ligand": "b", "T": 60.0}
    assert "explained alone" in out


def test_a_run_says_what_a_method_gains_over_random_from_the_same_starts() -> None:
    rows = [
        {"table": "t", "method": "random", "by_seed": [50.0, 60.0, 70.0]},
        {"table": "t", "method": "bo", "by_seed": [60.0, 70.0, 80.0]},
        {"table": "t", "method": "llm", "by_seed": [55.0]},
        {"table": "u", "method": "bo", "by_seed": [1.0, 2.0]},
    ]
    random, bo, llm, alone = against_random(rows)
    assert random["against_random"] is None
    assert bo["against_random"] == {"mean": 10.0, "low": 10.0, "high": 10.0}
    assert llm["against_random"]["mean"] == 5.0
    assert alone["against_random"] is None
