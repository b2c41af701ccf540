"""What Prefect costs: a flow of small tasks against the same functions called directly; and what we saved.

python benchmarks/flows_overhead.py [--quick]
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from harness import arguments, write


def timed(work: Callable[[], Any], repeats: int) -> float:
    """Median seconds."""
    taken = []
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def demo(through_prefect: bool) -> float:
    """Seconds of ``demo --small`` on an empty data folder, servers running and packages imported."""
    from prefect import flow

    from hypograph.flows.discovery import flow as discovery
    from hypograph.flows.runtime.settings import Settings
    from hypograph.graph import open_store

    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder))
        parameters = discovery.DiscoveryParameters(small=True)
        steps = [name for name in vars(discovery) if name.endswith("_task")]
        kept = {name: getattr(discovery, name) for name in steps}
        whole = discovery._whole
        work = flow(name="demo", validate_parameters=False, persist_result=False)(discovery.run_discovery)
        if not through_prefect:
            # The same steps as plain functions, with arguments as they are.
            vars(discovery).update({name: task.fn for name, task in kept.items()}, _whole=lambda argument: argument)
            work = discovery.run_discovery
        try:
            with open_store(settings.store_config()):
                began = time.perf_counter()
                work(parameters, settings)
                return time.perf_counter() - began
        finally:
            vars(discovery).update(kept, _whole=whole)


def main() -> None:
    given = arguments(__doc__).parse_args()
    repeats = 2 if given.quick else 7
    from hypograph.flows.server.prefect_server import Orchestrator
    from hypograph.models.core.keys import digest

    def work(i: int) -> str:
        return digest(i, list(range(200)))

    result: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in ("boot_first_seconds", "boot_again_seconds"):
            began = time.perf_counter()
            with Orchestrator(Path(folder)) as orchestrator:
                orchestrator.wait()
                result[name] = time.perf_counter() - began
        with Orchestrator(Path(folder)) as orchestrator:
            from prefect import flow, task
            from prefect.cache_policies import NO_CACHE

            piece = task(name="piece", cache_policy=NO_CACHE, persist_result=False)(work)

            @flow(name="empty", persist_result=False)
            def empty() -> None:
                return None

            @flow(name="fifty", persist_result=False)
            def fifty() -> list[str]:
                return [piece(i) for i in range(50)]

            result["direct_50_calls_seconds"] = timed(lambda: [work(i) for i in range(50)], repeats)
            with orchestrator.connected():
                empty()
                result["flow_seconds"] = timed(empty, repeats)
                result["flow_50_tasks_seconds"] = timed(fifty, repeats)
                seconds = {True: [], False: []}
                for number in range(1 if repeats == 2 else 4):
                    for through in (True, False):
                        taken = demo(through)
                        if number or repeats == 2:  # the first of each imports what it needs
                            seconds[through].append(taken)
                result["demo_through_prefect_seconds"] = statistics.median(seconds[True])
                result["demo_direct_seconds"] = statistics.median(seconds[False])
            with orchestrator.connected(pulse=True):
                result["flow_with_heartbeat_seconds"] = timed(empty, max(2, repeats // 2))
    result["a_task_milliseconds"] = 20 * (result["flow_50_tasks_seconds"] - result["flow_seconds"])
    result["demo_overhead_ratio"] = result["demo_through_prefect_seconds"] / result["demo_direct_seconds"]
    result = {k: round(v, 4) for k, v in result.items()}
    for name, value in result.items():
        print(f"{name:30} {value}")
    write("flows_overhead", result, quick=given.quick)


if __name__ == "__main__":
    main()
