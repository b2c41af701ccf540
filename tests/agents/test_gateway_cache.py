"""The cache under threads and processes, and on a disk that fails."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hypograph.agents.answers.cache import AnswerCache
from hypograph.models.core.errors import DiskError


def test_threads_and_processes_share_it(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from hypograph.agents.answers.cache import AnswerCache\n"
        "c = AnswerCache(Path(sys.argv[1]))\n"
        "for i in range(50): c.put(f'{sys.argv[2]}-{i}', 'x' * 200)\n"
    )
    others = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path), n]) for n in ("a", "b")]
    cache = AnswerCache(tmp_path)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda i: cache.put(f"t-{i}", "y"), range(100)))
    assert [p.wait() for p in others] == [0, 0]
    assert all(cache.get(f"t-{i}") == "y" for i in range(100))
    assert all(cache.get(f"{n}-{i}") == "x" * 200 for n in "ab" for i in range(50))


def test_the_first_answer_stays(tmp_path: Path) -> None:
    cache = AnswerCache(tmp_path)
    cache.put("k", "one")
    cache.put("k", "two")
    assert cache.get("k") == "one"
    assert cache.get("other") is None


def test_skills_are_kept_by_fingerprint_and_replaced(tmp_path: Path) -> None:
    cache = AnswerCache(tmp_path)
    assert cache.skill("f", "judge") is None
    cache.keep_skill("f", "judge", 0.4, {"n": 1})
    cache.keep_skill("f", "judge", 0.2, {"n": 2})
    assert AnswerCache(tmp_path).skill("f", "judge") == 0.2
    assert cache.skill("g", "judge") is None
    assert cache.skill("f", "expert") is None


def test_a_folder_that_is_a_file_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(DiskError, match="cannot be opened"):
        AnswerCache(tmp_path / "file")
