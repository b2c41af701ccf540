"""The pages in a real browser: find a hypothesis, read its evidence, compare campaigns."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from browser_pages import COMMAND, MARKS, environment, serious, served, width

pytestmark = MARKS


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run the small demo and serve its pages."""
    home = tmp_path_factory.mktemp("pages")
    demo = [*COMMAND, "demo", "--small"]
    subprocess.run(demo, env=environment(home), check=True, capture_output=True, timeout=300)
    with served(home) as url:
        yield url


def test_from_the_graph_to_a_hypothesis_and_its_evidence(page: Any, address: str) -> None:
    page.goto(f"{address}/graph")
    page.wait_for_selector("#graph[data-ready]")
    assert int(page.get_attribute("#graph", "data-ready")) > 10
    page.locator("table a").first.click()
    page.wait_for_url("**/hypotheses/*")
    assert page.locator("h2", has_text="Refinement").count() == 1
    assert page.locator(".tree li").count() > 1


def test_a_chosen_node_is_in_the_address_and_comes_back(page: Any, address: str) -> None:
    page.goto(f"{address}/hypotheses")
    key = page.locator("table a").first.get_attribute("href").rsplit("/", 1)[1]
    page.goto(f"{address}/graph?node=h:{key}")
    page.wait_for_selector("#graph[data-ready]")
    assert "Nothing chosen" not in page.locator("#drawer h2").inner_text()


def test_tables_sort_by_number(page: Any, address: str) -> None:
    page.goto(f"{address}/elements")
    page.locator("table.sortable th", has_text="Probability").locator("button").click()
    shown = [float(t) for t in page.locator("table.sortable tbody td:nth-child(2)").all_inner_texts()]
    assert shown == sorted(shown, reverse=True)
    assert len(shown) > 5


def test_flows_say_what_to_start(page: Any, address: str) -> None:
    page.goto(f"{address}/flows")
    assert "hypograph flows serve" in page.locator("main").inner_text()


@pytest.mark.parametrize("path", ["/", "/graph", "/hypotheses", "/elements?symbol=Ni", "/campaigns", "/flows"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_accessibility_findings(browser: Any, address: str, path: str, scheme: str) -> None:
    assert serious(browser, address + path, scheme) == []


@pytest.mark.parametrize("path", ["/", "/graph", "/hypotheses", "/elements", "/campaigns", "/flows"])
def test_nothing_overflows_a_telephone(browser: Any, address: str, path: str) -> None:
    assert width(browser, address + path) <= 390


def test_nothing_is_loaded_from_outside(browser: Any, address: str) -> None:
    asked: list[str] = []
    opened = browser.new_page()
    opened.on("request", lambda request: asked.append(request.url))
    for path in ("/", "/graph", "/campaigns"):
        opened.goto(address + path)
        opened.wait_for_load_state("networkidle")
    opened.close()
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
