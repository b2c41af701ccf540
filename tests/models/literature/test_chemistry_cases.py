"""The shared cases of chemistry, through the command line."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pymatgen.core import Composition
from typer.testing import CliRunner

from hypograph.flows.cli.literature.commands import app

Row = dict[str, Any]


@pytest.fixture(scope="module")
def read(cases_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Row], dict[str, Row]]:
    """The cases, and what `literature extract` says of each text."""
    folder = cases_dir / "literature" / "chemistry"
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    home = tmp_path_factory.mktemp("home")
    command = ["extract", "--papers", str(folder / expected["texts"]), "--limit", "500", "--json"]
    result = CliRunner().invoke(app, command, env={"HYPOGRAPH_HOME": str(home)})
    assert result.exit_code == 0, result.output
    return expected["cases"], {p["key"]: p for p in json.loads(result.stdout)["publications"]}


def materials(publication: Row) -> list[Row]:
    return [m for m in publication["mentions"] if m["kind"] == "material"]


def same(keyword: str, expected: str, counts: bool) -> bool:
    try:
        found, wanted = Composition(keyword), Composition(expected)
    except ValueError:
        return False
    return (
        found == wanted if counts else found.fractional_composition.almost_equals(wanted.fractional_composition, 0.01)
    )


def faults(case: Row, publication: Row) -> list[str]:
    """What is wrong about one text."""
    found, counts = materials(publication), bool(case.get("counts"))
    said = [m["keyword"] for m in found]
    wrong = [f"{m} not in {said}" for m in case.get("materials", []) if not any(same(k, m, counts) for k in said)]
    if case.get("only") and len(said) != len(case["materials"]):
        wrong.append(f"also {said}")
    wrong += [f"{m} in {said}" for m in case.get("not_materials", []) if any(same(k, m, True) for k in said)]
    elements = {m["keyword"] for m in publication["mentions"] if m["kind"] == "element"}
    wrong += [f"element {e}" for e in case.get("not_elements", []) if e in elements]
    wrong += [f"not shown as {n}" for n in case.get("names", []) if n not in {m["name"] for m in found}]
    if "variable" in case and not any(
        re.search("[xyδ]", m["keyword"]) and re.search("[xyδ]", m["name"]) for m in found
    ):
        wrong.append(f"no variable in {said}")
    keywords = [re.sub("[-–]", " ", m["keyword"].lower()) for m in publication["mentions"]]
    wrong += [f"no {w}" for w in case.get("words", []) if not any(re.search(rf"\b{w}\b", k) for k in keywords)]
    wrong += [w for w in case.get("words_not", []) if any(re.search(rf"\b{w}\b", k) for k in keywords)]
    return wrong


def test_every_text_is_read_right(read: tuple[list[Row], dict[str, Row]]) -> None:
    cases, said = read
    wrong = {c["id"]: faults(c, said[c["key"]]) for c in cases if "key" in c}
    assert {name: found for name, found in wrong.items() if found} == {}


def test_spellings_share_a_keyword_and_unknown_amounts_stand_apart(read: tuple[list[Row], dict[str, Row]]) -> None:
    cases, said = read
    for case in (c for c in cases if "same" in c or "apart" in c):
        sets = [{m["keyword"] for m in materials(said[key])} for key in case.get("same") or case["apart"]]
        shared = set.intersection(*sets)
        assert len(shared) == (1 if "same" in case else 0), case["id"]
