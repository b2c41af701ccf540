"""A sample of odd argument lists over the whole command line; the benchmark runs a thousand."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "cli_odd.py"


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="lists run in forked processes")
def test_no_odd_list_ends_in_a_traceback() -> None:
    done = subprocess.run([sys.executable, BENCHMARK, "--quick"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "'wrong': 0" in done.stdout
