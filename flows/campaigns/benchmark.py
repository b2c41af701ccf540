"""Compare methods on one table: replicates from common starts, trajectories, summary figures."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hypograph.flows.campaigns.descriptors import exchanged as exchanged_distances
from hypograph.flows.campaigns.descriptors import of_table
from hypograph.flows.campaigns.planned import alike, elicited, planned_all
from hypograph.flows.campaigns.table_runs import run_table
from hypograph.flows.readers.reaction_tables import ReactionTable
from hypograph.models.campaigns.analysis.percent import percent, zero_and_top
from hypograph.models.campaigns.analysis.survival import restricted_mean_time
from hypograph.models.campaigns.optimizers.registry import METHODS
from hypograph.models.campaigns.optimizers.simulated_experts import simulated_utility
from hypograph.models.core.documents.campaigns import Benchmarked, MethodFigures, UsedDescriptors
from hypograph.models.core.errors import InputError, MalformedRowError, MissingFileError
from hypograph.models.core.keys import digest
from hypograph.models.core.protocols import OptionScorer, Planner
from hypograph.models.core.tabular import as_text, number
from hypograph.models.statistics.entropy import exploration_entropy, random_entropy

TARGET = 0.95


@dataclass(frozen=True, slots=True)
class Plan:
    """What a benchmark does.

    Attributes
    ----------
    expert
        ``informative:R``, ``permuted``, ``adversarial``, ``model`` or None.
    blind
        Replace option names by codes before a model sees them.
    exchange
        Give each option the name of another one of its parameter before a model sees them: memory then misleads.
    permute
        Shuffle the outcomes: what is left of an advantage is memory.
    starts
        Seed and first rows of each campaign, where they are given (see `read_starts`).
    descriptors
        ``auto``, ``none``, ``mordred``, ``fingerprints`` or a file, for `bo` and `hybrid`.
    exchange_descriptors
        Give each option the descriptors of another one: what they still gain is no chemistry.
    """

    budget: int = 20
    initial: int = 5
    seeds: int = 50
    seed: int = 0
    expert: str | None = None
    blind: bool = False
    permute: bool = False
    exchange: bool = False
    starts: tuple[tuple[int, tuple[int, ...]], ...] = ()
    descriptors: str = "auto"
    exchange_descriptors: bool = False

    @property
    def campaign_seeds(self) -> list[int]:
        """Seed of each campaign: what ``campaign new --seed`` needs to pick the same experiments."""
        return [s for s, _ in self.starts] or [1000 * self.seed + s for s in range(self.seeds)]


def benchmark(
    table: ReactionTable,
    methods: Sequence[str],
    plan: Plan,
    scorer: OptionScorer | None = None,
    planner: Planner | None = None,
    tell: Callable[[str], None] = lambda line: None,
) -> tuple[Benchmarked, dict[str, NDArray[np.int64]]]:
    """Run every method from the same starts.

    Parameters
    ----------
    scorer
        Rates options, for the expert `model`.
    planner
        Names experiments for `llm` with the results in view; without one (a simulated expert) `llm` takes the options
        in the expert's order.
    tell
        Hears how far a planner is, after each experiment.

    Returns
    -------
    document
        What ``hypograph campaign benchmark --json`` prints.
    picks
        For each method the rows tried, shape ``(seeds, budget)``.

    Raises
    ------
    InputError
        For an unknown method, or one that needs an expert without one.
    """
    _check(table, methods, plan, scorer)
    values = outcomes(table, plan)
    starts = _starts(table, plan)
    described_by = {method for method in methods if METHODS.get(method).descriptors}
    apart = of_table(table, plan.descriptors, tell) if described_by else []
    if plan.exchange_descriptors:
        apart = exchanged_distances(apart, plan.seed)
    shown = exchanged(table, plan.seed) if plan.exchange else table
    # A planner names whole experiments: options are rated only for what goes by a rating.
    needs = {METHODS.get(method).needs for method in methods}
    rated = "scorer" in needs or ("planner" in needs and planner is None)
    utility = _utility(shown, values, plan, scorer) if rated else None
    similarity = alike(shown, scorer, blind=plan.blind) if rated and scorer and plan.expert == "model" else None
    rows: list[MethodFigures] = []
    picks: dict[str, NDArray[np.int64]] = {}
    for method in methods:
        began = time.perf_counter()
        if METHODS.get(method).needs == "planner" and planner is not None:
            first = starts[:, : plan.initial]
            picks[method], _ = planned_all(
                shown, values, first, plan.budget, planner, seeds=plan.campaign_seeds, blind=plan.blind,
                tell=partial(_tell_planned, tell, method, plan),
            )  # fmt: skip
        else:
            picks[method] = run_method(method, table, values, starts, plan, utility, similarity, apart)
        seconds = (time.perf_counter() - began) / plan.seeds
        described = [p for p, d in zip(table.parameters, apart, strict=True) if d is not None] if apart else []
        used: UsedDescriptors = {
            "asked": plan.descriptors,
            "parameters": described,
            "exchanged": plan.exchange_descriptors,
        }
        told = summary(method, table, values, picks[method], seconds, plan.seed)
        told["descriptors"] = used if method in described_by else None
        rows.append(told)
    document: Benchmarked = {
        "table": table.name,
        "budget": plan.budget,
        "initial": plan.initial,
        "seeds": plan.seeds,
        "expert": plan.expert,
        "blind": plan.blind,
        "exchanged_names": plan.exchange,
        "permuted_outcomes": plan.permute,
        "objective": table.objective,
        "goal": table.goal,
        "methods": rows,
    }
    return document, picks


def _tell_planned(tell: Callable[[str], None], method: str, plan: Plan, campaign: int, experiments: int) -> None:
    tell(f"{method}: campaign {campaign + 1} of {plan.seeds}, {experiments} of {plan.budget} experiments")


def outcomes(table: ReactionTable, plan: Plan) -> NDArray[np.float64]:
    """Outcomes as the methods see them: the table's, or these shuffled, shape ``(m,)``."""
    return np.random.default_rng([plan.seed, 2]).permutation(table.values) if plan.permute else table.values


def exchanged(table: ReactionTable, seed: int) -> ReactionTable:
    """Return the table with each option under the name of another one of its parameter, drawn at random."""
    rng = np.random.default_rng([seed, 11])
    options = []
    for names in table.options:
        order = rng.permutation(len(names))  # a cycle over this order leaves no option its own name
        other = np.roll(order, 1)[np.argsort(order)]
        options.append(tuple(names[i] for i in other))
    return replace(table, options=tuple(options))


def run_method(
    method: str,
    table: ReactionTable,
    values: NDArray[np.float64],
    starts: NDArray[np.int64],
    plan: Plan,
    utility: NDArray[np.float64] | None = None,
    similarity: Sequence[NDArray[np.float64] | None] | None = None,
    descriptors: Sequence[NDArray[np.float64] | None] = (),
) -> NDArray[np.int64]:
    """Return the rows that a method tries, shape ``(seeds, budget)``."""
    first, seeds, chosen = starts[:, : plan.initial], plan.campaign_seeds, METHODS.get(method)
    if chosen.needs == "planner":
        assert utility is not None  # noqa: S101  (checked at the boundary)
        order = np.argsort(-utility, axis=1, kind="stable")
        return np.stack([_greedy(s, o, plan.budget) for s, o in zip(first, order, strict=True)])
    rated = chosen.needs == "scorer"
    return run_table(
        chosen,
        table,
        values,
        first,
        plan.budget,
        seeds,
        utility=utility if rated else None,
        similarity=similarity if rated else None,
        descriptors=descriptors,
    )


def summary(
    method: str,
    table: ReactionTable,
    values: NDArray[np.float64],
    picks: NDArray[np.int64],
    seconds: float,
    seed: int,
) -> MethodFigures:
    """Figures of one method, in percent of the table's maximum (see `percent.zero_and_top`)."""
    shares = percent(np.maximum.accumulate(values[picks], axis=1), *zero_and_top(values))
    last, reached = shares[:, -1], shares >= 100.0 * TARGET
    times = np.where(reached.any(1), reached.argmax(1) + 1, picks.shape[1])
    cumulative = exploration_entropy(table.pool[picks], table.sizes)
    published = cumulative[:, -1].mean()
    to_best = np.take_along_axis(cumulative, values[picks].argmax(1)[:, None], axis=1).mean()
    corrected = exploration_entropy(table.pool[picks], table.sizes, corrected=True)[:, -1].mean()
    random = random_entropy(table.pool, table.sizes, picks.shape[1], runs=500, seed=seed)[-1]
    return {
        "method": method,
        "best": {
            "mean": float(last.mean()),
            "sd": float(last.std(ddof=1)) if len(last) > 1 else 0.0,
            "median": float(np.median(last)),
            "q25": float(np.quantile(last, 0.25)),
            "q75": float(np.quantile(last, 0.75)),
        },
        "auc": float(shares.mean()),
        "reached_95": float(reached.any(1).mean()),
        "time_to_95": restricted_mean_time(times, np.asarray(reached.any(1)), picks.shape[1]),
        "entropy": {
            "published": float(published),
            "corrected": float(corrected),
            "relative_to_random": float(published / random) if random > 0 else None,
            "to_best": float(to_best),
            "by_experiment": [float(v) for v in cumulative.mean(0)],
        },
        "seconds_per_campaign": seconds,
        "by_seed": [float(b) for b in last],
    }


def trajectories(table: ReactionTable, plan: Plan, picks: Mapping[str, NDArray[np.int64]]) -> list[dict[str, object]]:
    """Return every campaign in full: one record a method and seed, parameters by name."""
    values = outcomes(table, plan)
    zero, top = zero_and_top(values)
    return [
        {
            "table": table.name,
            "method": method,
            "seed": plan.campaign_seeds[s],
            "initial": plan.initial,
            "zero": zero,
            "maximum": top,
            "values": [float(v) for v in values[rows]],
            "parameters": [table.point(int(r)) for r in rows],
        }
        for method, found in picks.items()
        for s, rows in enumerate(found)
    ]


def _check(table: ReactionTable, methods: Sequence[str], plan: Plan, scorer: OptionScorer | None) -> None:
    needy = [method for method in methods if METHODS.get(method).needs]
    if plan.budget > len(table.pool):
        raise InputError(
            f"a budget of {plan.budget} experiments",
            where=table.name,
            expected=f"at most the table's {len(table.pool)} rows",
        )
    if not 2 <= plan.initial <= plan.budget:
        raise InputError(f"{plan.initial} initial experiments", expected=f"2 to {plan.budget} (the budget)")
    if needy and plan.expert is None:
        raise InputError(
            "these methods need a source of knowledge",
            where=", ".join(needy),
            expected="--expert informative:R, permuted, adversarial or model",
        )
    if plan.expert == "model" and scorer is None:
        raise InputError(
            "no language model is configured",
            where="--expert model",
            hint="Set HYPOGRAPH_LLM_BASE_URL and HYPOGRAPH_LLM_MODEL.",
        )


def _starts(table: ReactionTable, plan: Plan) -> NDArray[np.int64]:
    if plan.starts:
        return np.array([rows for _, rows in plan.starts], dtype=np.int64)
    rng = np.random.default_rng(int(digest(plan.seed, table.sha256, length=15), 16))
    return np.stack([rng.permutation(len(table.pool))[: plan.initial] for _ in range(plan.seeds)])


def read_starts(path: Path, table: ReactionTable, initial: int) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """Read the first experiments of campaigns from a file of trajectories, a seed each.

    Raises
    ------
    MissingFileError, MalformedRowError, InputError
        With file and line: no trajectory, a combination that the table does not hold, or too few experiments.
    """
    if not path.is_file():
        raise MissingFileError("no such file", where=str(path), expected="trajectories, as --trajectories writes them")
    index = {tuple(int(i) for i in row): r for r, row in enumerate(table.pool)}
    codes = [{as_level(o): i for i, o in enumerate(options)} for options in table.options]
    found: dict[int, tuple[int, ...]] = {}
    for at, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        where = f"{path}, line {at}"
        try:
            row = json.loads(line)
            seed, points = int(row["seed"]), row["parameters"][:initial]
            keys = [tuple(c[as_level(p[n])] for c, n in zip(codes, table.parameters, strict=True)) for p in points]
            rows = tuple(index[k] for k in keys)
        except (ValueError, KeyError, TypeError) as error:
            raise MalformedRowError(
                f"no start on this table ({error})", where=where, expected="JSON with seed and parameters of its rows"
            ) from error
        if len(set(rows)) < initial:
            raise MalformedRowError(f"{len(set(rows))} experiments", where=where, expected=f"{initial} different ones")
        found.setdefault(seed, rows)
    if not found:
        raise InputError("no starts", where=str(path))
    return tuple(sorted(found.items()))


def as_level(value: object) -> float | str:
    """Return a level as a number where it is one, else as text: 40, 40.0 and "40" are one level."""
    text = as_text(value) if isinstance(value, float | int | str) else str(value)
    found = number(text)
    return text if found is None else found


def _utility(
    table: ReactionTable, values: NDArray[np.float64], plan: Plan, scorer: OptionScorer | None
) -> NDArray[np.float64] | None:
    if plan.expert is None:
        return None
    if plan.expert != "model":
        # A source of its own for each replicate: the mean is over sources as well as over starts.
        seeds = range(1000 * plan.seed, 1000 * plan.seed + plan.seeds)
        return np.stack([simulated_utility(table.pool, values, plan.expert, seed=s) for s in seeds])
    assert scorer is not None  # noqa: S101  (checked at the boundary)
    total = elicited(table, scorer, blind=plan.blind)
    return np.broadcast_to(total, (plan.seeds, len(total)))


def _greedy(start: NDArray[np.int64], order: NDArray[np.int64], budget: int) -> NDArray[np.int64]:
    rest = order[~np.isin(order, start)]
    return np.concatenate([start, rest[: budget - len(start)]])
