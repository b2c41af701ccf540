"""Compare methods on one table: replicates from common starts, trajectories, summary figures."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hypograph.flows.campaigns.planned import elicited, planned_all
from hypograph.flows.readers.reaction_tables import ReactionTable
from hypograph.models.campaigns.analysis.percent import percent, zero_and_top
from hypograph.models.campaigns.analysis.survival import restricted_mean_time
from hypograph.models.campaigns.bayes.lockstep import lockstep
from hypograph.models.campaigns.optimizers.simulated_experts import simulated_utility
from hypograph.models.core.errors import InputError
from hypograph.models.core.keys import digest
from hypograph.models.core.protocols import OptionScorer, Planner
from hypograph.models.statistics.entropy import exploration_entropy, random_entropy

METHODS = ("random", "sobol", "bo", "llm", "hybrid")
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
    """

    budget: int = 20
    initial: int = 5
    seeds: int = 50
    seed: int = 0
    expert: str | None = None
    blind: bool = False
    permute: bool = False
    exchange: bool = False


def benchmark(
    table: ReactionTable,
    methods: Sequence[str],
    plan: Plan,
    scorer: OptionScorer | None = None,
    planner: Planner | None = None,
    tell: Callable[[str], None] = lambda line: None,
) -> tuple[dict[str, Any], dict[str, NDArray[np.int64]]]:
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
    shown = exchanged(table, plan.seed) if plan.exchange else table
    # A planner names whole experiments: options are rated only for what goes by a rating.
    rated = "hybrid" in methods or ("llm" in methods and planner is None)
    utility = _utility(shown, values, plan, scorer) if rated else None
    rows, picks = [], {}
    for method in methods:
        began = time.perf_counter()
        if method == "llm" and planner is not None:
            first = starts[:, : plan.initial]
            picks[method], _ = planned_all(
                shown, values, first, plan.budget, planner, seed=plan.seed, blind=plan.blind,
                tell=lambda s, n: tell(f"llm: campaign {s + 1} of {plan.seeds}, {n} of {plan.budget} experiments"),
            )  # fmt: skip
        else:
            picks[method] = run_method(method, table, values, starts, plan, utility)
        seconds = (time.perf_counter() - began) / plan.seeds
        rows.append({"method": method, **summary(table, values, picks[method], seconds, plan.seed)})
    document = {
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
    utility: NDArray[np.float64] | None,
) -> NDArray[np.int64]:
    """Return the rows that a method tries, shape ``(seeds, budget)``."""
    if method == "random":
        return starts[:, : plan.budget]
    if method == "sobol":
        return np.stack([_sobol(table, plan, s) for s in range(plan.seeds)])
    if method == "llm":
        assert utility is not None  # noqa: S101  (checked at the boundary)
        order = np.argsort(-utility, axis=1, kind="stable")
        return np.stack([_greedy(s[: plan.initial], o, plan.budget) for s, o in zip(starts, order, strict=True)])
    return lockstep(
        table.pool,
        values,
        starts[:, : plan.initial],
        plan.budget,
        seed=plan.seed,
        utility=utility if method == "hybrid" else None,
        levels=table.levels,
    )


def summary(
    table: ReactionTable, values: NDArray[np.float64], picks: NDArray[np.int64], seconds: float, seed: int
) -> dict[str, Any]:
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


def trajectories(table: ReactionTable, plan: Plan, picks: Mapping[str, NDArray[np.int64]]) -> list[dict[str, Any]]:
    """Return every campaign in full: one record a method and seed, parameters by name."""
    values = outcomes(table, plan)
    zero, top = zero_and_top(values)
    return [
        {
            "table": table.name,
            "method": method,
            "seed": s,
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
    for method in methods:
        if method not in METHODS:
            raise InputError("no such method", where=method, expected=", ".join(METHODS))
    if plan.budget > len(table.pool):
        raise InputError(
            f"a budget of {plan.budget} experiments",
            where=table.name,
            expected=f"at most the table's {len(table.pool)} rows",
        )
    if not 2 <= plan.initial <= plan.budget:
        raise InputError(f"{plan.initial} initial experiments", expected=f"2 to {plan.budget} (the budget)")
    if {"llm", "hybrid"} & set(methods) and plan.expert is None:
        raise InputError(
            "these methods need a source of knowledge",
            where="llm, hybrid",
            expected="--expert informative:R, permuted, adversarial or model",
        )
    if plan.expert == "model" and scorer is None:
        raise InputError(
            "no language model is configured",
            where="--expert model",
            hint="Set HYPOGRAPH_LLM_BASE_URL and HYPOGRAPH_LLM_MODEL.",
        )


def _starts(table: ReactionTable, plan: Plan) -> NDArray[np.int64]:
    rng = np.random.default_rng(int(digest(plan.seed, table.sha256, length=15), 16))
    return np.stack([rng.permutation(len(table.pool))[: plan.budget] for _ in range(plan.seeds)])


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


def _sobol(table: ReactionTable, plan: Plan, s: int) -> NDArray[np.int64]:
    """Spread points over the options by a scrambled Sobol' sequence, each the nearest row not yet tried."""
    from scipy.stats import qmc

    points = qmc.Sobol(table.pool.shape[1], seed=1000 * plan.seed + s).random(1 << (plan.budget - 1).bit_length())
    wanted = np.floor(points * table.sizes).astype(np.int64)
    free = np.ones(len(table.pool), dtype=bool)
    rows = []
    for point in wanted[: plan.budget]:
        apart = np.where(free, (table.pool != point).sum(1), len(point) + 1)
        rows.append(int(apart.argmin()))
        free[rows[-1]] = False
    return np.array(rows)


def _greedy(start: NDArray[np.int64], order: NDArray[np.int64], budget: int) -> NDArray[np.int64]:
    rest = order[~np.isin(order, start)]
    return np.concatenate([start, rest[: budget - len(start)]])
