"""`hypotheses report`: what is known of a question, as Markdown and HTML."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from hypograph.graph.store.store import GraphStore
from hypograph.models.core.errors import DiskError, InputError
from hypograph.models.hypotheses.document import HypothesisDocument, from_statement, sections

BEST = 3  # hypotheses that are shown in full


@dataclass(frozen=True)
class Section:
    """A part of a report: a title and its paragraphs or rows; `level` counts from 1."""

    title: str
    lines: tuple[str, ...]
    level: int = 2
    listed: bool = False


def report_command(key: str, folder: Path) -> dict[str, Any]:
    """Write the report of a question, or of the question that a hypothesis answers.

    Returns
    -------
    dict
        `question_id`, `question`, and the paths `markdown` and `html`.

    Raises
    ------
    InputError
        If no question and no hypothesis, or more than one, begins with the key.
    DiskError
        If the files cannot be written.
    """
    from hypograph.flows.runtime.settings import load_settings
    from hypograph.graph import open_store

    with open_store(load_settings().store_config()) as store:
        question, parts = report_sections(store, key)
    names = {
        "markdown": folder / f"report-{question['id'][:12]}.md",
        "html": folder / f"report-{question['id'][:12]}.html",
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        names["markdown"].write_text(as_markdown(question["text"], parts), "utf-8")
        names["html"].write_text(as_html(question["text"], parts), "utf-8")
    except OSError as error:
        raise DiskError(f"could not write ({error.strerror})", where=str(folder)) from error
    paths = {name: str(path.absolute()) for name, path in names.items()}
    return {"question_id": question["id"], "question": question["text"], **paths}


def find_question(store: GraphStore, key: str) -> dict[str, Any]:
    """Return a question by its id, or that of a hypothesis, or the beginning of either.

    Raises
    ------
    InputError
        If none, or more than one, has that id.
    """
    nodes = [
        (label, {**n["props"], "id": n["key"]}) for label in ("Question", "Hypothesis") for n in store.nodes(label)
    ]
    found = [(label, n) for label, n in nodes if str(n["id"]).startswith(key)]
    keys = {n["id"] if label == "Question" else n.get("question") for label, n in found}
    if len(keys) != 1 or None in keys:
        what = "no question or hypothesis has this id" if not found else "this id names no single question"
        raise InputError(what, where=key, expected="an id from `hypotheses search`")
    wanted = keys.pop()
    return next(n for label, n in nodes if label == "Question" and n["id"] == wanted)


def hypotheses_of(store: GraphStore, question: str) -> list[dict[str, Any]]:
    """Return the hypotheses that answer a question, those most probably best first; the direct answer's rank counts."""
    rows = [{**n["props"], "id": n["key"]} for n in store.nodes("Hypothesis") if n["props"].get("question") == question]
    return sorted(rows, key=lambda h: (h.get("status") != "final", -(h.get("probability_best") or 0.0), h["id"]))


def report_sections(store: GraphStore, key: str) -> tuple[dict[str, Any], list[Section]]:
    """Return the question and the parts of its report."""
    from hypograph.graph.queries import pages

    question = find_question(store, key)
    rows = hypotheses_of(store, question["id"])
    parts = [Section("What was asked", _asked(question))]
    for number, row in enumerate(rows[:BEST], start=1):
        parts += _hypothesis(number, row, question)
        passages = store.read(pages.HYPOTHESIS_PASSAGES, ids=[row["id"]])
        evidence = [dict(r) for r in store.read(pages.HYPOTHESIS_EVIDENCE, ids=[row["id"]])]
        parts += [Section("Evidence", tuple(_evidence(passages, evidence)), 3, listed=True)]
    tried = [f"{r['statement']}{_standing(r)}" for r in rows]
    parts.append(Section("What was tried", tuple(tried) or ("nothing",), listed=True))
    parts.append(Section("What it cost", _cost(question)))
    deciding = [f"{r['statement']} {r['deciding_experiment']}" for r in rows[:BEST] if r.get("deciding_experiment")]
    parts.append(Section("Experiments that decide", tuple(deciding) or ("none was derived",), listed=True))
    return question, parts


def _asked(question: Mapping[str, Any]) -> tuple[str, ...]:
    lines = [str(question["text"])]
    if question.get("idea"):
        lines.append(f"Coarse idea: {question['idea']}")
    return tuple(lines)


def _hypothesis(number: int, row: Mapping[str, Any], question: Mapping[str, Any]) -> list[Section]:
    stored = row.get("document")
    document = HypothesisDocument.model_validate_json(stored) if stored else from_statement(str(row["statement"]))
    mark = " (the direct answer)" if row["id"] == question.get("direct") else ""
    parts = [Section(f"{number}. {document.statement}", (f"As it stands{mark}{_standing(row)}.",))]
    parts += [Section(title, tuple(lines), 3, listed=len(lines) > 1) for title, lines in sections(document)]
    history = json.loads(row.get("history") or "[]")
    if history:
        told = [f"{h['experiment']}: {h['observed']} → belief {h['belief']:.2f}, {h['state']}" for h in history]
        parts.append(Section("What experiments said", tuple(told), 3, listed=True))
    return parts


def _standing(row: Mapping[str, Any]) -> str:
    told = []
    if row.get("probability_best") is not None:
        told.append(f"best with probability {row['probability_best']:.2f}")
    if row.get("state"):
        told.append(
            f"{row['state']} by experiments, belief {row.get('belief', 0.0):.2f} to {row.get('plausibility', 1.0):.2f}"
        )
    if row.get("operator"):
        told.append(f"written by {row['operator']}")
    return f": {'; '.join(told)}" if told else ""


def _evidence(passages: Sequence[Mapping[str, Any]], evidence: Sequence[Mapping[str, Any]]) -> list[str]:
    sides = {"SUPPORTS": "for", "REFUTES": "against"}
    lines = [f"{sides[str(r['kind'])]}: {r['passage']} [{r['key']}]" for r in passages if r.get("passage")]
    for row in evidence:
        e = row["e"]
        origin = ", ".join(str(e[k]) for k in ("source", "row", "doi") if e.get(k))
        lines.append(f"{sides[str(row['kind'])]}: {e.get('claim') or ''} ({origin})")
    return lines or ["no passage and no experiment of the graph speaks for or against it"]


def _cost(question: Mapping[str, Any]) -> tuple[str, ...]:
    search = json.loads(question.get("search") or "{}")
    calls = ", ".join(f"{k} {v}" for k, v in search.get("calls_by_operator", {}).items())
    lines = [f"{question.get('calls', 0)} calls of {question.get('budget', 0)}" + (f": {calls}" if calls else "") + "."]
    lines += [
        f"{row['operator']}: {row.get('share', 0.0):.0%} of the calls; of {row['children']} documents {row['judged']} "
        f"judged, {row['ahead']} thought better than what they came from."
        for row in search.get("operators", ())
    ]
    if search.get("exchanged"):
        lines.append(f"{search['exchanged']} calls went to operators whose documents had proved better.")
    if question.get("tokens"):
        lines.append(f"{question['tokens']} tokens, cost {question.get('cost', 0.0):.4f}.")
    if question.get("stopped"):
        lines.append(f"Stopped: {question['stopped']}.")
    return tuple(lines)


def as_markdown(title: str, parts: Sequence[Section]) -> str:
    """Write a report as Markdown."""
    lines = [f"# {_plain(title)}", ""]
    for part in parts:
        lines += [f"{'#' * part.level} {_plain(part.title)}", ""]
        lines += [f"- {_plain(t)}" for t in part.lines] if part.listed else [f"{_plain(t)}\n" for t in part.lines]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def as_html(title: str, parts: Sequence[Section]) -> str:
    """Write a report as one HTML page without anything from outside."""
    body = [f"<h1>{escape(title)}</h1>"]
    for part in parts:
        body.append(f"<h{part.level}>{escape(part.title)}</h{part.level}>")
        if part.listed:
            body.append("<ul>" + "".join(f"<li>{escape(t)}</li>" for t in part.lines) + "</ul>")
        else:
            body += [f"<p>{escape(t)}</p>" for t in part.lines]
    style = "body{max-width:48rem;margin:2rem auto;font:1rem/1.5 sans-serif;padding:0 1rem}h2{margin-top:2rem}"
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{style}</style>'
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>\n' + "\n".join(body) + "\n</body></html>\n"


def _plain(text: str) -> str:
    """Write text on one line; what Markdown would read as markup or HTML is escaped."""
    one = " ".join(text.split())
    for mark in ("\\", "`", "*", "_", "<", ">", "[", "]", "#", "|"):
        one = one.replace(mark, f"\\{mark}")
    return one
