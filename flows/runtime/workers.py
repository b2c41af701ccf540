"""Wide steps on several processes or machines: the same results, whoever computes them.

A wide step is a list of independent pieces of pure work. Here they run one after the other; with workers they
are tasks of a flow on Prefect's Dask task runner, on a cluster of this machine or on one that is there.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import os
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from hypograph.flows.runtime.threads import ONE_THREAD, use_one_thread
from hypograph.models.core.errors import HypographError, NetworkError
from hypograph.models.core.progress import progress

if TYPE_CHECKING:
    from prefect.client.schemas.objects import State

    from hypograph.flows.runtime.settings import Settings

R = TypeVar("R")
Work = Callable[[], R]
# Pieces handed out at once: enough that no worker waits while a result is kept, few enough for memory.
AHEAD, AHEAD_ELSEWHERE = 4, 256
RETRIES, RETRY_SECONDS = 2, 1  # of a piece whose error may pass, such as a server that is busy
# What the steps that are under way work on. Prefect sends a flow's parameters along with each of its tasks, so the
# flow is given a name, and every worker gets its own piece only.
_steps: dict[str, _Step] = {}


class Workers:
    """Dask workers for as long as the context lasts; started when a wide step first needs them.

    Parameters
    ----------
    workers
        Processes on this machine, one thread each; 0 computes here.
    address
        A Dask scheduler, for instance ``tcp://10.0.0.5:8786``, instead of processes here.
    """

    def __init__(self, workers: int = 0, address: str | None = None) -> None:
        self.workers, self.address = workers, address
        self._stack = contextlib.ExitStack()
        self._started: str | None = address

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()
        self._started = self.address

    def each(self, works: Sequence[Work[R]], keep: Callable[[int, R], None], names: Sequence[str] = ()) -> None:
        """Do every piece of work; give `keep` the number and result of each, in order, as they come.

        Parameters
        ----------
        works
            Pieces without arguments; with workers they and their results must pickle: module functions, partials.
        keep
            Called in this process. What it raises ends the step.
        names
            Names of the task runs, by which a person watches them in Prefect: the step and what each piece is about.

        Raises
        ------
        NetworkError
            If no scheduler answers at the address.
        """
        # One piece is done sooner here than handed over.
        if len(works) < 2 or (self.workers == 0 and self.address is None) or not self._can_start():
            for number, work in enumerate(works):
                keep(number, _call(work))
            return
        from prefect_dask.task_runners import DaskTaskRunner

        if self._started is None:
            self._started = self._stack.enter_context(_local_cluster(self.workers)).scheduler_address
        ahead = AHEAD * self.workers if self.address is None else AHEAD_ELSEWHERE
        flow = _wide_flow().with_options(task_runner=DaskTaskRunner(address=self._started))
        step = uuid4().hex
        _steps[step] = _Step(works, keep, names or [f"piece {n} of {len(works)}" for n in range(1, len(works) + 1)])
        try:
            flow(step, ahead)
        except OSError as error:
            raise NetworkError("no Dask scheduler answers", where=self._started) from error
        finally:
            del _steps[step]

    def _can_start(self) -> bool:
        """Tell whether workers run or can be started; where they cannot, say so once."""
        if self._started is None and not semaphores():
            progress().say("no shared memory for worker processes here (/dev/shm): pieces are done in turn")
            self.workers = 0
        return self._started is not None or self.workers > 0


def semaphores() -> bool:
    """Tell whether the system has semaphores that processes share; Linux keeps them in ``/dev/shm``."""
    from multiprocessing import get_context

    try:
        get_context("spawn").Lock()
    except (OSError, ImportError):
        return False
    return True


def spread(works: Sequence[Work[R]], *, workers: int = 0, address: str | None = None) -> list[R]:
    """Do every piece of work and return the results in order, equal for every choice of `workers` and `address`.

    Raises
    ------
    NetworkError
        If no scheduler answers at `address`.
    """
    found: list[R] = []
    with Workers(workers, address) as started:
        started.each(works, lambda number, result: found.append(result))
    return found


def workers_of(settings: Settings) -> contextlib.AbstractContextManager[Workers | None]:
    """Workers as the settings want them; nothing where they name neither workers nor a scheduler."""
    if settings.workers == 0 and settings.dask_address is None:
        return contextlib.nullcontext()
    return Workers(settings.workers, settings.dask_address)


def _local_cluster(workers: int) -> Any:
    from distributed import LocalCluster

    # Loopback only and no dashboard: nothing listens that others could reach.
    cluster: Any = LocalCluster
    return cluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address=None,
        silence_logs=logging.CRITICAL,
        # The workers are the parallelism.
        env={**os.environ, **ONE_THREAD},
    )


def _call(work: Work[R]) -> R:
    # Somebody else's Dask workers may have any number of threads.
    use_one_thread()
    return work()


@functools.cache
def _wide_flow() -> Any:
    from prefect import flow, task
    from prefect.cache_policies import NO_CACHE

    piece: Any = task(
        name="piece",
        cache_policy=NO_CACHE,
        persist_result=False,
        retries=RETRIES,
        retry_delay_seconds=RETRY_SECONDS,
        retry_condition_fn=_may_pass,
    )(_call)

    @flow(name="wide", validate_parameters=False, persist_result=False)
    def wide(step: str, ahead: int) -> None:
        found = _step(step)
        left = (
            piece.with_options(task_run_name=_literal(name)).submit(_Piece(work, f"{step}-{number}"))
            for number, (work, name) in enumerate(zip(found.works, found.names, strict=True))
        )
        waiting = deque(islice(left, ahead))
        for number in range(len(found.works)):
            found.keep(number, waiting.popleft().result())
            waiting.extend(islice(left, 1))

    return wide


def _step(name: str) -> _Step:
    # Looked up here: Prefect pickles the flow with the globals that it names, for each of its tasks.
    return _steps[name]


def _literal(name: str) -> str:
    """Name of a task run as it stands: Prefect takes what is in braces for a parameter."""
    return name.replace("{", "(").replace("}", ")")


def _may_pass(task: object, task_run: object, state: State[object]) -> bool:
    """Whether a piece is tried again: pieces are pure, so only what failed outside of them can end otherwise."""
    try:
        state.result()
    except HypographError as error:
        return error.retryable
    except Exception:
        return False
    return False


@dataclass(frozen=True, slots=True)
class _Step:
    """A wide step under way."""

    works: Sequence[Work[Any]]
    keep: Callable[[int, Any], None]
    names: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of work with a name; without one Dask names it by a digest of everything it holds, object by object."""

    work: Work[Any]
    name: str

    def __call__(self) -> Any:
        return self.work()

    def __dask_tokenize__(self) -> str:
        return self.name
