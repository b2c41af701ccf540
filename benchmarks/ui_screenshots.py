"""Take the pictures of the documentation from running pages.

hypograph demo && hypograph ui &
python benchmarks/ui_screenshots.py [--url http://127.0.0.1:8347] [--out docs/images]
python benchmarks/ui_screenshots.py --book FOLDER: every page, at two widths and in two schemes, whole
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = [
    *("--headless", "--no-sandbox", "--disable-quic", "--no-first-run", "--use-gl=angle"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--use-angle=swiftshader", "--enable-unsafe-swiftshader"),
]


def shots(url: str) -> dict[str, tuple[str, str]]:
    """Return name → (address, what to wait for)."""
    best = httpx.get(f"{url}/api/v1/hypotheses", params={"limit": 1}).json()
    groups = httpx.get(f"{url}/api/v1/campaigns").json()
    pages = {
        "overview": ("/", "h1"),
        "graph": ("/graph", "#graph[data-ready]"),
        "map": ("/map", "#map[data-ready]"),
        "papers": ("/papers", "h1"),
        "elements": ("/elements?symbol=Co&alloy=CoCrFeNi", "h1"),
        "flows": ("/flows", "h1"),
    }
    if best:
        pages["hypothesis"] = (f"/hypotheses/{best[0]['id']}", "h1")
        pages["graph"] = (f"/graph?node=h:{best[0]['id']}", "#graph[data-ready]")
    known = [g for g in groups if not g["live"]]  # a laboratory's outcomes are on a scale of their own
    if known:
        chosen = "&".join(f"group={g['group']}" for g in known[:4])
        pages["campaigns"] = (f"/campaigns?{chosen}", "html[data-charts=ready]")
    for group in [g for g in groups if g["live"]][:1]:
        pages["laboratory"] = (f"/campaigns/{group['group']}", "#part h2")
        pages["plates"] = (f"/campaigns/{group['group']}/plates", "h1")
    return pages


MORE = {
    "hypotheses": "/hypotheses",
    "reviews": "/reviews",
    "new-papers": "/papers/new",
    "new-campaign": "/campaigns/new",
    "new-question": "/questions/new",
    "new-run": "/runs/new",
    "new-run-fields": "/runs/new?flow=campaign",
    "new-alloys": "/alloys/new",
    "scan": "/alloys/scan?alloy=CoCrFeNi&element=Al",
    "scan-two": "/alloys/scan?alloy=CoCrFeNi&element=Al&second=Ti",
    "models": "/models",
}


def take(page: Page, url: str, out: Path, suffix: str, pages: dict[str, tuple[str, str]], whole: bool = False) -> None:
    """Write one picture a page."""
    for name, (path, ready) in pages.items():
        page.goto(url + path)
        page.wait_for_selector(ready, timeout=20_000)
        page.wait_for_timeout(700)
        page.screenshot(path=str(out / f"{name}{suffix}.png"), full_page=whole)
        print(out / f"{name}{suffix}.png")


def book(browser: Browser, url: str, out: Path, pages: dict[str, tuple[str, str]]) -> None:
    """Write every page, whole, at two widths and in two schemes."""
    out.mkdir(parents=True, exist_ok=True)
    every = pages | {name: (path, "h1") for name, path in MORE.items()}
    for scheme in ("light", "dark"):
        for name, size in (("wide", (1280, 800)), ("narrow", (390, 844))):
            page = browser.new_page(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
            take(page, url, out, f"-{name}-{scheme}", every, whole=True)
            page.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8347")
    parser.add_argument("--out", type=Path, default=Path("docs/images"))
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("--also-narrow-and-dark", action="store_true")
    parser.add_argument("--book", type=Path, help="every page in two widths and schemes, into this folder")
    parser.add_argument("--quick", action="store_true", help="accepted for symmetry with the other benchmarks")
    given: Any = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    pages = shots(given.url)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=given.chromium, args=FLAGS)
        if given.book:
            book(browser, given.url, given.book, pages)
            return
        take(browser.new_page(viewport={"width": 1280, "height": 800}), given.url, given.out, "", pages)
        if given.also_narrow_and_dark:
            narrow = browser.new_page(viewport={"width": 390, "height": 844})
            take(narrow, given.url, given.out, "-narrow", pages)
            dark = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="dark")
            take(dark, given.url, given.out, "-dark", pages)
        browser.close()


if __name__ == "__main__":
    main()
