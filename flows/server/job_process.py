"""The process of one run that was begun from a page: ``python -m hypograph.flows.server.job_process FOLDER``."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path

WATCH_SECONDS = 2.0


def main(folder: Path) -> int:
    """Run what ``job.json`` asks for and write ``answer.json``; return the exit code."""
    _end_with(os.getppid())
    from hypograph.flows.runtime.settings import load_settings
    from hypograph.flows.server.deployments import deployable, validated
    from hypograph.flows.server.deployments_status import document_here
    from hypograph.models.core.errors import HypographError

    job = json.loads((folder / "job.json").read_text("utf-8"))
    which = deployable(job["flow"])
    print(f"{which.name}: started", flush=True)  # noqa: T201  (the log of the job)
    try:
        document = document_here(load_settings(), which, validated(which, job["values"]))
    except HypographError as error:
        print(f"{type(error).__name__}: {error}", flush=True)  # noqa: T201
        return error.exit_code
    part = folder / "answer.json.part"
    part.write_text(json.dumps(document, ensure_ascii=False, default=str), "utf-8")
    part.replace(folder / "answer.json")
    state = str(document.get("state", "completed"))
    print(f"{which.name}: {state}", flush=True)  # noqa: T201
    return 0 if state not in {"failed", "crashed", "cancelled"} else 1


def _end_with(parent: int) -> None:
    """End when the process that serves the pages does: a run that nobody can see or stop is not left behind."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(WATCH_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
