"""What ends a command: each error as one sentence and an exit code; odd arguments, closed pipes, full disks, signals.

An error of ours says what to do. A fault of the program is one sentence, too: its traceback goes to a file of its own.
"""

from __future__ import annotations

import contextlib
import errno
import io
import math
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any, Final, NoReturn

import typer

import hypograph
from hypograph.models.core.errors import HypographError
from hypograph.models.core.files import NAMES

LONGEST_LINE: Final = 3_000
HEAD, TAIL = 2_000, 800
LARGEST: Final = 2**63 - 1
LONGEST_NAME: Final = 255  # bytes: what file systems take for one part of a path
INTERRUPTED, TERMINATED = 130, 143
# Where no file is named, it is standard output that takes no more.
FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
# Top module of an optional package → the extra that brings it.
EXTRAS: Final = {
    **dict.fromkeys(("arcadedb_embedded", "fastapi", "mcp", "multipart", "neo4j", "prefect", "prefect_dask"), "server"),
    **dict.fromkeys(("dask", "distributed", "prometheus_client", "sqlalchemy", "starlette", "uvicorn"), "server"),
    **dict.fromkeys(("rdkit", "mordred"), "chem"),
    **dict.fromkeys(("pyalex", "arxiv", "habanero", "semanticscholar"), "live"),
    "xllamacpp": "local",
    "yake": "yake",
    "opentelemetry": "otel",
}


class Terminated(BaseException):
    """The process was told to end (SIGTERM); like an interrupt it unwinds everything in order."""


def run(command: Callable[..., Any]) -> NoReturn:
    """Run a command line and leave with its exit code: 0, 1 environment, 2 bad input, 130 and 143 for signals.

    Parameters
    ----------
    command
        A click or typer application.
    """
    if sys.platform == "win32":
        tell("hypograph: Windows has no POSIX file locks and signals; use the Windows Subsystem for Linux")
        sys.exit(1)
    _open_streams()
    with contextlib.suppress(ValueError):  # not the main thread
        signal.signal(signal.SIGTERM, _terminate)
    try:
        code = command(standalone_mode=False)
        sys.stdout.flush()
    except BaseException as error:
        code = _told(error)
    _let_go_of_output()
    sys.exit(code if isinstance(code, int) and not isinstance(code, bool) else 0)


def _terminate(number: int, frame: FrameType | None) -> None:
    raise Terminated


def _open_streams() -> None:
    """Give closed streams an end, so that no file opened later is taken for one; let no character stop an output."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "r" if name == "stdin" else "w", encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _let_go_of_output() -> None:
    """Flush what is left; where that cannot be, the interpreter's own last flush must not complain."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            with contextlib.suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def tell(text: str) -> None:
    """Write an error to standard error: no line too long to read, no control characters of a stranger's."""
    lines = (_short("".join(c if c.isprintable() or c == "\t" else repr(c)[1:-1] for c in x)) for x in text.split("\n"))
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write("\n".join(lines).rstrip("\n") + "\n")
        sys.stderr.flush()


def _short(line: str) -> str:
    if len(line) <= LONGEST_LINE:
        return line
    return f"{line[:HEAD]} … ({len(line) - HEAD - TAIL:,} characters) … {line[-TAIL:]}"


def _told(error: BaseException) -> int:
    """Say what ended the command; returns its exit code."""
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else int(error.code is not None)
    if isinstance(error, HypographError):
        tell(f"hypograph: {error}")
        error.announced = True
        return error.exit_code
    if isinstance(error, Terminated) or type(error).__name__ == "TerminationSignal":
        tell("hypograph: ended by SIGTERM. What was finished is kept: run the same command again.")
        return TERMINATED
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    show, code = getattr(error, "show", None), getattr(error, "exit_code", None)
    if callable(show) and isinstance(code, int):  # click's errors, whoever's copy of click it is
        text = io.StringIO()
        show(file=text)
        tell(text.getvalue())
        return code
    if type(error).__name__ in {"Abort", "Exit"}:
        tell("Aborted!")
        return 1
    if isinstance(error, OSError):
        return _system_refused(error)
    if isinstance(error, ModuleNotFoundError) and (extra := EXTRAS.get(str(error.name).partition(".")[0])):
        tell(f"hypograph: the package {error.name} is not installed. pip install 'hypograph[{extra}]'")
        return 1
    if isinstance(error, MemoryError):
        tell("hypograph: there is not enough memory for this")
        return 1
    return _faulty(error)


def _system_refused(error: OSError) -> int:
    if error.errno == errno.EPIPE:
        return 1  # the reader of a pipe left early (head, less): nothing to say, and nobody to say it to
    reason = error.strerror or type(error).__name__
    name = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else None
    if name is None and error.errno in FULL:
        tell(f"hypograph: standard output: cannot be written ({reason})")
        return 1
    if name is None:
        name = next((n for n in sys.argv[1:] if _unreadable(n)), None)
    where = " ".join(part for part in (_option_of(name), _short_name(name)) if part)
    tell(f"hypograph: {where + ': ' if where else ''}cannot be read or written ({reason})")
    return 2 if error.errno in NAMES else 1


def _unreadable(name: str) -> bool:
    try:
        path = Path(name)
        if path.is_file():
            with path.open("rb") as file:
                file.read(1)
    except (OSError, ValueError):
        return True
    return False


def _short_name(name: str | None) -> str:
    return "" if name is None else name if len(name) <= 300 else f"{name[:200]}… ({len(name):,} characters)"


def _option_of(name: str | None) -> str:
    """Return the option that a name was given with, where the command line shows it."""
    arguments = sys.argv[1:]
    for at, word in enumerate(arguments):
        if name and (word == name or (len(word) > 3 and word in name)) and at and arguments[at - 1].startswith("--"):
            return arguments[at - 1]
        if name and word.startswith("--") and "=" in word and word.partition("=")[2] == name:
            return word.partition("=")[0]
    return ""


def _faulty(error: BaseException) -> int:
    kind = type(error).__name__
    path = _kept(error)
    where = f"the details are in {path}" if path else "its details could not be written to a file"
    tell(f"hypograph: a fault of the program ({kind}: {_first_line(error)}); {where}. Please report it.")
    return 1


def _first_line(error: BaseException) -> str:
    return _short_name(next(iter(str(error).splitlines()), ""))


def _kept(error: BaseException) -> Path | None:
    """Write the traceback to a file that its owner reads, without the values of arguments."""
    words = [w.partition("=")[0] for w in sys.argv[1:] if w.startswith("-")]
    moment = datetime.now(UTC)
    versions = f"hypograph {hypograph.__version__}, Python {sys.version.split()[0]}, {sys.platform}"
    head = f"{versions}, {moment:%Y-%m-%dT%H:%M:%SZ}"
    text = "\n".join([head, f"command: {' '.join([*sys.argv[1:3], *words])}", *traceback.format_exception(error)])
    for folder in _folders():
        path = folder / f"{moment:%Y%m%d-%H%M%S}-{os.getpid()}.log"
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with open(path, "x", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
                file.write(text.encode("utf-8", "backslashreplace").decode("utf-8"))
        except OSError:
            continue
        return path
    return None


def _folders() -> Iterable[Path]:
    with contextlib.suppress(Exception):  # the settings may be what is at fault
        from hypograph.flows.runtime.settings import load_settings

        yield load_settings().home / "faults"
    yield Path(tempfile.gettempdir()) / f"hypograph-{os.getuid()}" / "faults"


def bounded(command: Any) -> Any:
    """Let a command and its members judge every argument: numbers that are finite, names that can be, texts that are.

    Parameters
    ----------
    command
        A click command or group.
    """
    for member in getattr(command, "commands", {}).values():
        bounded(member)
    for parameter in getattr(command, "params", ()):
        if not getattr(parameter, "_bounded", False):
            parameter._bounded = True
            parameter.process_value = _judging(parameter, parameter.process_value)
    return command


def _judging(parameter: Any, process: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def judged(context: Any, value: Any) -> Any:
        result = process(context, value)
        for one in result if isinstance(result, list | tuple) else (result,):
            if (problem := _problem(one)) is not None:
                raise typer.BadParameter(problem, ctx=context, param=parameter)
        return result

    return judged


def _problem(value: object) -> str | None:
    if isinstance(value, float) and not math.isfinite(value):
        return f"{value} is not a finite number."
    if isinstance(value, int) and abs(value) > LARGEST:
        return "the number is larger than 64 bits hold."
    if isinstance(value, str | os.PathLike):
        try:
            text = os.fspath(value)
            encoded = os.fsencode(text)
            str(text).encode("utf-8")
        except UnicodeError:
            return "not text in UTF-8."
        parts = encoded.split(b"/") if isinstance(value, os.PathLike) else ()
        if any(len(part) > LONGEST_NAME for part in parts) or (parts and len(encoded) > 4095):
            return f"a name of {len(encoded):,} bytes is longer than a file system takes."
    return None
