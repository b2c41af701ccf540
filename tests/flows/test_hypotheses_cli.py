from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from scripted_hypotheses import Knowing, Scripted
from typer.testing import CliRunner

from hypograph.flows.cli.campaign.commands import app as campaign
from hypograph.flows.cli.hypotheses import app
from hypograph.flows.hypotheses.search import Request, corpus_of, experience, run_search
from hypograph.flows.readers.disciplines import load_discipline
from hypograph.flows.runtime.settings import load_settings
from hypograph.flows.runtime.units import UnitRunner
from hypograph.graph import open_store
from hypograph.graph.campaigns.folder import changing, keep
from hypograph.graph.store.integrity import verify
from hypograph.models.campaigns.laboratory import events
from hypograph.models.core.errors import InputError

PAPERS = [
    {
        "title": "Directional freezing aligns channels in hydrogels",
        "abstract": "Directional freezing aligns channels in poly(vinyl alcohol) hydrogels at 60 °C for 2 h. "
        "Ion transport through aligned channels was fast.",
        "year": 2021,
        "doi": "10.1/a",
    }
]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder whose store stays open, so that each command finds its server running."""
    monkeypatch.setenv("HYPOGRAPH_HOME", str(tmp_path / "home"))
    (tmp_path / "papers.jsonl").write_text("".join(json.dumps(p) + "\n" for p in PAPERS))
    with open_store(load_settings().store_config()):
        yield tmp_path


def search(home: Path, *more: str, papers: str = "papers.jsonl"):  # type: ignore[no-untyped-def]
    question = ["--question", "How can heat be harvested?", "--coarse", "Anisotropic hydrogels harvest body heat"]
    return CliRunner().invoke(app, ["search", *question, "--papers", str(home / papers), "--json", *more])


def test_a_search_over_a_file_of_papers_ends_with_its_document(home: Path) -> None:
    done = search(home, "--budget", "8")
    assert done.exit_code == 0, done.output
    first = json.loads(done.stdout)
    assert {"id", "statement", "support", "stopped"} <= set(first)
    # The same papers under another name are the same papers.
    (home / "papers.jsonl").rename(home / "moved.jsonl")
    again = search(home, "--budget", "8", papers="moved.jsonl")
    assert again.exit_code == 0, again.output
    assert json.loads(again.stdout)["id"] == first["id"]


def call(*arguments: str):  # type: ignore[no-untyped-def]
    room, *rest = arguments
    done = CliRunner().invoke({"hypotheses": app, "campaign": campaign}[room], [*rest, "--json"])
    assert done.exit_code == 0, (done.output, done.exception)
    return json.loads(done.stdout)


def test_a_whole_turn_from_question_to_result_to_the_next_question(home: Path) -> None:
    settings = load_settings()
    folder = home / "test"
    request = Request("How can heat be harvested?", "Anisotropic hydrogels", calls=16)
    costs = lambda: {"calls": 0, "tokens": 0, "cost": 0.0}  # noqa: E731
    with open_store(settings.store_config()) as store:
        store.ensure_schema()
        runner, judge, corpus = UnitRunner(store, settings.home / "units"), Knowing(), corpus_of((), "")
        chemistry = load_discipline("chemistry")
        found = run_search(request, chemistry, corpus, Scripted(), judge, runner, costs)
        assert experience(store, request.question) == []
    assert call("campaign", "new", str(folder), "--hypothesis", found["id"][:12], "--method", "sobol")
    with open_store(settings.store_config()) as store:
        for number in range(10):
            with changing(folder) as lab:
                (row,) = events.suggest(lab.definition, lab.events, 1)
                lab.append([row])
                stated = row["parameters"]["arm"] == "as stated"
                measured = (1.0 if stated else 0.9) + 0.02 * (number % 3)
                lab.append([events.record(lab.definition, lab.events, row["id"], {"thermopower": measured})])
            keep(store, lab)
        # More than 2 mV/K was predicted, about 1 was measured: the next search is told.
        (line,) = experience(store, "how can  heat be harvested?")
        assert "predicted thermopower > 2 mV/K" in line
        assert line.endswith("refuted")
        proposer, runner = Scripted(), UnitRunner(store, settings.home / "units")
        again = run_search(
            request, chemistry, corpus, proposer, judge, runner, costs, leads=experience(store, request.question)
        )
        assert proposer.blocks[0].leads == (line,)
        assert again["question_id"] == found["question_id"]
        assert verify(store)["ok"], verify(store)
    after = call("hypotheses", "show", found["id"])
    assert after["state"] == "refuted"
    assert after["belief"] == 0
    assert after["plausibility"] < 0.1
    history = json.loads(after["history"])
    assert [h["state"] for h in history][-1] == "refuted"
    assert history[-1]["probability_best"] < found["probability_best"]
    assert [e["e"]["source"] for e in after["evidence"]] == ["experiment"]
    report = call("hypotheses", "report", found["question_id"][:10], "--folder", str(home))
    written = Path(report["markdown"]).read_text("utf-8")
    assert "refuted by experiments" in written
    assert "What experiments said" in written
    assert Path(report["html"]).read_text("utf-8").startswith("<!doctype html>")
    assert isinstance(CliRunner().invoke(app, ["report", "nothing"]).exception, InputError)
