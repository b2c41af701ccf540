"""A local model: where its file is, and a server for as long as it is needed."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from hypograph.agents.gateway.config import ModelConfig
from hypograph.models.core.errors import (
    CapabilityError,
    DataAbsentError,
    InputError,
    MissingFileError,
    ModelError,
    PortTakenError,
)

FOLDER = "models"
CONTEXT = 4096
_MAGIC = b"GGUF"


def fetched_model(data_folder: Path) -> Path | None:
    """Return the file that `hypograph model fetch` brought and verified, or None."""
    from hypograph.agents.local.lock import default_model

    entry = default_model()
    path = data_folder / FOLDER / entry.file
    return path if path.is_file() and path.stat().st_size == entry.size else None


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file; it is kept beside it, with size and time, so that it is counted once."""
    stat = path.stat()
    now = f"{stat.st_size} {stat.st_mtime_ns}"
    note = path.with_name(path.name + ".sha256")
    with contextlib.suppress(OSError, ValueError):
        seen, value = note.read_text("utf-8").rsplit(" ", 1)
        if seen == now:
            return value
    with path.open("rb") as file:
        value = hashlib.file_digest(file, "sha256").hexdigest()
    with contextlib.suppress(OSError):  # a folder that cannot be written only costs the counting
        note.write_text(f"{now} {value}", "utf-8")
    return value


@contextlib.contextmanager
def serving(
    path: Path, *, port: int = 0, threads: int | None = None, share_prefix: bool = False
) -> Iterator[ModelConfig]:
    """Serve a GGUF file on loopback while the context is open.

    Parameters
    ----------
    path
        The file.
    port
        0 takes a free one.
    threads
        Threads; None is one a core, four at most.
    share_prefix
        See `ModelConfig`.

    Yields
    ------
    ModelConfig
        The model at its address; repeatable with a seed (one slot, prompt cache off).

    Raises
    ------
    MissingFileError, InputError
        If there is no such file, or it is no GGUF file.
    CapabilityError
        If the extra `local` is not installed.
    ModelError, PortTakenError
        If the server does not start.
    """
    if not path.is_file():
        raise MissingFileError("there is no such model file", where=str(path), hint="Run `hypograph model fetch`.")
    with path.open("rb") as file:
        if file.read(4) != _MAGIC:
            raise InputError("the file is no model", where=str(path), expected="a GGUF file")
    if importlib.util.find_spec("xllamacpp") is None:
        raise CapabilityError("no runtime for local models is installed", hint='Run `pip install "hypograph[local]"`.')
    weights = file_hash(path)
    alias = f"{path.stem}-{weights[:12]}"
    count = threads or min(4, _cores())
    command = [sys.executable, "-m", "hypograph.agents.local.server_process", str(path), alias, str(port)]
    process = subprocess.Popen(
        [*command, str(count), str(CONTEXT)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        # Spinning threads starve each other where cores are shared: passive waiting costs less than it saves.
        env={**os.environ, "OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "0"},
    )
    try:
        address = _address(process, path, port)
        yield ModelConfig(
            name="local",
            base_url=f"{address}/v1",
            model=alias,
            weights=weights,
            max_concurrency=1,
            timeout=600.0,
            share_prefix=share_prefix,
        )
    finally:
        _stop(process)


def _cores() -> int:
    """Cores that this process may use, where the system tells (Linux), else those of the machine."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _address(process: subprocess.Popen[str], path: Path, port: int) -> str:
    told = ""
    for line in process.stdout or ():
        kind, _, told = line.strip().partition(" ")
        if kind == "address":
            return told
    if port and "bind" in told.lower():
        raise PortTakenError("another process listens there", where=f"127.0.0.1:{port}")
    raise ModelError(
        f"the local server did not start{': ' + told if told else ''}",
        where=str(path),
        hint="Is the file complete, and is there memory for it?",
    )


def _stop(process: subprocess.Popen[str]) -> None:
    if process.stdin:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout:
        process.stdout.close()


def require_fetched(data_folder: Path) -> Path:
    """Return the fetched model's file.

    Raises
    ------
    DataAbsentError
        If it was not fetched.
    """
    path = fetched_model(data_folder)
    if path is None:
        raise DataAbsentError(
            "the local model is not there",
            where=str(data_folder / FOLDER),
            hint="Run `hypograph model fetch`.",
        )
    return path
