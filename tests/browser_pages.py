"""Fixtures of the tests in a real browser: Chromium, and the pages served over a folder of their own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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
COMMAND = [sys.executable, "-m", "hypograph.flows.cli.main"]
MARKS = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (apt-get install chromium)"),
]


def environment(home: Path) -> dict[str, str]:
    """An environment in which nothing is set but the folder."""
    found = {k: v for k, v in os.environ.items() if not k.startswith(("HYPOGRAPH_", "NEO4J_", "PREFECT_"))}
    return found | {"HYPOGRAPH_HOME": str(home), "DO_NOT_TRACK": "1"}


@contextmanager
def served(home: Path) -> Iterator[str]:
    """Serve the pages of a folder."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen(
        [*COMMAND, "ui", "--port", str(port)], env=environment(home), stderr=subprocess.DEVNULL
    ) as server:
        url = f"http://127.0.0.1:{port}"
        try:
            _wait(url, server)
            yield url
        finally:  # or leaving the block would wait for ever for a server that nobody stops
            server.terminate()


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
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
    """Open Chromium for one module: while it is open an event loop runs here, which Prefect takes for its own."""
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


@dataclass(frozen=True)
class Looks:
    """What is wrong with a page's looks.

    Attributes
    ----------
    light
        What axe-core calls serious or critical.
    dark
        The same in dark colours, of which contrast alone can differ.
    width
        How wide it is on a telephone of 390 pixels.
    """

    light: list[tuple[str, str]]
    dark: list[tuple[str, str]]
    width: int


def looks(browser: Any, url: str) -> Looks:
    """Look a page over, opened once for its colours and once as on a telephone."""
    from axe_playwright_python.sync_playwright import Axe

    # The checker is injected as a script, which the pages' own policy forbids: it alone may pass.
    opened = browser.new_page(color_scheme="light", bypass_csp=True, reduced_motion="reduce")
    opened.goto(url)
    light = _serious(Axe().run(opened))
    opened.emulate_media(color_scheme="dark")
    assert opened.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    dark = _serious(Axe().run(opened, options={"runOnly": {"type": "rule", "values": ["color-contrast"]}}))
    opened.close()
    small = browser.new_page(viewport={"width": 390, "height": 844})
    small.goto(url)
    wide = int(small.evaluate("document.documentElement.scrollWidth"))
    small.close()
    return Looks(light, dark, wide)


def _serious(result: Any) -> list[tuple[str, str]]:
    found = result.response["violations"]
    return [(v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in {"serious", "critical"}]
