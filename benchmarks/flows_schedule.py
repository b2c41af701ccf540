"""Scheduler: how many of the runs of a ten-second schedule are missed or doubled, and how late they start.

It serves a flow that does nothing but note the time, through the same code as `hypograph flows serve`, on a
fresh data folder. ``--runs 60`` takes ten minutes.

    python benchmarks/flows_schedule.py [--runs 60] [--quick]
"""

from __future__ import annotations

import itertools
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from harness import arguments, write
from prefect import flow
from pydantic import BaseModel

INTERVAL = 10


class Nothing(BaseModel):
    """The probe takes no parameters."""


@flow(name="probe", persist_result=False)
def probe(parameters: Nothing | None = None) -> float:
    return time.time()


def serve_probe(home: str) -> None:
    from hypograph.flows.runtime.settings import load_settings
    from hypograph.flows.server import deployments
    from hypograph.flows.server.deployments import Deployable, schedule_of
    from hypograph.flows.server.serve import Wish, serve

    deployments.DEPLOYABLES.register(
        Deployable("probe", "flows_schedule.probe", "Notes the time.", "flows_schedule.Nothing")
    )
    os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    wish = Wish(flows=["probe"], schedule=schedule_of(None, INTERVAL), port=0, limit=2)
    serve(load_settings(home=Path(home)), wish, lambda text: print(text, file=sys.stderr, flush=True))


def observe(home: Path, runs: int) -> list[dict[str, float]]:
    import httpx

    from hypograph.flows.server.prefect_address import serving
    from hypograph.graph.files.serving import basic

    found, end = None, time.monotonic() + 300
    while found is None or found.auth_string is None:
        if time.monotonic() > end:
            raise SystemExit("the server did not start")
        time.sleep(1)
        found = serving(home / "prefect")
    url, headers = found.api_url, {"Authorization": basic(found.auth_string)}
    time.sleep((runs + 2) * INTERVAL)
    body = {
        "sort": "EXPECTED_START_TIME_ASC",
        "flow_runs": {"state": {"type": {"any_": ["COMPLETED", "FAILED", "CRASHED", "RUNNING", "PENDING"]}}},
    }
    rows = httpx.post(url + "/flow_runs/filter", json={**body, "limit": 200}, headers=headers, timeout=30).json()
    from datetime import datetime

    def seconds(text: str | None) -> float:
        return datetime.fromisoformat(text).timestamp() if text else float("nan")

    return [
        {
            "expected": seconds(r["expected_start_time"]),
            "started": seconds(r["start_time"]),
            "completed": r["state_type"] == "COMPLETED",
        }
        for r in rows
    ]


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--runs", type=int, default=60)
    parser.add_argument("--serve", metavar="HOME")
    given = parser.parse_args()
    if given.serve:
        serve_probe(given.serve)
        return
    runs = 6 if given.quick else given.runs
    with tempfile.TemporaryDirectory() as folder:
        child = subprocess.Popen([sys.executable, __file__, "--serve", folder])
        try:
            rows = observe(Path(folder), runs)[:runs]
        finally:
            child.send_signal(signal.SIGTERM)
            child.wait(60)
    expected = [row["expected"] for row in rows]
    gaps = [b - a for a, b in itertools.pairwise(expected)]
    late = [row["started"] - row["expected"] for row in rows if row["completed"]]
    result = {
        "runs": len(rows),
        "completed": sum(bool(row["completed"]) for row in rows),
        "missed": sum(round(gap / INTERVAL) - 1 for gap in gaps if gap > 1.5 * INTERVAL),
        "doubled": sum(gap < 0.5 * INTERVAL for gap in gaps),
        "seconds_late": {"median": round(statistics.median(late), 2), "max": round(max(late), 2)},
    }
    for name, value in result.items():
        print(f"{name:14} {value}")
    write("flows_schedule", result, quick=given.quick)


if __name__ == "__main__":
    main()
