from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hypograph.flows.cli.hypotheses import app

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
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HYPOGRAPH_HOME", str(tmp_path / "home"))
    (tmp_path / "papers.jsonl").write_text("".join(json.dumps(p) + "\n" for p in PAPERS))
    return tmp_path


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
