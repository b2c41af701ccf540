"""Children that die with their parent, and locks that a crash cannot leave behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from hypograph.models.core.errors import DiskError
from hypograph.models.core.locks import file_lock

HOLDER = """
import sys, time
from pathlib import Path
from hypograph.models.core.locks import file_lock
with file_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""
PARENT = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c",
    "import sys, time; from hypograph.models.core.children import die_with_parent; "
    "die_with_parent(int(sys.argv[1])); print('guarded', flush=True); time.sleep(60)", str(os.getpid())],
    stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(60)
"""


def start(script: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", script, *arguments], stdout=subprocess.PIPE, text=True)


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_only_one_at_a_time_holds_a_lock(tmp_path: Path) -> None:
    inside, most = 0, 0

    def work() -> None:
        nonlocal inside, most
        for _ in range(50):
            with file_lock(tmp_path / "a.lock"):
                inside += 1
                most = max(most, inside)
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert list(tmp_path.iterdir()) == []


def test_a_killed_holder_leaves_the_lock_free(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    holder = start(HOLDER, str(path))
    assert first_line(holder) == "held"
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    with file_lock(path):
        assert path.exists()
    assert not path.exists()


def test_a_folder_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DiskError, match="cannot be written"), file_lock(tmp_path / "file" / "a.lock"):
        pass


@pytest.mark.parametrize("way", ["die_with_parent", "leave_with_parent"])
def test_a_guarded_child_dies_with_a_killed_parent(way: str) -> None:
    if way == "die_with_parent":
        parent = start(PARENT)
    else:  # as on systems whose kernel does not do it
        call = "threading.Thread(target=leave_with_parent, args=(int(sys.argv[1]),), daemon=True).start()"
        imported = PARENT.replace("import sys, time;", "import sys, time, threading;").replace(
            "import die_with_parent", "import leave_with_parent"
        )
        parent = start(imported.replace("die_with_parent(int(sys.argv[1]))", call))
    child = psutil.Process(int(first_line(parent)))
    parent.send_signal(signal.SIGKILL)
    parent.communicate()
    _, alive = psutil.wait_procs([child], timeout=20)
    assert alive == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has PR_SET_PDEATHSIG")
def test_a_child_whose_parent_is_gone_already_leaves() -> None:
    code = "from hypograph.models.core.children import die_with_parent; die_with_parent(1); print('stayed')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert os.getpid() != 1
    assert (done.returncode, done.stdout) == (1, "")
