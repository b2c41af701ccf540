"""How fast the pages are on a store as large as a busy laboratory's.

export HYPOGRAPH_HOME=FOLDER
python benchmarks/ui_fill.py && python benchmarks/ui_speed.py [--quick] [--only PART …] [--chromium /usr/bin/chromium]

Goals: overview at most 50 ms of server time at the 95th percentile, a comparison of 20 groups of 50 replicates at most
300 ms, the elements at most 300 ms, the whole graph (10,000 hypotheses, 20,000 relationships) interactive within 1.5 s
and 30 frames a second while panning, at most 600 KB transferred; the map (5,000 keywords, 20,000 papers: `ui_fill.py
--papers 20000 --keywords 5000 --hypotheses 500 --groups 0`) within 2 s and with 30 frames a second.
"""

from __future__ import annotations

import json
import os
import platform
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import numpy as np
import psutil
from harness import arguments, kept, write

FLAGS = [
    *("--headless", "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-sync", "--use-gl=angle"),
    *("--disable-background-networking", "--disable-component-update"),
    *("--use-angle=swiftshader", "--enable-unsafe-swiftshader"),
]
PARTS = ("overview", "comparison", "elements", "graph", "map")
OPENINGS = 7
WHOLE = "/graph?hypotheses=10000&edges=20000"
FRAMES = """() => new Promise(done => {
  const times = [], end = performance.now() + 3000;
  const step = now => { times.push(now); now < end ? requestAnimationFrame(step) : done(times); };
  requestAnimationFrame(step);
})"""


@contextmanager
def pages() -> Iterator[str]:
    """Serve the pages of the store in HYPOGRAPH_HOME."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "hypograph.flows.cli.main", "ui", "--port", str(port)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
        url = f"http://127.0.0.1:{port}"
        for _ in range(600):
            try:
                httpx.get(f"{url}/healthz")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        settle(server.pid)
        yield url
        server.terminate()


def settle(pid: int) -> None:
    """Wait until pages and store are idle: what is read behind the scenes at the start is not part of an answer."""
    process = psutil.Process(pid)
    family = [process, *process.children(recursive=True)]
    busy, interval = 1.0, 3.0
    while busy > 0.05:  # of one core
        before = sum(sum(p.cpu_times()[:2]) for p in family)
        time.sleep(interval)
        busy = (sum(sum(p.cpu_times()[:2]) for p in family) - before) / interval


def server_times(url: str, path: str, n: int) -> dict[str, float]:
    """Time n requests from this machine, the first one apart."""
    with httpx.Client(base_url=url, timeout=60) as client:
        times, size = [], 0
        for _ in range(n + 1):
            began = time.perf_counter()
            answer = client.get(path).raise_for_status()
            times.append(1e3 * (time.perf_counter() - began))
            size = answer.num_bytes_downloaded
    first, *rest = times
    return {
        "first_ms": first,
        "median_ms": float(np.median(rest)),
        "p95_ms": float(np.quantile(rest, 0.95)),
        "kilobytes": size / 1000,
        "requests": n,
    }


def browser(url: str, path: str, chromium: str, box: str = "#graph") -> dict[str, Any]:
    """Open the whole graph, or the map, and pan."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = started.new_page(viewport={"width": 1280, "height": 800})
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        received: list[float] = []
        session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
        page.goto(
            url + path.partition("?")[0], wait_until="networkidle"
        )  # the server's layout is warm, as on any later visit
        page.goto(url + path, wait_until="networkidle", timeout=120_000)
        page.wait_for_selector(f"{box}[data-ready]", timeout=120_000)
        ready = []
        for _ in range(OPENINGS):
            page.goto("about:blank")  # what is still drawn of the page before is not part of this one's time
            page.wait_for_timeout(3_000)
            page.context.clear_cookies()
            session.send("Network.clearBrowserCache")
            received.clear()
            page.goto(url + path, wait_until="commit")
            page.wait_for_selector(f"{box}[data-ready]", timeout=120_000)
            ready.append(page.evaluate("performance.now()"))
            page.wait_for_load_state("networkidle")
        rates = pan(page, box)
        nodes = int(page.get_attribute(box, "data-ready") or 0)
        started.close()
    opened = {"interactive_ms": float(np.median(ready)), "slowest_interactive_ms": max(ready), "openings": OPENINGS}
    return {"nodes": nodes, **opened, "kilobytes": sum(received) / 1000, **rates}


def pan(page: Any, box_of: str) -> dict[str, float]:
    """Drag the graph to and fro for three seconds; frames a second, and the slowest frame."""
    box = page.locator(box_of).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate("window.frames_seen = (" + FRAMES + ")(); null")
    for i in range(150):
        page.mouse.move(x + 80 * np.sin(i / 6), y + 40 * np.cos(i / 6))
    times = np.array(page.evaluate("window.frames_seen"))
    page.mouse.up()
    gaps = np.diff(times)
    return {"frames_per_second": 1e3 / float(gaps.mean()), "slowest_frame_ms": float(gaps.max())}


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="the parts to measure")
    given = parser.parse_args()
    n = 20 if given.quick else 200
    groups = "&".join(f"group=g{i:03d}" for i in range(20))
    machine = {
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
    }
    result: dict[str, Any] = {}
    with pages() as url:
        counts = httpx.get(f"{url}/api/v1/overview", timeout=60).json()["counts"]
        if "overview" in given.only:
            result["overview"] = server_times(url, "/", n)
        if "comparison" in given.only:
            result["comparison"] = server_times(url, f"/campaigns?{groups}", n // 4)
            result["comparison_data"] = server_times(url, f"/api/v1/campaigns/compare?{groups}", n // 4)
        if "elements" in given.only:
            result["elements"] = server_times(url, "/elements?symbol=Ni", n)
        if "map" in given.only:
            result["map"] = browser(url, "/map", given.chromium, "#map")
        if "graph" in given.only:
            result["graph"] = browser(url, WHOLE, given.chromium)
    for part in result.values():
        part |= {"store": counts, **machine}
    print(json.dumps(result, indent=1))
    write("ui_speed", kept("ui_speed", quick=given.quick) | result, quick=given.quick)


if __name__ == "__main__":
    main()
