"""The pages in a real browser: find a hypothesis, read its evidence, compare campaigns."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--use-angle=swiftshader"),
    "--enable-unsafe-swiftshader",
]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (apt-get install chromium)"),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run the small demo and serve its pages."""
    home = tmp_path_factory.mktemp("pages")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("HYPOGRAPH_", "NEO4J_", "PREFECT_"))}
    environment |= {"HYPOGRAPH_HOME": str(home), "DO_NOT_TRACK": "1"}
    command = [sys.executable, "-m", "hypograph.flows.cli.main"]
    subprocess.run([*command, "demo", "--small"], env=environment, check=True, capture_output=True, timeout=300)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen([*command, "ui", "--port", str(port)], env=environment, stderr=subprocess.DEVNULL) as server:
        url = f"http://127.0.0.1:{port}"
        _wait(url, server)
        yield url
        server.terminate()


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    import time

    end = time.monotonic() + 120
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2):  # noqa: S310  (our own loopback address)
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError("the pages did not come up")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    opened = browser.new_page(viewport={"width": 1280, "height": 800})
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    yield opened
    opened.close()
    assert problems == []


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


def test_campaigns_are_compared_and_downloaded(page: Any, address: str) -> None:
    page.goto(f"{address}/campaigns")
    for box in page.locator("input[name=group]").all():
        box.check()
    page.get_by_role("button", name="Compare the chosen").click()
    page.wait_for_selector("#best[data-ready]")
    assert page.locator("#best canvas").count() == 1
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as CSV").click()
    text = Path(download.value.path()).read_text("utf-8")
    assert text.startswith("table,method,replicates,experiment")
    assert ",random," in text


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
    from axe_playwright_python.sync_playwright import Axe

    # The checker is injected as a script, which the pages' own policy forbids: it alone may pass.
    opened = browser.new_page(color_scheme=scheme, bypass_csp=True)
    opened.goto(address + path)
    found = Axe().run(opened).response["violations"]
    opened.close()
    assert [(v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in {"serious", "critical"}] == []


@pytest.mark.parametrize("path", ["/", "/graph", "/hypotheses", "/elements", "/campaigns", "/flows"])
def test_nothing_overflows_a_telephone(browser: Any, address: str, path: str) -> None:
    opened = browser.new_page(viewport={"width": 390, "height": 844})
    opened.goto(address + path)
    wide = opened.evaluate("document.documentElement.scrollWidth")
    opened.close()
    assert wide <= 390


def test_nothing_is_loaded_from_outside(browser: Any, address: str) -> None:
    asked: list[str] = []
    opened = browser.new_page()
    opened.on("request", lambda request: asked.append(request.url))
    for path in ("/", "/graph", "/campaigns"):
        opened.goto(address + path)
        opened.wait_for_load_state("networkidle")
    opened.close()
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
