"""The search against one prompt, best-of-n and a three-call revision, with a strong model, on six questions.

Run: ``python benchmarks/hypotheses_strong.py`` replays the recorded answers and prints the table. With ``--record URL``
what the recording lacks is asked of the server at that address.

The recorded answers were given by hand by a reasoning model during development: it wrote and judged all arms, so its
preference is no independent verdict. Arms share the calls that are alike: `revision` is the beginning of `ours`, and
the first document of every arm is the direct answer.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from harness import arguments, supplied, write
from recordings import BY_HAND, FOLDER, Recording, serving

from hypograph.agents import Gateway, ModelConfig, ModelDocumentProposer, ModelJudge, connect
from hypograph.agents.roles.closed_questions import preference
from hypograph.flows.hypotheses.recall import component_grades, listed_components
from hypograph.flows.hypotheses.search import Request, corpus_of, run_search
from hypograph.flows.readers.disciplines import load_discipline
from hypograph.flows.readers.published_hypotheses import Paper, read_papers
from hypograph.flows.runtime.text import table
from hypograph.flows.runtime.units import UnitRunner
from hypograph.models.core.protocols import Candidate, JudgingContext
from hypograph.models.hypotheses.document import HypothesisDocument, text_of
from hypograph.models.hypotheses.ledger import ledger
from hypograph.models.hypotheses.simulation.component_recall import recall
from hypograph.models.statistics.intervals import mean_interval

NAME = "hypotheses_strong"
# Six of the 51 rows, drawn once by random.Random(20) without the four of the first trial by hand (docs/hypotheses.md).
QUESTIONS = (8, 11, 18, 44, 47, 51)
CALLS = 8
ARMS = ("ours", "direct", "best-of-n", "revision")
# Other words than those the search itself is judged by, so that no verdict of a search is used again.
CRITERION = "which of the two a group in this field should rather carry out: likely to be right, specific, testable"
FACTS = 12  # facts of a document that are looked for in the published hypothesis


class Files:
    """A store of units that keeps their result files only."""

    def commit(self, unit: object) -> bool:
        """Keep nothing more."""
        return True

    def has_unit(self, key: str) -> bool:
        """Take every file for whole."""
        return True


def searched(gateway: Gateway, paper: Paper, strategy: str, home: Path) -> dict[str, Any]:
    """Answer a question in one arm."""
    request = Request(paper.question, paper.coarse, paper.survey, calls=CALLS, strategy=strategy)
    discipline, corpus = load_discipline("chemistry"), corpus_of((), paper.survey)
    runner = UnitRunner(Files(), home / strategy)
    found = run_search(
        request, discipline, corpus, ModelDocumentProposer(gateway), ModelJudge(gateway), runner,
        lambda: {"calls": 0, "tokens": 0, "cost": 0.0},
    )  # fmt: skip
    document = HypothesisDocument.model_validate(found["document"])
    return {
        "text": text_of(document),
        "facts": [f.text for f in ledger(document)][:FACTS],
        "calls": found["calls"],
        "is_direct": found["direct"]["reported_first"] if found["direct"] else False,
        "probability_better": found["direct"]["probability_beaten"] if found["direct"] else None,
        "stopped": found["stopped"],
        "refused": found["refused"],
    }


def preferred(gateway: Gateway, paper: Paper, first: str, second: str) -> float:
    """Return how probable it is that the first text is better, judged without names in both orders."""
    if first == second:
        return 0.5
    pair = [Candidate("", first), Candidate("", second)]
    turned = random.Random(first + second).random() < 0.5
    one, two = reversed(pair) if turned else pair
    closed = preference(paper.question, one, two, JudgingContext(CRITERION, survey=paper.survey))
    p = float(gateway.choose_all([closed])[0].p[0])
    return 1 - p if turned else p


def grades(gateway: Gateway, paper: Paper, arm: Mapping[str, Any], home: Path) -> dict[str, float]:
    """Return recall of the published components in a text, and precision of the text's own facts."""
    parts = listed_components(gateway, paper.hypothesis, UnitRunner(Files(), home / "components"))
    found = recall(component_grades(gateway, parts, str(arm["text"])))[1]
    own = recall(component_grades(gateway, arm["facts"], paper.hypothesis))[1]
    return {"recall": round(found, 3), "precision": round(own, 3)}


def studied(gateway: Gateway, number: int, paper: Paper, home: Path, stage: str) -> dict[str, Any]:
    """Do what is to be done on one question up to a stage: search, judge or grade."""
    home = home / str(number)
    arms = {arm: searched(gateway, paper, arm, home) for arm in ARMS}
    row: dict[str, Any] = {"question": number, "title": paper.title, "arms": arms}
    if stage != "search":
        row["ours_better"] = {
            arm: round(preferred(gateway, paper, arms["ours"]["text"], arms[arm]["text"]), 3)
            for arm in ARMS[1:]
        }  # fmt: skip
    if stage == "grade":
        for arm in ARMS:
            arms[arm] |= grades(gateway, paper, arms[arm], home)
    return row


def summary(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return of each arm the means over questions, and how often ours was preferred to it."""
    found = []
    for arm in ARMS:
        line: dict[str, Any] = {"method": arm, "calls": float(np.mean([r["arms"][arm]["calls"] for r in rows]))}
        for name in ("recall", "precision"):
            line[name] = mean_interval(np.array([r["arms"][arm][name] for r in rows]))
            both = np.array([r["arms"]["ours"][name] - r["arms"][arm][name] for r in rows])
            line[f"ours_less_it_{name}"] = mean_interval(both) if arm != "ours" else None
        if arm != "ours":
            told = [r["ours_better"][arm] for r in rows]
            line["preferred"] = {"ours": sum(p > 0.5 for p in told), "it": sum(p < 0.5 for p in told),
                                 "same_text": sum(p == 0.5 for p in told)}  # fmt: skip
        found.append(line)
    return found


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--record", metavar="URL", default="", help="server that is asked what the recording lacks")
    parser.add_argument("--stage", choices=("search", "judge", "grade"), default="grade", help="how far to go")
    given = parser.parse_args()
    papers = read_papers(supplied("hypotheses/chem_research_2024_finegrained.xlsx"))
    chosen = QUESTIONS[:1] if given.quick else QUESTIONS
    path = FOLDER / f"{NAME}.jsonl"
    recording = Recording.read(path)
    with serving(recording, given.record) as address, tempfile.TemporaryDirectory() as folder:
        config = ModelConfig(name="strong", base_url=address, model=BY_HAND, ways="reasoned", timeout=7200, max_tries=1,
                             max_concurrency=len(chosen))  # fmt: skip
        gateway = connect(config, cache_folder=Path(folder) / "cache")
        # By hand all questions are open at once; a replay goes one by one, so that answers come in their order.
        with ThreadPoolExecutor(len(chosen) if given.record else 1) as pool:
            work = [pool.submit(studied, gateway, n, papers[n - 1], Path(folder), given.stage) for n in chosen]
            rows = [w.result() for w in work]
    if given.record:
        recording.write(path, BY_HAND)
    if given.stage != "grade":
        for row in rows:
            told = {a: (v["calls"], v["is_direct"], v["probability_better"]) for a, v in row["arms"].items()}
            print(row["question"], told, row.get("ours_better"))
        return
    result = {
        "answers": BY_HAND,
        "replayed": {"exact": recording.exact, "reworded": recording.reworded, "lacking": recording.lacking},
        "calls": CALLS,
        "methods": summary(rows),
        "questions": [
            {**row, "arms": {a: {k: v for k, v in x.items() if k not in ("text", "facts")} for a, x in
                             row["arms"].items()}} for row in rows
        ],
    }  # fmt: skip
    write(NAME, result, quick=given.quick)
    shown = [
        (m["method"], m["calls"], m["recall"]["mean"], m["precision"]["mean"], str(m.get("preferred", "")))
        for m in result["methods"]
    ]
    print(table(("method", "calls", "recall", "precision", "preferred"), shown))


if __name__ == "__main__":
    main()
