"""How commands end: odd arguments, faults of the program, closed and full outputs, poor terminals, signals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hypograph.flows.cli.main import main

COMMAND = [sys.executable, "-m", "hypograph.flows.cli.main"]
# A fault as a command would have it, by the same door.
FAULTY = """
import sys, time, os, signal
from hypograph.flows.cli.faults import run
def command(standalone_mode):
    {body}
sys.argv[1:] = ["evidence", "predict", "--token=secret", "--alloys", "a.csv"]
run(command)
"""


def environment(home: Path, **more: str) -> dict[str, str]:
    taken = ("HYPOGRAPH_", "NEO4J_", "PREFECT_")
    return {k: v for k, v in os.environ.items() if not k.startswith(taken)} | {"HYPOGRAPH_HOME": str(home), **more}


def command(home: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    env = environment(home, **more)
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, env=env, check=False, timeout=300)


def faulty(home: Path, body: str) -> subprocess.CompletedProcess[str]:
    script = FAULTY.format(body=body)
    env = environment(home)
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=env, check=False)


def test_a_fault_is_a_sentence_and_a_file(tmp_path: Path) -> None:
    done = faulty(tmp_path, "raise KeyError('odd')")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("hypograph: a fault of the program (KeyError: 'odd'); the details are in ")
    (log,) = (tmp_path / "faults").iterdir()
    assert log.stat().st_mode & 0o777 == 0o600
    text = log.read_text()
    assert "Traceback" in text
    assert "secret" not in text.splitlines()[1]


@pytest.mark.parametrize(
    ("body", "code", "says"),
    [
        ("open('/nowhere/x')", 2, "/nowhere/x"),
        ("open('x' * 300)", 2, "File name too long"),
        ("raise OSError(28, 'No space left on device')", 1, "standard output"),
        ("raise PermissionError(13, 'Permission denied', 'a.csv')", 1, "--alloys a.csv"),
        ("raise MemoryError", 1, "memory"),
        ("raise RecursionError('deep')", 1, "RecursionError"),
        ("raise ValueError('é\\udcff\\x1b[31m' * 4000)", 1, "ValueError"),
        ("os.kill(os.getpid(), signal.SIGTERM); time.sleep(9)", 143, "ended by SIGTERM"),
        ("sys.exit('bye')", 1, ""),
        ("sys.exit(3)", 3, ""),
        ("raise KeyboardInterrupt", 130, ""),
    ],
)
def test_whatever_ends_a_command_is_one_sentence(tmp_path: Path, body: str, code: int, says: str) -> None:
    done = faulty(tmp_path, body)
    assert done.returncode == code, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert "\x1b" not in done.stderr
    assert all(len(line) <= 3000 for line in done.stderr.splitlines())


@pytest.mark.parametrize(
    "arguments",
    [
        ["flows", "schedule", "campaign", "--interval", "inf"],
        ["flows", "schedule", "campaign", "--interval", "nan"],
        ["flows", "schedule", "campaign", "--interval", "1e300"],
        ["flows", "schedule", "campaign", "--interval", "-1e9"],
        ["flows", "schedule", "campaign", "--interval", "9" * 5000],
        ["campaign", "benchmark", "--seeds", "9" * 30],
        ["hypotheses", "rank", "--comparisons", "9" * 25],
        ["hypotheses", "simulate", "--budget", "60," + "9" * 4000],
        ["flows", "run", "campaign", "--param", "seeds=" + "9" * 5000],
        ["flows", "run", "campaign", "--param", "seeds=" + "[" * 20_000],
        ["flows", "run", "campaign", "--param", "table=" + "x" * 4000],
        ["graph", "backup", "x" * 300],
        ["graph", "restore", "/".join("x" * 4096)],
        ["graph", "migrate", "--to", "bolt://graph.example.invalid"],
        ["graph", "migrate", "--to", "BOLT://graph.example.invalid"],
        ["graph", "migrate", "--to", "http://[::1"],
        ["graph", "migrate", "--to", "nonsense"],
        ["graph", "clear"],
        ["nonsense" * 1000],
    ],
)
def test_an_odd_argument_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    monkeypatch.setenv("HYPOGRAPH_HOME", str(tmp_path))
    monkeypatch.setenv("NEO4J_PASSWORD", "not-a-password")
    monkeypatch.setattr(sys, "argv", ["hypograph"])
    with pytest.raises(SystemExit) as left:
        main(arguments)
    told = capsys.readouterr().err
    assert left.value.code == 2, told
    assert "Traceback" not in told
    assert any(line.startswith(("hypograph: ", "Error: ")) for line in told.splitlines())
    assert all(len(line) <= 3000 for line in told.splitlines())


@pytest.mark.parametrize("arguments", [["data", "list"], ["data", "list", "--json"], ["--help"]])
def test_closed_and_full_outputs_end_quietly(tmp_path: Path, arguments: list[str]) -> None:
    closed = subprocess.run(
        ["sh", "-c", 'exec "$@" >&-', "x", *COMMAND, *arguments],
        stderr=subprocess.PIPE,
        text=True,
        env=environment(tmp_path),
        check=False,
    )
    assert (closed.returncode, closed.stderr) == (0, "")
    if not Path("/dev/full").exists():
        return
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*COMMAND, *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(tmp_path),
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == "hypograph: standard output: cannot be written (No space left on device)\n"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_a_poor_terminal_is_shown_what_it_can(tmp_path: Path, encoding: str) -> None:
    code = (
        "from hypograph.flows.cli.common import emit; from hypograph.flows.cli.faults import run\n"
        "def command(standalone_mode):\n"
        "    odd = '\\u2013 \\xe9 \\U0001f600'; emit({}, False, odd); emit({'a': odd}, True, '')\n"
        "run(command)"
    )
    env = environment(tmp_path, PYTHONIOENCODING=encoding, PYTHONUTF8="0", LC_ALL="C")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=env, check=False)
    assert done.returncode == 0, done.stderr
    import json

    assert json.loads(done.stdout.decode(encoding).splitlines()[1]) == {"a": "– é 😀"}


def test_a_reader_that_leaves_early_is_not_told(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*COMMAND, "data", "list", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(tmp_path),
    )
    assert process.stdout is not None
    process.stdout.close()
    _, error = process.communicate()
    assert (process.returncode, error) == (1, b"")


@pytest.mark.server
def test_pages_end_in_order_on_sigterm(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*COMMAND, "ui", "--port", "18399"], stderr=subprocess.PIPE, text=True, env=environment(tmp_path)
    )
    assert process.stderr is not None
    assert "pages at" in process.stderr.readline()
    process.send_signal(signal.SIGTERM)
    _, error = process.communicate(timeout=120)
    assert process.returncode in {0, 143}, error
    assert "Traceback" not in error
