"""Runs that somebody began from a page where no `flows serve` is: each a child process with a folder of its own."""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from hypograph.flows.server.deployments import DEPLOYABLES, deployable, parameters_of, validated
from hypograph.models.core.errors import DiskError, InputError, UnavailableError
from hypograph.models.core.services import FlowForm, Job

if TYPE_CHECKING:
    from hypograph.flows.runtime.settings import Settings

AT_ONCE = 2
KEPT = 100
LINES = 300
_ID = re.compile(r"[\w-]{10,40}\Z")


class Jobs:
    """Begins runs as child processes and keeps what they said in the data folder.

    Parameters
    ----------
    settings
        Of the process that serves the pages; its runs work with the same.
    """

    def __init__(self, settings: Settings) -> None:
        self.folder = settings.home / "jobs"
        self.model = settings.llm_model or ("the local model" if settings.llm_local else "")
        self._environment = {**os.environ, "HYPOGRAPH_HOME": str(settings.home)}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._lock = threading.Lock()

    def flows(self) -> Sequence[FlowForm]:
        """Return the flows that can be run, with the schema of their parameters."""
        return [FlowForm(d.name, d.summary, parameters_of(d).model_json_schema()) for d in DEPLOYABLES]

    def disciplines(self) -> Sequence[str]:
        """Return the names of the shipped disciplines."""
        from hypograph.flows.readers.disciplines import shipped_disciplines

        return shipped_disciplines()

    def begin(self, flow: str, values: Mapping[str, object], title: str) -> str:
        """Begin a run and return the id of its job.

        Raises
        ------
        InputError
            Naming the parameter that cannot be used.
        UnavailableError
            If as many runs as go together are under way.
        """
        validated(deployable(flow), values)
        with self._lock:
            if sum(p.poll() is None for p in self._running.values()) >= AT_ONCE:
                raise UnavailableError(f"{AT_ONCE} runs are under way already", hint="Wait for one, or stop it.")
            id = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-") + secrets.token_hex(3)
            place = self.folder / id
            try:
                place.mkdir(parents=True, mode=0o700)
                record = {"flow": flow, "title": title, "values": dict(values), "began_at": _now()}
                (place / "job.json").write_text(json.dumps(record, ensure_ascii=False, default=str), "utf-8")
                with (place / "log.txt").open("wb") as log:
                    command = [sys.executable, "-m", "hypograph.flows.server.job_process", str(place)]
                    child = subprocess.Popen(
                        command, env=self._environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
                    )
            except OSError as error:
                raise DiskError(f"could not begin ({error.strerror})", where=str(place)) from error
            self._running[id] = child
        threading.Thread(target=self._wait, args=(id, child), daemon=True).start()
        return id

    def _wait(self, id: str, child: subprocess.Popen[bytes]) -> None:
        code = child.wait()
        state = "completed" if code == 0 else "stopped" if code in {-signal.SIGTERM, -signal.SIGINT} else "failed"
        with contextlib.suppress(OSError):
            (self.folder / id / "end.json").write_text(json.dumps({"state": state, "ended_at": _now()}), "utf-8")

    def job(self, id: str) -> Job | None:
        """Return a job as it stands; None where there is none."""
        place = self.folder / id
        record = _read(place / "job.json") if _ID.match(id) else None
        if record is None:
            return None
        end = _read(place / "end.json")
        running = id in self._running and self._running[id].poll() is None
        state = str(end["state"]) if end else "running" if running else "stopped"
        return Job(
            id,
            str(record["title"]),
            state,
            str(record["began_at"]),
            str(end["ended_at"]) if end else "",
            tuple(_lines(place / "log.txt")),
            _read(place / "answer.json"),
        )

    def jobs(self) -> Sequence[Job]:
        """Return the latest jobs, the latest first."""
        if not self.folder.is_dir():
            return []
        ids = sorted((p.name for p in self.folder.iterdir() if _ID.match(p.name)), reverse=True)[:KEPT]
        return [job for id in ids if (job := self.job(id)) is not None]

    def stop(self, id: str) -> None:
        """Ask a job to end; what it finished is kept.

        Raises
        ------
        InputError
            If it does not run.
        """
        child = self._running.get(id)
        if child is None or child.poll() is not None:
            raise InputError("this run is not under way", where=id[:40])
        child.terminate()

    def close(self) -> None:
        """End what is under way, with the pages."""
        for child in self._running.values():
            if child.poll() is None:
                child.terminate()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _read(path: Path) -> dict[str, object] | None:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8", errors="replace").splitlines()[-LINES:]
    except OSError:
        return []
