"""The pages in a real browser: find a hypothesis, read its evidence, compare campaigns."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from browser_pages import MARKS, looks, served
from demo_runs import DemoRun
from scripted_hypotheses import plant

pytestmark = MARKS


@pytest.fixture(scope="module")
def address(small_demo: DemoRun, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the pages of the small demo, and of a question that was answered after it."""
    home = small_demo.copy(tmp_path_factory.mktemp("pages") / "home")
    plant(home)
    with served(home) as url:
        yield url


def test_from_the_graph_to_a_hypothesis_and_its_evidence(page: Any, address: str) -> None:
    page.goto(f"{address}/graph")
    page.wait_for_selector("#graph[data-ready]")
    assert int(page.get_attribute("#graph", "data-ready")) > 10
    page.locator("table a").first.click()
    page.wait_for_url("**/hypotheses/*")
    assert page.locator("h2", has_text="Refinement").count() == 1
    assert page.locator(".tree tbody tr").count() > 1


def test_a_hypothesis_is_found_as_one_types_and_its_paper_is_open_to_a_click(page: Any, address: str) -> None:
    page.goto(f"{address}/graph")
    page.wait_for_selector("#graph[data-ready]")
    page.locator("#find").press_sequentially("sputtering")
    page.wait_for_selector("#found[data-text=sputtering] [role=option]")
    page.keyboard.press("ArrowDown")
    assert page.locator("#find").get_attribute("aria-activedescendant") == "found-0"
    page.keyboard.press("Enter")
    page.wait_for_url("**/graph?focus=*")
    page.wait_for_selector("#drawer #open")
    assert "sputtering" in page.locator("#drawer h2").inner_text()
    page.locator("#drawer #open").click()
    page.wait_for_url("**/hypotheses/*")
    paper = page.locator("a[href^='https://doi.org/10.']").first
    assert paper.inner_text().startswith("10.")
    asked: list[str] = []
    page.route("https://doi.org/**", lambda route: (asked.append(route.request.url), route.fulfill(body="the paper")))
    paper.click()
    page.wait_for_url("https://doi.org/**")
    assert asked


def test_a_chosen_node_is_in_the_address_and_comes_back(page: Any, address: str) -> None:
    page.goto(f"{address}/hypotheses")
    key = page.locator("table a").first.get_attribute("href").rsplit("/", 1)[1]
    page.goto(f"{address}/graph?node=h:{key}")
    page.wait_for_selector("#open")
    assert "Nothing chosen" not in page.locator("#drawer h2").inner_text()
    page.locator("#closer").click()
    page.wait_for_url("**view=*")
    page.reload()
    page.wait_for_selector("#open")
    assert f"node=h%3A{key}" in page.url or f"node=h:{key}" in page.url


def test_a_path_joins_two_nodes_and_a_picture_is_saved(page: Any, address: str) -> None:
    edges = page.request.get(f"{address}/api/v1/graph").json()["edges"]
    one, two = next((e["start"], e["end"]) for e in edges if e["kind"] == "refines")
    page.goto(f"{address}/graph?node={one}")
    page.locator("#path").click()
    page.goto(f"{address}/graph?from={one}&node={two}")
    page.locator("#join").click()
    page.wait_for_selector("#drawer .steps li")
    steps = page.locator("#drawer .steps li").count()
    assert steps == int(page.get_attribute("#graph", "data-ready")) > 1
    with page.expect_download() as download:
        page.locator("#png").click()
    picture = Path(download.value.path()).read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) > 5_000  # an empty sheet is smaller


def test_a_large_graph_follows_the_pointer_and_a_node_is_chosen_where_it_went(page: Any, address: str) -> None:
    """Above 1,500 nodes the graph is shifted as a picture while it is dragged, and drawn where it rests."""
    target: list[str] = []

    def enlarged(route: Any) -> None:
        drawing = route.fetch().json()
        nodes = drawing["nodes"]
        row = nodes["kind"].index("hypothesis")
        target.append(nodes["key"][row])
        columns = {name: [values[row]] * 2000 for name, values in nodes.items()}
        columns["key"][1:] = [f"far-{i}" for i in range(1, 2000)]
        # The one to be found in the middle, the others in a ring around it.
        columns["x"] = [0.0, *(math.cos(i) for i in range(1, 2000))]
        columns["y"] = [0.0, *(math.sin(i) for i in range(1, 2000))]
        edges = {name: [] for name in drawing["edges"]}
        route.fulfill(json={**drawing, "nodes": columns, "edges": edges})

    page.goto(f"{address}/graph")
    source = page.get_attribute("#graph", "data-source")
    page.route(lambda url: url.endswith(source), enlarged)
    page.goto(f"{address}/graph")
    page.wait_for_selector("#graph[data-ready='2000']")
    box = page.locator("#graph").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    shifted = "#graph canvas[style*='transform:']"  # told by a selector: scripts of a test may not poll on these pages
    # A short way is one picture; on a long way it is drawn anew in between.
    for way_x, way_y in ((90, 40), (-0.6 * box["width"], 30)):
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + way_x / 2, y + way_y / 2, steps=4)
        page.wait_for_selector(shifted, state="attached")
        page.mouse.move(x + way_x, y + way_y, steps=8)
        page.mouse.up()
        page.wait_for_selector(shifted, state="detached")
        x, y = x + way_x, y + way_y
        page.wait_for_timeout(700)  # two clicks in quick succession zoom in
        page.mouse.click(x, y)
        page.wait_for_url("**node=*")
        page.wait_for_selector("#drawer #path")
        assert target[-1] in unquote(page.url)
        page.wait_for_timeout(700)
        page.mouse.click(x, y - 60)  # nothing is there
        page.wait_for_timeout(700)
        page.wait_for_url(lambda url: "node=" not in url)


def test_filters_hold_for_graph_and_table(page: Any, address: str) -> None:
    page.goto(f"{address}/graph")
    page.locator("summary", has_text="Filters").click()
    page.locator("input[name=text]").fill("magnetron")
    page.get_by_role("button", name="Apply").click()
    page.wait_for_selector("#graph[data-ready]")
    rows = page.locator("table.sortable tbody tr")
    assert rows.count() > 0
    assert all("magnetron" in text for text in rows.locator("td:first-child").all_inner_texts())
    files = {page.locator(".toolbar a", has_text=name).get_attribute("href") for name in ("GraphML", "JSON", "BibTeX")}
    assert all("text=magnetron" in href and page.request.get(address + href).ok for href in files)


def test_a_campaign_is_started_from_a_hypothesis(page: Any, address: str) -> None:
    page.goto(f"{address}/hypotheses")
    page.locator("table a").first.click()
    page.get_by_role("link", name="Start a campaign from this").click()
    page.locator("input[name=name]").fill("From the page")
    page.get_by_role("button", name="Start the campaign").click()
    page.wait_for_url("**/campaigns/*")
    assert page.locator("h1").inner_text() == "From the page"


def test_tables_sort_by_number(page: Any, address: str) -> None:
    page.goto(f"{address}/elements")
    page.locator("table.sortable th", has_text="Probability").locator("button").click()
    shown = [float(t) for t in page.locator("table.sortable tbody td:nth-child(2)").all_inner_texts()]
    assert shown == sorted(shown, reverse=True)
    assert len(shown) > 5


def test_flows_say_what_to_start(page: Any, address: str) -> None:
    page.goto(f"{address}/flows")
    assert "hypograph flows serve" in page.locator("main").inner_text()


def whole(address: str, path: str) -> str:
    """Complete a path; "best" stands for the page of the most promising hypothesis."""
    if path != "best":
        return address + path
    best = httpx.get(f"{address}/api/v1/hypotheses", params={"limit": 1}, timeout=60).json()[0]["id"]
    return f"{address}/hypotheses/{best}"


@pytest.mark.parametrize(
    "path", ["/", "/graph", "/hypotheses", "best", "/elements?symbol=Ni", "/campaigns", "/flows", "/reviews"]
)
def test_a_page_is_accessible_in_both_colours_and_fits_a_telephone(browser: Any, address: str, path: str) -> None:
    found = looks(browser, whole(address, path))
    assert (found.light, found.dark) == ([], [])
    assert found.width <= 390


def test_nothing_is_loaded_from_outside(browser: Any, address: str) -> None:
    asked: list[str] = []
    opened = browser.new_page()
    opened.on("request", lambda request: asked.append(request.url))
    for path in ("/", "/graph", "/campaigns"):
        opened.goto(address + path)
        opened.wait_for_load_state("networkidle")
    opened.close()
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
