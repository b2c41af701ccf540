"""Wide steps on several processes or machines: the same results, whoever computes them.

A wide step is a list of independent pieces of pure work. Here they run one after the other; with workers they
are tasks of a flow on Prefect's Dask task runner, on a cluster of this machine or on one that is there.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from hypograph.flows.threads import ONE_THREAD, use_one_thread
from hypograph.models.errors import NetworkError

if TYPE_CHECKING:
    from hypograph.flows.settings import Settings

R = TypeVar("R")
Work = Callable[[], R]


def spread(works: Sequence[Work[R]], *, workers: int = 0, address: str | None = None) -> list[R]:
    """Do every piece of work and return the results in order.

    Parameters
    ----------
    works
        Pieces without arguments; with workers they and their results must pickle: module functions, partials.
    workers
        Processes on this machine, one thread each; 0 computes here.
    address
        A Dask scheduler, for instance ``tcp://10.0.0.5:8786``, instead of processes here.

    Returns
    -------
    list
        Equal for every choice of `workers` and `address`.

    Raises
    ------
    NetworkError
        If no scheduler answers at `address`.
    """
    if not works or (workers == 0 and address is None):
        return [_call(work) for work in works]
    from prefect_dask.task_runners import DaskTaskRunner

    with contextlib.ExitStack() as stack:
        if address is None:
            address = stack.enter_context(_local_cluster(min(workers, len(works)))).scheduler_address
        try:
            found: list[R] = _wide_flow().with_options(task_runner=DaskTaskRunner(address=address))(works)
        except OSError as error:
            raise NetworkError("no Dask scheduler answers", where=str(address)) from error
    return found


def spreader(settings: Settings) -> Callable[[Sequence[Work[Any]]], list[Any]] | None:
    """`spread` as the settings want it; None where they name neither workers nor a scheduler."""
    if settings.workers == 0 and settings.dask_address is None:
        return None
    return functools.partial(spread, workers=settings.workers, address=settings.dask_address)


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

    piece: Any = task(name="piece", cache_policy=NO_CACHE, persist_result=False)(_call)

    @flow(name="wide", validate_parameters=False, persist_result=False)
    def wide(works: Sequence[Work[Any]]) -> list[Any]:
        return [future.result() for future in [piece.submit(work) for work in works]]

    return wide
