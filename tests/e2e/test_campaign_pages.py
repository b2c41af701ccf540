"""Campaigns in a real browser: compare three and take the CSV along; record a result and get the next suggestion."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser_pages import COMMAND, MARKS, environment, looks, served

from hypograph.flows.runtime.settings import load_settings
from hypograph.graph import open_store
from hypograph.graph.campaigns import folder as folders
from hypograph.models.core.records import Edge, Node

pytestmark = MARKS
SPACE: dict[str, Any] = {
    "name": "coupling",
    "parameters": [{"name": "ligand", "options": ["XPhos", "SPhos"]}, {"name": "heat", "values": [20, 40, 60, 80]}],
    "objectives": [{"name": "yield"}],
    "initial": 2,
}


def group(method: str, lift: float) -> tuple[list[Node], list[Edge]]:
    """Make three replicates of a method on a table."""
    nodes, edges = [], []
    for seed in range(3):
        key, best = f"{method}{seed}", 0.0
        for i in range(1, 9):
            value = lift + 7.0 * ((3 * i + 5 * seed) % 9)
            best = max(best, value)
            point = json.dumps({"ligand": "XPhos" if (i + seed) % 3 else "SPhos", "heat": 20 * (i % 4)})
            row = {"index": i, "value": value, "best_so_far": best, "entropy_published": i / 9, "parameters": point}
            nodes.append(Node("Experiment", f"{key} {i}", {**row, "source": method, "reason": f"{method} says so"}))
            edges.append(Edge("IN_CAMPAIGN", ("Experiment", f"{key} {i}"), ("Campaign", key)))
        props = {"table": "made up", "method": method, "seed": seed, "group": method, "best": best, "count": 8}
        nodes.append(Node("Campaign", key, {**props, "best_percent": best, "live": False}))
    return nodes, edges


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with three methods on a table and a laboratory's campaign."""
    made = tmp_path_factory.mktemp("campaigns")
    with open_store(load_settings(home=made).store_config()) as store:
        store.ensure_schema()
        for method, lift in (("random", 0.0), ("bo", 12.0), ("hybrid", 20.0)):
            store.merge(*group(method, lift))
        folders.keep(store, folders.create(made / "lab", SPACE))
    return made


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    with served(home) as url:
        yield url


COMPARED = "/campaigns?group=random&group=bo&group=hybrid"


def test_three_campaigns_are_compared_and_downloaded(page: Any, address: str) -> None:
    page.goto(f"{address}/campaigns")
    for method in ("random", "bo", "hybrid"):
        page.get_by_label(f"Compare made up {method}").check()
    page.get_by_role("button", name="Compare the chosen").click()
    page.wait_for_selector("html[data-charts=ready]")
    assert page.locator("#best svg .line").count() == 3
    assert page.locator("#numbers tbody tr").count() == 3
    with page.expect_download() as download:
        page.get_by_role("link", name="Curves as CSV").click()
    text = Path(download.value.path()).read_text("utf-8")
    assert text.startswith("line,replicates,experiment")
    assert text.count("made up, hybrid") == 8
    with page.expect_download() as figure:
        page.locator("#survival [data-png]").click()
    assert Path(figure.value.path()).read_bytes().startswith(b"\x89PNG")


def test_a_hidden_line_stays_hidden_in_the_address(page: Any, address: str) -> None:
    page.goto(address + COMPARED)
    page.get_by_role("button", name="made up, bo").click()
    assert "hide=1" in page.url
    page.reload()
    page.wait_for_selector("html[data-charts=ready]")
    assert page.get_by_role("button", name="made up, bo").get_attribute("aria-pressed") == "false"
    assert not page.locator("#best .line[data-s='1']").is_visible()
    assert page.locator("#best .line[data-s='0']").is_visible()


def test_a_chart_is_read_by_keyboard(page: Any, address: str) -> None:
    page.goto(address + COMPARED)
    page.wait_for_selector("html[data-charts=ready]")
    page.locator("#best svg").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("#best .readout").inner_text().startswith("experiment 2")
    page.keyboard.press("Escape")
    assert not page.locator("#best .readout").is_visible()


def test_a_result_is_recorded_and_the_next_suggestion_comes(page: Any, address: str, home: Path) -> None:
    page.goto(f"{address}/campaigns")
    page.locator("tr", has_text="laboratory").get_by_role("link").click()
    page.get_by_label("Suggest").first.fill("2")
    page.get_by_role("button", name="Suggest").click()
    for id, value in (("e1", "12.5"), ("e2", "40")):
        trial = page.get_by_role("article", name=f"Experiment {id}")
        trial.get_by_label("yield").fill(value)
        trial.get_by_role("button", name="Record").click()
        page.get_by_text(f"{id} recorded").first.wait_for()
    page.get_by_role("button", name="Suggest").click()
    third = page.get_by_role("article", name="Experiment e3")
    third.wait_for()
    assert "Expected yield" in third.inner_text()
    page.get_by_label("A table with yield").set_input_files(
        {"name": "r.csv", "mimeType": "text/csv", "buffer": b"id,yield\ne9,1\n"}
    )
    page.get_by_role("button", name="Record the file’s outcomes").click()
    page.get_by_text("r.csv, row 2").wait_for()
    page.get_by_role("button", name="Undo e2").click()
    page.get_by_text("e2: taken back").first.wait_for()
    assert page.get_by_role("article", name="Experiment e2").count() == 1
    shown = [*COMMAND, "campaign", "status", str(home / "lab"), "--json"]
    told = subprocess.run(shown, env=environment(home), check=True, capture_output=True, text=True, timeout=60)
    assert (json.loads(told.stdout)["done"], json.loads(told.stdout)["pending"]) == (1, 2)


def laboratory(home: Path) -> str:
    return f"/campaigns/{folders.load(home / 'lab').definition.id}"


def test_pages_are_accessible_in_both_colours_and_fit_a_telephone(browser: Any, address: str, home: Path) -> None:
    for path in (COMPARED, laboratory(home)):
        found = looks(browser, address + path)
        assert (found.light, found.dark) == ([], []), path
        assert found.width <= 390, path
