"""What to do after a run: three commands that fit what it found."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

STEPS = 3


def next_steps(document: Mapping[str, Any], alloys: Path | None = None) -> list[dict[str, str]]:
    """Return commands that go on from what a run found, the nearest first.

    Parameters
    ----------
    document
        What the run found, as `hypograph demo --json` prints it.
    alloys
        The table of alloys that the run learned from; None for those that ship.

    Returns
    -------
    list of dict
        At most three, each with `command` and `why`.
    """
    return [{"command": f"hypograph {command}", "why": why} for command, why in islice(_steps(document, alloys), STEPS)]


def _steps(document: Mapping[str, Any], table: Path | None) -> Iterator[tuple[str, str]]:
    best = (document.get("hypotheses") or {}).get("best") or {}
    if alloys := best.get("alloys"):
        own = f" --alloys {shlex.quote(str(table))}" if table is not None else ""
        yield f"evidence explain {alloys[0]}{own}", "which known alloys and which sources carry the first lead"
    elif best and not (document["hypotheses"] or {}).get("space"):
        yield f"hypotheses show {best['id'][:12]}", "what speaks for and against the first one"
    if (document.get("hypotheses") or {}).get("space"):
        yield f"campaign new my-test --hypothesis {best['id'][:12]}", "the experiments that would test the answer"
    yield "ui", "the map of keywords, the hypotheses and the campaigns, in a browser"
    yield "init my-project", "a folder for your own papers, alloys and tables"
    if not document.get("llm"):
        yield "doctor", "what is set up; with a language model, questions are answered by documents"
