"""Another package adds a method, a source, a page and a flow through entry points: commands know them at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from hypograph.models.core.errors import InputError, UnavailableError
from hypograph.models.core.registry import Registry

PLUGIN = """
from pydantic import BaseModel
from hypograph.flows.evidence.registry import EvidenceSource
from hypograph.models.campaigns.optimizers.registry import Method
from hypograph.models.campaigns.optimizers.space_filling import Random

METHOD = Method("backwards", "from the end", lambda setup: Random(setup.space, setup.seed + 1))


def source():
    def says(learners, fold, targets, hosts):
        return learners.table.weights[targets].max(1)

    return EvidenceSource("dominance", "the largest share of an element", lambda material: says, version="2")


def page():
    from fastapi import APIRouter
    from hypograph.ui.rendering import Page

    router = APIRouter()
    router.get("/balance")(lambda: {"grams": 2.5})
    return Page("balance", "/balance", "Balance", router)


def flow():
    from hypograph.flows.server.deployments import Deployable

    return Deployable("weigh", "a_laboratory.weigh", "Weigh all samples.", "a_laboratory.Samples")


class Samples(BaseModel):
    rack: int = 1
"""
POINTS = """\
[hypograph.methods]
backwards = a_laboratory:METHOD
[hypograph.sources]
dominance = a_laboratory:source
[hypograph.pages]
balance = a_laboratory:page
[hypograph.flows]
weigh = a_laboratory:flow
"""
# One process for all: importing everything is what costs.
SCRIPT = """
import json, sys
from hypograph.flows.cli.main import main

def call(*words):
    try:
        main(list(words))
    except SystemExit as left:
        assert not left.code, (words, left.code)
    print("----")

call("campaign", "benchmark", "--help")
call("evidence", "predict", "--help")
call("campaign", "benchmark", "--table", TABLE, "--method", "random,backwards", "--seeds", "2",
     "--budget", "4", "--initial", "2", "--json")
call("evidence", "predict", "--elements", "Co,Cr,Ni", "--size", "2", "--alloys", ALLOYS,
     "--sources", "data,dominance", "--json")
from hypograph.flows.server.deployments import deployable, validated
from hypograph.ui.rendering import PAGES, make_templates
print(json.dumps([validated(deployable("weigh"), {"rack": 3}), make_templates().env.globals["pages"][-1]]))
"""


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder with an installed package that adds a method and a source."""
    folder = tmp_path / "site"
    described = folder / "a_laboratory-1.2.dist-info"
    described.mkdir(parents=True)
    (folder / "a_laboratory.py").write_text(PLUGIN)
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: a-laboratory\nVersion: 1.2\n")
    (described / "entry_points.txt").write_text(POINTS)
    return folder


@pytest.mark.slow
def test_a_package_adds_a_method_a_source_a_page_and_a_flow(installed: Path, tmp_path: Path) -> None:
    alloys = tmp_path / "alloys.csv"
    alloys.write_text(
        "alloy,phase\n"
        + "".join(f"{a}{b},{'FCC' if b == 'Ni' else 'FCC+BCC'}\n" for a in ELEMENTS for b in ("Ni", "Mo"))
    )
    table = tmp_path / "table.csv"
    table.write_text("solvent,base,yield\n" + "".join(f"s{i},b{j},{i + j}\n" for i in range(3) for j in range(3)))
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.replace("TABLE", repr(str(table))).replace("ALLOYS", repr(str(alloys))))
    path = os.pathsep.join([str(installed), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": path, "HYPOGRAPH_HOME": str(tmp_path / "home"), "COLUMNS": "200"},
    )
    assert done.returncode == 0, done.stderr
    methods, sources, ran, predicted, more = done.stdout.split("----\n")
    assert "random, sobol, bo, llm, hybrid, backwards" in methods
    assert "expert, dominance" in " ".join(sources.split())
    assert [m["method"] for m in json.loads(ran)["methods"]] == ["random", "backwards"]
    assert 0 < json.loads(predicted)["alloys"][0]["pignistic"] < 1
    assert json.loads(more) == [{"parameters": {"rack": 3}}, ["/balance", "Balance"]]


ELEMENTS = ("Co", "Cr", "Cu", "Fe", "Mn", "V", "W", "Ti", "Al", "Zr")


class Thing:
    def __init__(self, name: str) -> None:
        self.name = name


def test_names_are_known_before_anything_is_loaded(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(installed)
    (installed / "a_laboratory.py").write_text("raise RuntimeError('half installed')\n")
    registry = Registry("hypograph.methods", Thing, "method", [Thing("ours")])
    assert registry.names() == ("ours", "backwards")
    assert registry.get("ours").name == "ours"
    assert registry.origin("backwards") == "a-laboratory 1.2"
    with pytest.raises(UnavailableError, match="half installed"):
        registry.get("backwards")
    with pytest.raises(InputError, match="no such method"):
        registry.get("forwards")


def test_a_thing_of_another_kind_or_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("mine", "hypograph.models.core.registry:Registry.__doc__", "hypograph.methods")
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: [point])
    with pytest.raises(UnavailableError, match=r"hypograph\.methods: mine"):
        Registry("hypograph.methods", Thing, "method").get("mine")
