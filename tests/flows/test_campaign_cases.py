"""Spreadsheets, settings and comparisons as people bring them, through the command line: the shared cases."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from hypograph.flows.cli.main import main


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main(list(arguments))
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    return int(left.value.code or 0), out, err


def at(document: Any, path: str) -> Any:
    """Follow a dotted path; a key may hold dots itself."""
    if isinstance(document, dict):
        for key, value in document.items():
            if path == key:
                return value
            if path.startswith(f"{key}."):
                return at(value, path[len(key) + 1 :])
        return None
    head, _, rest = path.partition(".")
    return at(document[int(head)], rest) if rest else document[int(head)]


def matches(found: Any, wanted: Any) -> bool:
    if isinstance(wanted, dict) and set(wanted) <= {"at_least", "at_most"}:
        return bool(wanted.get("at_least", found) <= found <= wanted.get("at_most", found))
    return bool(found == wanted and isinstance(found, str) == isinstance(wanted, str))


def same_cell(cell: str, wanted: Any) -> bool:
    if isinstance(wanted, str):
        return cell == wanted
    return bool(cell) and float(cell) == float(wanted)


def check(step: dict[str, Any], code: int, out: str, err: str) -> None:
    assert code == step["exit"], err
    for word in step.get("says", ()):
        assert word.lower() in (out + err).lower(), (word, err)
    if "zero" in step.get("never", ()):
        assert not re.search(r"(?<![\d.])0\.0+(?![\d])", out), out
    for path, wanted in step.get("json", {}).items():
        assert matches(at(json.loads(out), path), wanted), (path, wanted, out)
    if "parameters" in step:
        rows = {p["name"]: p.get("options") or p.get("values") for p in json.loads(out)["definition"]["parameters"]}
        assert set(rows) == set(step["parameters"])
        for name, levels in step["parameters"].items():
            assert sorted(map(repr, rows[name])) == sorted(
                repr(v) if isinstance(v, str) else repr(float(v)) for v in levels
            )
    if "names" in step:
        assert sorted(p["name"] for p in json.loads(out)["definition"]["parameters"]) == sorted(step["names"])
    if "suggestions" in step:
        found = json.loads(out)["suggestions"]
        assert len(found) == step["suggestions"]
        for name, levels in step.get("each_suggestion", {}).items():
            assert all(s["parameters"][name] in levels for s in found)
    if "rows" in step or "has_rows" in step:
        rows = list(csv.DictReader(io.StringIO(out)))
        assert len(rows) == step.get("rows", len(rows))
        for wanted in step.get("has_rows", ()):
            assert any(all(same_cell(r[k], v) for k, v in wanted.items()) for r in rows), (wanted, out)


@pytest.fixture
def cases(cases_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """A copy of the shared cases as the current folder."""
    shutil.copytree(cases_dir / "campaigns", tmp_path / "cases")
    (tmp_path / "cases").chmod(0o755)
    monkeypatch.chdir(tmp_path / "cases")
    found: list[dict[str, Any]] = json.loads(Path("expected.json").read_text("utf-8"))["cases"]
    return found


def test_the_shared_cases(cases: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]) -> None:
    faults = []
    for case in cases:
        for name in ("lab", "again"):
            shutil.rmtree(name, ignore_errors=True)
        for number, step in enumerate(case["steps"], 1):
            code, out, err = run(capsys, *step["command"])
            if "keep" in step:
                Path(step["keep"]).write_text(out, "utf-8")
            try:
                check(step, code, out, err)
            except (AssertionError, KeyError, ValueError, IndexError, TypeError) as error:
                faults.append(f"{case['id']}, step {number}: {error!r}"[:600])
                break
    assert not faults, "\n".join(faults)
