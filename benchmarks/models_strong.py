"""Three small runs with a strong model: a judge, an expert on 30 pairs, a planner of ten experiments.

Run: ``python benchmarks/models_strong.py`` replays the recorded answers and prints the table. With ``--record URL``
what the recording lacks is asked of the server at that address.

The recorded answers were given by hand by a reasoning model during development. Skill is measured as `model assess`
does. Beside the judge and the expert stand a coin and the one-prompt baseline, one order of the options alone; beside
the planner random search and Bayesian optimization from many starts, and one prompt that names all ten experiments
before any result is known.
"""

from __future__ import annotations

import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from harness import arguments, supplied, write
from recordings import BY_HAND, FOLDER, Recording, serving

from hypograph.agents import Gateway, ModelConfig, ModelOptionScorer, ModelPlanner, connect
from hypograph.agents.assess.batteries import Battery, run_battery, score
from hypograph.flows.assess.assess import batteries
from hypograph.flows.campaigns.benchmark import Plan, benchmark
from hypograph.flows.campaigns.planned import told_of
from hypograph.flows.readers.reaction_tables import ReactionTable, find_table
from hypograph.flows.runtime.text import table as text_table
from hypograph.models.core.protocols import PlanningContext

NAME = "models_strong"
PAIRS, PLANTED, COMPOSITIONS = 30, 10, 10
TABLE, INITIAL, PLANNED, SEEDS = "reactions/suzuki_doyle.csv", 2, 10, 200


def assessed(gateway: Gateway, battery: Battery) -> dict[str, Any]:
    """Return what `model assess` finds, and what one order of the options alone would have found."""
    row = run_battery(gateway, battery, "reasoned")
    choices = gateway.choose_all(battery.questions, "reasoned")
    first = [replace(c, p=np.nan_to_num(c.readings[0], nan=0.5), labels=c.labels[:1]) for c in choices]
    alone = score(first, battery.truth, by_area=battery.by_area)
    kept = ("name", "n", "accuracy", "auc", "swap_consistency", "ece", "invalid_rate", "skill", "calls")
    return {**{k: row[k] for k in kept}, "one_prompt": {k: alone[k] for k in ("accuracy", "auc", "skill")}}


def planned(gateway: Gateway, table: ReactionTable, *, blind: bool) -> dict[str, Any]:
    """Let the model plan ten experiments one after the other, with the results in view."""
    plan = Plan(budget=INITIAL + PLANNED, initial=INITIAL, seeds=1, blind=blind, expert="model")
    document, picks = benchmark(table, ("llm",), plan, ModelOptionScorer(gateway), ModelPlanner(gateway))
    found = table.values[picks["llm"][0]]
    return {"method": "llm, names hidden" if blind else "llm", "best": document["methods"][0]["best"]["mean"],
            "experiments": [round(float(v), 1) for v in found]}  # fmt: skip


def at_once(gateway: Gateway, table: ReactionTable) -> dict[str, Any]:
    """Let the model name ten experiments in one answer, before any result is known."""
    options = dict(zip(table.parameters, map(list, table.options), strict=True))
    numbered = {p: [str(i + 1) for i in range(len(o))] for p, o in options.items()}
    names = {p: {str(i + 1): v for i, v in enumerate(o)} for p, o in options.items()}
    rng = np.random.default_rng(0)
    plans = ModelPlanner(gateway).plan(
        f"maximise {table.objective}", numbered, [], PLANNED, rng, names=names,
        context=PlanningContext(told_of(table), left=PLANNED),
    )  # fmt: skip
    rows = {tuple(c): row for row, c in enumerate(table.pool.tolist())}
    wanted = [tuple(int(plan.values[p]) - 1 for p in table.parameters) for plan in plans]
    found = [float(table.values[rows[w]]) for w in wanted if w in rows]
    return {"method": "llm, one prompt", "best": 100 * max(found, default=0.0) / float(table.values.max()),
            "experiments": [round(v, 1) for v in found]}  # fmt: skip


def baselines(table: ReactionTable) -> list[dict[str, Any]]:
    """Random search and Bayesian optimization of as many experiments, from many starts."""
    plan = Plan(budget=INITIAL + PLANNED, initial=INITIAL, seeds=SEEDS)
    document, picks = benchmark(table, ("random", "bo"), plan)
    return [
        {"method": m["method"], "best": m["best"], "starts": SEEDS,
         "same_start": float(100 * table.values[picks[m["method"]][0]].max() / table.values.max())}
        for m in document["methods"]
    ]  # fmt: skip


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--record", metavar="URL", default="", help="server that is asked what the recording lacks")
    given = parser.parse_args()
    table = find_table(str(supplied(TABLE)))
    path = FOLDER / f"{NAME}.jsonl"
    recording = Recording.read(path)
    with serving(recording, given.record) as address, tempfile.TemporaryDirectory() as folder:
        config = ModelConfig(name="strong", base_url=address, model=BY_HAND, ways="reasoned", timeout=7200, max_tries=1,
                             max_concurrency=32 if given.record else 1)  # fmt: skip
        gateway = connect(config, cache_folder=Path(folder))
        asked = batteries(gateway, (PAIRS, PLANTED, 0), 0, (0, COMPOSITIONS))
        work: list[Any] = [lambda b=b: assessed(gateway, b) for b in asked]
        plans: list[Any] = [
            lambda: at_once(gateway, table),
            lambda: planned(gateway, table, blind=False),
            lambda: planned(gateway, table, blind=True),
        ]
        with ThreadPoolExecutor(len(work + plans) if given.record else 1) as pool:
            done: list[Future[Any]] = [pool.submit(w) for w in (*work, *plans)]
            rows = [d.result() for d in done]
    if given.record:
        recording.write(path, BY_HAND)
    measured, runs = rows[: len(work)], rows[len(work) :]
    result = {
        "answers": BY_HAND,
        "replayed": {"exact": recording.exact, "reworded": recording.reworded, "lacking": recording.lacking},
        "batteries": measured,
        "planner": {"table": TABLE, "initial": INITIAL, "planned": PLANNED, "runs": [*runs, *baselines(table)]},
    }
    write(NAME, result, quick=given.quick)
    shown = [(m["name"], m["n"], m["accuracy"]["value"], m["one_prompt"]["accuracy"]["value"], m["skill"]["mean"],
              m["skill"]["weight"]) for m in measured]  # fmt: skip
    print(text_table(("battery", "n", "accuracy", "one prompt", "skill", "weight"), shown))
    told = [(r["method"], r["best"]["mean"] if isinstance(r["best"], dict) else r["best"]) for r in
            result["planner"]["runs"]]  # fmt: skip
    print(text_table(("planner", "best, % of maximum"), told))


if __name__ == "__main__":
    main()
