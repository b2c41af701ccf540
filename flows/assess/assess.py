"""Measure a model on known answers and keep its skill under its fingerprint."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hypograph.flows.assess.batteries import composition_pairs, decided_pairs, host_exchanges
from hypograph.flows.readers.reaction_tables import ReactionTable
from hypograph.models.core.documents.figures import Value
from hypograph.models.core.documents.system import Assessed, AssessedBattery, BatteryRun, BatteryWays, WayFigures
from hypograph.models.core.protocols import JudgingContext

if TYPE_CHECKING:
    from hypograph.agents.assess.batteries import Battery
    from hypograph.agents.gateway.gateway import Gateway

KNOWN_ROWS = 6
ALLOYS_ASKED = "Which equimolar alloy forms a single solid solution?"
ALLOYS_JUDGED = JudgingContext(criterion="which of the two statements is more likely to hold in an experiment")
# Two experiments are told apart by chance where they lie close: only clear differences are asked.
CLEAR = 0.3
SPELLED = 24  # characters of an option that is written out wherever it stands
INVALID_SHARE = 1 / 3  # of answers: from there on a skill would measure the endpoint, not the model
AS_GOOD = 0.05  # of skill: a way that is this near to the better one is as good


class HeldOut(NamedTuple):
    """A question on two held-out experiments, with what a planner would know."""

    goal: str
    known: str
    first: str
    second: str
    higher: bool
    about: str = ""
    names: Mapping[str, str] = {}


def held_out_questions(table: ReactionTable, n: int, seed: int) -> list[HeldOut]:
    """Return questions on held-out rows: `higher` says whether the first of two gives more.

    Each shows `KNOWN_ROWS` rows drawn at random, the best first, and two others that differ by `CLEAR` of the table's
    range or more; every other question has the higher one first. Options longer than `SPELLED` (SMILES) go by short
    names, as a planner sees them.
    """
    rng = np.random.default_rng(seed)
    span = float(np.ptp(table.values))
    short = _short_names(table)
    about = "one of " + ", ".join(f"{len(o)} for {p}" for p, o in zip(table.parameters, table.options, strict=True))
    found: list[HeldOut] = []
    for _ in range(50 * n):
        if len(found) == n:
            break
        rows = rng.choice(len(table.values), KNOWN_ROWS + 2, replace=False)
        a, b = int(rows[-2]), int(rows[-1])
        if span == 0.0 or abs(table.values[a] - table.values[b]) < CLEAR * span:
            continue
        if (table.values[a] > table.values[b]) != (len(found) % 2 == 0):
            a, b = b, a
        best_first = sorted((int(r) for r in rows[:KNOWN_ROWS]), key=lambda r: -table.values[r])
        known = "\n".join(f"{_line(table, r, short)}: {table.values[r]:.3g}" for r in best_first)
        told = {short[o]: o for r in rows for o in table.point(int(r)).values() if o in short}
        goal, lines = f"{table.objective}, higher is better", (_line(table, a, short), _line(table, b, short))
        found.append(HeldOut(goal, known, *lines, len(found) % 2 == 0, f"each experiment takes {about}", told))
    return found


def _short_names(table: ReactionTable) -> dict[str, str]:
    """Return short names of the options that are too long to be read in a line."""
    return {
        option: f"{parameter}-{i}"
        for parameter, options in zip(table.parameters, table.options, strict=True)
        for i, option in enumerate(options, 1)
        if len(option) > SPELLED
    }


def _line(table: ReactionTable, row: int, short: Mapping[str, str]) -> str:
    return ", ".join(f"{k} {short.get(v, v)}" for k, v in table.point(row).items())


def batteries(
    gateway: Gateway, sizes: tuple[int, int, int], seed: int, more: tuple[int, int] = (0, 0)
) -> list[Battery]:
    """Return the batteries in the given sizes; 0 leaves one out.

    Parameters
    ----------
    gateway
        The model.
    sizes
        Pairs, planted defects, experiments.
    seed
        Seed of what is drawn.
    more
        Pairs in a host alloy, compositions with evidence.
    """
    from hypograph.agents.assess.batteries import (
        PAIRS,
        Battery,
        judge_battery,
        proposal_battery,
    )
    from hypograph.agents.roles.closed_questions import expert_shots
    from hypograph.agents.roles.judgement import ModelExpert, ModelJudge
    from hypograph.flows.readers.alloys import hea_tables
    from hypograph.flows.readers.reaction_tables import packaged_names, packaged_table
    from hypograph.models.evidence.alloys.element_facts import element_facts

    pairs, planted, experiments = sizes
    found: list[Battery] = []
    if pairs:
        shown = {frozenset(s["pair"]) for s in expert_shots()}
        decided = [d for d in decided_pairs(hea_tables(), pairs + len(shown)) if frozenset(d[:2]) not in shown]
        expert = ModelExpert(gateway, facts=element_facts)  # asked exactly as it will be asked in earnest
        asked = tuple(expert.question(a, b) for a, b, _ in decided[:pairs])
        found.append(Battery(PAIRS, asked, tuple(same for *_, same in decided[:pairs]), by_area=True))
    if planted:
        found.append(judge_battery(ModelJudge(gateway).question).part(planted))
    if experiments:
        names = packaged_names()
        share = -(-experiments // len(names))
        rows = [r for name in names for r in held_out_questions(packaged_table(name), share, seed)]
        found.append(proposal_battery(rows[:experiments]))
    return [*found, *_alloy_batteries(gateway, more, seed)]


def _alloy_batteries(gateway: Gateway, sizes: tuple[int, int], seed: int) -> list[Battery]:
    """Return exchanges in a host alloy, and hypotheses on compositions with what is known of their neighbours."""
    from hypograph.agents.assess.batteries import COMPOSITIONS, HOSTS, Battery
    from hypograph.agents.roles.judgement import ModelExpert, ModelJudge
    from hypograph.flows.readers.alloys import hea_tables
    from hypograph.models.evidence.alloys.element_facts import element_facts

    hosts, compositions = sizes
    found: list[Battery] = []
    if hosts:
        expert, rows = ModelExpert(gateway, facts=element_facts), host_exchanges(hea_tables(), hosts, seed)
        asked = tuple(expert.question(r.first, r.second, host=r.host) for r in rows)
        found.append(Battery(HOSTS, asked, tuple(r.same for r in rows), by_area=True))
    if compositions:
        judge, pairs = ModelJudge(gateway), composition_pairs(hea_tables(), compositions, seed)
        ahead = tuple(i % 2 == 0 for i in range(len(pairs)))
        turned = [p if first else (p.broken, p.sound) for p, first in zip(pairs, ahead, strict=True)]
        questions = tuple(judge.question(ALLOYS_ASKED, a, b, ALLOYS_JUDGED) for a, b in turned)
        found.append(Battery(COMPOSITIONS, questions, ahead, by_area=False))
    return found


def assess(
    gateway: Gateway,
    *,
    sizes: tuple[int, int, int] = (120, 62, 40),
    more: tuple[int, int] = (0, 0),
    seed: int = 0,
    ways: str = "auto",
    tell: Callable[[str], None] = lambda _: None,
) -> Assessed:
    """Run the batteries and keep each skill under the model's fingerprint, for the roles to read.

    Parameters
    ----------
    gateway
        The model.
    sizes
        Questions of each battery: pairs, planted defects, experiments.
    more
        Questions in a host alloy, and on compositions with evidence.
    seed
        Seed of what is drawn.
    ways
        ``letters``, ``reasoned``, ``both``, or ``auto``: both where both are possible, letters alone for a local model.
    tell
        Takes a line of progress.

    Returns
    -------
    dict
        The document of `hypograph model assess`.

    Raises
    ------
    NetworkError, ModelError, BudgetSpentError
        As the gateway; batteries that were finished keep their skill, and answers are not paid for again.
    """
    able = gateway.capabilities(anew=False)
    rows = []
    for battery in batteries(gateway, sizes, seed, more):
        row = _measured(gateway, battery, ways_to_measure(gateway, ways), tell)
        if row["kept"]:
            gateway.keep_skill(row["role"], row["skill"]["weight"], {**row})
        else:
            tell(row["says"])
        rows.append(row)
    return {
        "model": gateway.config.model,
        "fingerprint": gateway.config.fingerprint,
        "capabilities": able.as_dict(),
        "instead": able.instead,
        "notes": gateway.notes,
        "batteries": rows,
    }


def ways_to_measure(gateway: Gateway, asked: str) -> tuple[str, ...]:
    """Return the ways to measure, the cheaper first."""
    from hypograph.agents.gateway.closed_answers import can_read_letters
    from hypograph.agents.gateway.questions import LETTERS, REASONED

    if asked == "auto":
        asked = LETTERS if gateway.config.local else "both"
    wanted = (LETTERS, REASONED) if asked == "both" else (asked,)
    return tuple(w for w in wanted if w != LETTERS or can_read_letters(gateway)) or (REASONED,)


def _measured(gateway: Gateway, battery: Battery, ways: Sequence[str], tell: Callable[[str], None]) -> AssessedBattery:
    """Run a battery in each way; return the row of the better one, with what is kept and why."""
    from hypograph.agents.assess.batteries import run_battery

    rows: dict[str, BatteryRun] = {}
    for way in ways:
        tell(f"{battery.name}: {len(battery.questions)} questions, {way}")
        row = run_battery(gateway, battery, way)
        rows[row["method"].split()[0] or way] = row
    priced = {way: _priced(gateway, way, row) for way, row in rows.items()}
    chosen = _better(priced, thinks="thinks" in gateway.wire.habits)
    best: BatteryWays = {**rows[chosen], "way": chosen, "ways": {way: _short(r) for way, r in priced.items()}}
    kept = best["invalid_rate"] < INVALID_SHARE
    return {**best, "kept": kept, "says": _sentence(best, rows, kept=kept)}


def _priced(gateway: Gateway, way: str, row: BatteryRun) -> BatteryRun:
    """Return the row with what its calls cost when they were made, where all its answers came from the cache."""
    before = ((gateway.assessment(row["role"]) or {}).get("ways") or {}).get(way)
    if row["calls"] or not before:
        return row
    return {
        **row,
        "calls": before.get("calls"),
        "seconds_per_call": before.get("seconds_per_call"),
        "cost_per_call": before.get("cost_per_call"),
        "tokens_per_call": before.get("tokens_per_call"),
    }


def _better(rows: dict[str, BatteryRun], *, thinks: bool) -> str:
    """Return the cheapest of the ways whose skill is within `AS_GOOD` of the best; letters where all is equal.

    Where no price is known, tokens tell what a model costs that reasons before every answer; of others letters do.
    """
    usable = {w: r for w, r in rows.items() if r["invalid_rate"] < INVALID_SHARE} or rows
    best = max(r["skill"]["low"] for r in usable.values())
    good = [w for w, r in usable.items() if r["skill"]["low"] >= best - AS_GOOD]
    priced = any(usable[w]["cost_per_call"] for w in good)

    def price(way: str) -> float:
        row = usable[way]
        if priced:
            return (row["cost_per_call"] or 0.0) * row["calls"]
        return (row["tokens_per_call"] or 0.0) * row["calls"] if thinks else 0.0

    return min(good, key=price)


def _short(row: BatteryRun) -> WayFigures:
    return {
        "accuracy": row["accuracy"],
        "auc": row["auc"],
        "skill": row["skill"],
        "ece": row["ece"],
        "swap_consistency": row["swap_consistency"],
        "invalid_rate": row["invalid_rate"],
        "calls": row["calls"],
        "seconds_per_call": row["seconds_per_call"],
        "cost_per_call": row["cost_per_call"],
        "tokens_per_call": row["tokens_per_call"],
    }


def _sentence(row: BatteryWays, rows: dict[str, BatteryRun], *, kept: bool) -> str:
    """Say which way is used and why, or what came back where no skill can be measured."""
    if not kept:
        share = f"{row['invalid_rate']:.0%} of the answers cannot be used"
        came = f": {row['came_back']}" if row["came_back"] else ""
        return f"{row['name']}: {share}{came}. No skill is kept."
    if len(rows) == 1:
        how = "by letters" if row["way"] == "letters" else "with reasons"
        return f"{row['name']}: asked {how}, skill {row['skill']['mean']:.2f}."
    each = ", ".join(f"{w} {r['skill']['mean']:.2f} (ECE {r['ece']:.2f})" for w, r in rows.items())
    return f"{row['name']}: {row['way']} is used; skill measured: {each}."


def lines(rows: Sequence[AssessedBattery]) -> list[tuple[object, ...]]:
    """Lay batteries out as rows of a table."""
    return [
        (
            r["name"],
            r["n"],
            r["way"],
            _shown(r["accuracy"]),
            _shown(r["auc"]),
            r["swap_consistency"],
            r["ece"],
            r["invalid_rate"],
            r["skill"]["mean"],
            r["skill"]["weight"] if r["kept"] else None,
            r["seconds_per_call"],
        )
        for r in rows
    ]


def plot(row: AssessedBattery) -> str:
    """Draw a battery's reliability as text: mean probability, share that was true, count."""
    head = f"{row['name']}: reliability (probability said, share true)"
    body = [
        f"  {q['probability']:.2f}  {q['share']:.2f}  {'█' * round(20 * q['share']):<20} n = {q['n']:.0f}"
        for q in row["reliability"]
    ]
    return "\n".join([head, *body])


def _shown(x: Value | None) -> str:
    return "–" if x is None else f"{x['value']:.2f} [{x['low']:.2f}, {x['high']:.2f}]"
