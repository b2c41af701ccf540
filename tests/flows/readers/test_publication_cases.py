"""Exports as people have them: the shared cases, skipped where their folder is not there."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hypograph.flows.readers.publications.duplicates import deduplicate
from hypograph.flows.readers.publications.names import family_name
from hypograph.flows.readers.publications.registry import read_publications
from hypograph.models.core.records import Publication

_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def _spelled(text: str) -> str:
    flat = unicodedata.normalize("NFC", text).translate(_LOWERED)
    return re.sub("[“”]", '"', re.sub("[‐-―]", "-", flat)).replace("’", "'").rstrip(".")


def _is_right(name: str, wanted: Any, found: Publication) -> bool:
    field = re.sub(r"_(?:has|not|any)$", "", name)
    value = getattr(found, field)
    if name == "authors":
        return [family_name(a) for a in value] == wanted
    if name == "keywords":
        return {k.casefold() for k in wanted} <= {k.casefold() for k in value}
    if name.endswith("_has"):
        return all(_spelled(w) in _spelled(value) for w in wanted)
    if name.endswith("_not"):
        return not any(w in value for w in wanted)
    if name.endswith("_any"):
        return value in wanted
    if wanted is None:
        return value in (None, "")
    return _spelled(value) == _spelled(wanted) if isinstance(wanted, str) else bool(value == wanted)


def _faults(case: dict[str, Any], folder: Path) -> Iterator[str]:
    reports = [read_publications(folder / name) for name in case["files"]]
    left = deduplicate(p for report in reports for p in report.publications)
    problems = [p for report in reports for p in report.problems]
    for wanted in case["publications"]:
        fits = [p for p in left if wanted.get("doi") and p.doi == wanted["doi"]] or [
            p
            for p in left
            if _spelled(p.title).casefold() == _spelled(wanted.get("title", "")).casefold()
            and wanted.get("venue", p.venue) == p.venue
        ]
        if not fits:
            yield f"missing: {wanted}"
            continue
        left.remove(fits[0])
        yield from (f"{n}: {v!r}" for n, v in wanted.items() if not _is_right(n, v, fits[0]))
    if case.get("flow") != "remove":
        yield from (f"extra: {p.title}" for p in left if p.title not in case.get("extra_allowed", []))
    for words in case.get("problems", []):
        if not any(word in problem for word in words for problem in problems):
            yield f"no problem says {words}"
    if problems and not case.get("problems"):
        yield f"problems: {problems}"


def test_the_shared_exports_are_read_right(cases_dir: Path) -> None:
    folder = cases_dir / "literature" / "exports"
    if not folder.is_dir():
        pytest.skip("the folder has no literature/exports")
    cases = json.loads((folder / "expected.json").read_text("utf-8"))["cases"]
    assert {case["id"]: found for case in cases if (found := list(_faults(case, folder)))} == {}
