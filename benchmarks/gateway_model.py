"""What a local model is worth: element pairs and planted defects, read in several ways, beside a coin.

Run: ``python benchmarks/gateway_model.py [--quick] [--model FILE]``; the default model is the fetched one.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from harness import arguments, skip, write

from hypograph.agents import connect
from hypograph.agents.assess.batteries import Battery, judge_battery, pair_battery, score
from hypograph.agents.gateway.gateway import Gateway
from hypograph.agents.gateway.questions import Choice, choice
from hypograph.agents.local.server import file_hash, require_fetched, serving
from hypograph.agents.roles.closed_questions import WORDINGS, preference
from hypograph.flows.assess.batteries import decided_pairs
from hypograph.flows.readers.alloys import hea_tables
from hypograph.flows.runtime.settings import load_settings
from hypograph.flows.runtime.text import table
from hypograph.models.core.errors import HypographError

ONE = WORDINGS[:1]


def first_reading(found: Choice, battery: Battery, i: int) -> Choice:
    """Return what one order alone says, by log-probabilities."""
    closed = battery.questions[i]
    one = replace(closed, readings=closed.readings[:1])
    row = found.readings[0][list(closed.readings[0].order)]
    return choice([None if np.isnan(row[0]) else row], one, found.method, "")


def label_only(found: Choice) -> Choice:
    """Return the label of one order as a probability of 0 or 1, as a written answer would give."""
    p = np.full(2, 0.5) if found.labels[0] < 0 else np.eye(2)[found.labels[0]]
    return replace(found, p=p)


def in_log_odds(found: Choice) -> Choice:
    """Return the mean of the readings in log-odds: what an order adds to every log-odds alike cancels out."""
    known = found.readings[~np.isnan(found.readings[:, 0])]
    if not len(known):
        return found
    pooled = np.exp(np.log(np.maximum(known, 1e-9)).mean(axis=0))
    return replace(found, p=pooled / pooled.sum())


def coin(n: int, seed: int) -> list[Choice]:
    """Return random answers."""
    rng = np.random.default_rng(seed)
    rows = rng.uniform(size=(n, 2, 2))
    rows /= rows.sum(axis=2, keepdims=True)
    return [Choice(r.mean(axis=0), r, tuple(int(x) for x in r.argmax(axis=1)), True, "coin", "") for r in rows]


def ways(gateway: Gateway, battery: Battery, word: str) -> list[dict[str, object]]:
    """Score one battery read in every way."""
    began, before = time.monotonic(), gateway.spent().calls
    both = gateway.choose_all(battery.questions)
    seconds, calls = time.monotonic() - began, gateway.spent().calls - before
    single = [first_reading(c, battery, i) for i, c in enumerate(both)]
    readings: list[tuple[str, Sequence[Choice]]] = [
        (f"{word} labels", [label_only(c) for c in single]),
        (f"{word} log-probabilities", single),
        (f"{word} log-probabilities, order-averaged", both),
        (f"{word} log-probabilities, order-averaged in log-odds", [in_log_odds(c) for c in both]),
    ]
    raw = score(both, battery.truth, by_area=battery.by_area)["swap_consistency"]
    rows = [{**scored(battery, c), "way": name, "swap_consistency": raw} for name, c in readings]
    rows[-1]["seconds_per_call"] = seconds / calls if calls else None
    print(f"{battery.name}: {word} done in {seconds:.0f} s, {calls} calls", flush=True)
    return rows


def scored(battery: Battery, choices: Sequence[Choice]) -> dict[str, object]:
    """Score answers, without the points of the reliability plot."""
    found = score(choices, battery.truth, by_area=battery.by_area)
    found.pop("reliability")
    return found


def speed(gateway: Gateway, battery: Battery) -> float:
    """Return uncached calls a second."""
    began, before = time.monotonic(), gateway.spent().calls
    gateway.choose_all(battery.questions)
    return (gateway.spent().calls - before) / (time.monotonic() - began)


def show(name: str, rows: Sequence[dict[str, object]]) -> str:
    """Lay the figures out."""

    def shown(x: object) -> str:
        return f"{x['value']:.2f} [{x['low']:.2f}, {x['high']:.2f}]" if isinstance(x, dict) else "–"

    cells = [
        [r["way"], shown(r["auc"]), shown(r["accuracy"]), r["swap_consistency"], r["ece"], r["invalid_rate"]]
        for r in rows
    ]
    header = ("way", "AUC", "accuracy", "swap consistency, raw", "ECE", "invalid")
    return table(header, cells, f"\n{name}, n = {rows[0]['n']}")


def _fetched() -> Path:
    """Path of the local model, where `hypograph model fetch` has brought it."""
    try:
        return require_fetched(load_settings().home)
    except HypographError as error:
        skip(str(error))


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--cache", type=Path)
    given = parser.parse_args()
    path = given.model or _fetched()
    pairs = decided_pairs(hea_tables(), 16 if given.quick else 106)
    most = 6 if given.quick else 999
    result: dict[str, object] = {"model": path.name, "sha256": file_hash(path), "quick": given.quick}

    def keep(name: str, rows: object) -> None:
        result[name] = rows
        write("gateway_model", result, quick=given.quick)

    made: dict[str, Callable[[int], Battery]] = {
        "substitution": lambda n: pair_battery(pairs, wordings=ONE, shots=n).part(most),
        "judging": lambda n: judge_battery(partial(preference, shots=n)).part(most),
    }
    rows = {name: [{**scored(make(0), coin(len(make(0).truth), 1)), "way": "coin"}] for name, make in made.items()}
    with tempfile.TemporaryDirectory() as folder, serving(path, share_prefix=True) as config:
        gateway = connect(config, cache_folder=given.cache or Path(folder))
        for shots, word in ((0, "zero-shot"), (6, "six-shot")):
            for name, make in made.items():
                rows[name] = [*rows[name][:-1], *ways(gateway, make(shots), word), rows[name][-1]]
                print(show(name, rows[name]), flush=True)
                keep(name, rows[name])
        few = pair_battery(pairs, wordings=WORDINGS[1:]).part(3)
        lone = connect(replace(config, share_prefix=False), cache_folder=Path(folder) / "lone")
        shared = connect(config, cache_folder=Path(folder) / "shared")
        keep("calls_per_second", {"alone": speed(lone, few), "shared_prefix": speed(shared, few)})
        print(result["calls_per_second"])


if __name__ == "__main__":
    main()
