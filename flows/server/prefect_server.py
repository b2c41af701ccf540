"""The Prefect server of a run: the configured one, the one `flows serve` keeps, or a child of our own."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypograph.flows.server.access import new_auth_string
from hypograph.flows.server.prefect_address import (
    child_environment,
    healthy,
    listen,
    log_file,
    serving,
    set_environment,
)
from hypograph.graph.core.processes import ProcessName
from hypograph.graph.files.serving import basic
from hypograph.models.core.errors import HypographError, UnavailableError

BOOT_SECONDS = 240.0
# A lost server's run must have ended after so long; after the second figure where the error is on its way to the user.
LAST_WORDS_SECONDS, CLOSING_SECONDS = 10.0, 40.0
# A server elsewhere that has not answered for so long is lost to a command that somebody waits for.
SILENCE_SECONDS, PROBE_SECONDS = 20.0, 2.0


class OrchestratorError(UnavailableError):
    """The Prefect server does not start or does not answer."""

    retryable = True


class Orchestrator:
    """A Prefect server for as long as the context lasts.

    Entering returns at once: a child boots while the caller opens the store and imports what it needs, and
    `connected` waits for it. Enter it in the main thread, because the kernel kills the child when the thread
    that started it ends, and before Prefect is imported.

    Parameters
    ----------
    home
        hypograph's data folder; Prefect's own folder is `prefect` in it.
    api_url
        Address of a configured server, or None.
    schedules
        Whether the child must run schedules and automations (`flows serve`).
    port
        Port for the child; 0 takes a free one.
    """

    def __init__(self, home: Path, api_url: str | None = None, *, schedules: bool = False, port: int = 0) -> None:
        self.folder = home / "prefect"
        self.schedules, self.port = schedules, port
        self.owned = False
        self._configured = api_url
        self._url: str | None = None
        self._auth: str | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._lost, self._leaving = threading.Event(), threading.Event()
        self._error: OrchestratorError | None = None

    @property
    def api_url(self) -> str:
        """Address of the API, ending in ``/api``."""
        if self._url is None:
            raise RuntimeError("the orchestrator was not entered")
        return self._url

    @property
    def auth_string(self) -> str | None:
        """Credentials of a server that hypograph started; None for a configured one, whose are Prefect's settings."""
        return self._auth

    @property
    def server(self) -> ProcessName | None:
        """Process that listens, where it is our child."""
        return ProcessName.of(self._process.pid) if self._process else None

    @property
    def pid(self) -> int | None:
        """Process id of the child, or None where the server is not ours."""
        return self._process.pid if self._process else None

    def __enter__(self) -> Orchestrator:
        if self._configured:
            self._url = self._configured
            return self
        found = serving(self.folder)
        if found is not None and not self.schedules:
            self._url, self._auth = found.api_url, found.auth_string
            return self
        if found is not None:
            raise OrchestratorError(
                "another `hypograph flows serve` runs on this data folder",
                where=found.api_url,
                hint="Stop it first, or use another HYPOGRAPH_HOME.",
            )
        self._start()
        return self

    def __exit__(self, *exception: object) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)  # it passes SIGTERM over, which may be for all processes at once
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def _start(self) -> None:
        set_environment(self.folder)
        listener = listen(self.port)
        self.port = listener.getsockname()[1]
        self._auth = new_auth_string()
        with listener, log_file(self.folder) as log:
            # The child inherits the listening socket: no other program can take the port in between.
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "hypograph.flows.server.prefect_server_process"),
                    *(str(listener.fileno()), str(os.getpid()), "schedules" if self.schedules else "runs"),
                ],
                pass_fds=[listener.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # an interrupt at the terminal is for the command, which ends us in order
                env=child_environment(self.folder, self.port, self._auth),
            )
        self.owned = True
        self._url = f"http://127.0.0.1:{self.port}/api"

    def wait(self, seconds: float = BOOT_SECONDS) -> None:
        """Wait until the server answers.

        Raises
        ------
        OrchestratorError
            If it does not within `seconds`, or has died.
        """
        end = time.monotonic() + seconds
        while not healthy(self.api_url, timeout=max(0.1, min(10.0, end - time.monotonic()))):
            if self._process is not None and self._process.poll() is not None:
                raise OrchestratorError(
                    f"the Prefect server ended with code {self._process.returncode}",
                    hint=f"Read {self.folder / 'server.log'}.",
                )
            if self._process is None or time.monotonic() > end:
                raise OrchestratorError(
                    "the Prefect server does not answer",
                    where=self.api_url,
                    hint="Start it, or unset PREFECT_API_URL.",
                )
            time.sleep(0.05)

    @contextlib.contextmanager
    def connected(self, *, pulse: bool = False) -> Iterator[None]:
        """Wait for the server; inside, flows of this process report to it.

        Without `pulse` heartbeats are off: each flow run ends by joining a thread that sleeps for a whole
        second, and a run that dies with its command needs none. Runs that `flows serve` starts keep theirs.
        """
        self.wait()
        import prefect.context
        from prefect.settings import get_current_settings, temporary_settings

        with temporary_settings(self._client_settings()):
            settings = get_current_settings()
            quiet = {} if pulse else {"heartbeat_frequency": None}
            flows = settings.flows.model_copy(update=quiet)
            profile = prefect.context.get_settings_context().profile
            # Else Prefect prints what it could not send to a dead server, without a line end, into our one sentence.
            logging.raiseExceptions = False
            with prefect.context.SettingsContext(
                profile=profile, settings=settings.model_copy(update={"flows": flows})
            ):
                try:
                    with self._watched(settings, pulse):
                        yield
                finally:
                    if not self._lost.is_set():
                        _drain()

    def _client_settings(self) -> dict[Any, Any]:
        from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_KEY, PREFECT_API_URL
        from prefect.settings import PREFECT_CLIENT_CUSTOM_HEADERS as HEADERS

        if self._auth is None:
            return {PREFECT_API_URL: self.api_url}
        # Prefect's clients show the string over HTTP; on sockets they show it after the handshake only, which is late.
        header = {"Authorization": basic(self._auth)}
        own = {PREFECT_API_AUTH_STRING: self._auth, PREFECT_API_KEY: None, HEADERS: header}
        return {PREFECT_API_URL: self.api_url, **own}

    @contextlib.contextmanager
    def _watched(self, settings: Any, pulse: bool) -> Iterator[None]:
        """Turn the loss of the server into an error here, soon: Prefect would retry for minutes.

        What `flows serve` does with a server elsewhere is not watched: it waits until that one is back.
        """
        if self._process is None and pulse:
            yield
            return
        here = threading.current_thread() is threading.main_thread()
        # Not SIGINT: a command that a shell started in the background ignores that one.
        before = signal.signal(signal.SIGUSR1, _lost) if here else None
        watcher = threading.Thread(target=self._watch, args=(settings,), daemon=True)
        watcher.start()
        try:
            yield
        except BaseException as error:
            if isinstance(error, Exception) and not isinstance(error, HypographError):
                self._lost.wait(1.0)  # a torn connection can be felt before the server's end is noticed
            if self._lost.is_set():
                self._error = self._loss()
                raise self._error from error
            raise
        finally:
            self._leaving.set()
            if before is not None:
                signal.signal(signal.SIGUSR1, before)

    def _loss(self) -> OrchestratorError:
        hint = "What was finished is kept: run the same command again."
        if self._process is not None:
            where = str(self.folder / "server.log")
            return OrchestratorError("the Prefect server ended in the middle of the run", where=where, hint=hint)
        return OrchestratorError("the Prefect server does not answer any more", where=self.api_url, hint=hint)

    def _watch(self, settings: Any) -> None:
        if self._process is not None:
            self._process.wait()
        elif not self._silent():
            return
        if self._leaving.is_set():
            return
        self._lost.set()
        settings.client.max_retries = 0
        logging.disable(logging.CRITICAL)  # of what follows only the error below is news
        os.kill(os.getpid(), signal.SIGUSR1)
        # Prefect's background threads may hold the end of the process up, a slow disk the closing of the store.
        begun = time.monotonic()
        time.sleep(LAST_WORDS_SECONDS)
        while self._error and not self._error.announced and time.monotonic() - begun < CLOSING_SECONDS:
            time.sleep(0.1)
        if not (self._error and self._error.announced):
            sys.stderr.write(f"hypograph: {self._loss()}\n")
            sys.stderr.flush()
        os._exit(1)

    def _silent(self) -> bool:
        """Wait until the server has not answered for a while (True), or until we leave."""
        since: float | None = None
        while not self._leaving.wait(PROBE_SECONDS):
            if healthy(self.api_url, timeout=5.0):
                since = None
            elif since is None:
                since = time.monotonic()
            elif time.monotonic() - since > SILENCE_SECONDS:
                return True
        return False


def _lost(*_: object) -> None:
    raise KeyboardInterrupt  # Prefect takes any other error for one of the work and would tell its server


def _drain() -> None:
    """Send what Prefect's background threads still hold, before the server goes."""
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogWorker

    for worker in (EventsWorker, APILogWorker):
        worker.drain_all(timeout=5, at_exit=False)
