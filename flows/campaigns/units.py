"""Campaigns on tables: every method beside random, logged with the entropy of exploration."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hypograph.flows.campaigns.planned import alike, elicited, planned_all
from hypograph.flows.campaigns.table_runs import run_table
from hypograph.flows.readers.reaction_tables import ReactionTable
from hypograph.flows.runtime.unit_kinds import CAMPAIGN, CAMPAIGN_OPTIONS, CAMPAIGN_PLANNED
from hypograph.flows.runtime.units import UnitRunner
from hypograph.graph.records.settings import parameter_records
from hypograph.graph.store.store import now
from hypograph.models.campaigns.analysis.percent import percent, zero_and_top
from hypograph.models.campaigns.optimizers.registry import METHODS
from hypograph.models.core.keys import digest, may_be_absent
from hypograph.models.core.knowledge_free import NO_PLANNER, NO_SCORER, informed
from hypograph.models.core.protocols import OptionScorer, Planner
from hypograph.models.core.records import Edge, Node, Outcome
from hypograph.models.statistics.entropy import exploration_entropy, random_entropy
from hypograph.models.statistics.intervals import mean_interval

SMALL_BUDGET = 15  # experiments of a small run: enough for a method to part from chance


Told: TypeAlias = Mapping[str, Any]  # what a language model said, as its unit keeps it


@dataclass(frozen=True)
class CampaignInputs:
    """What the campaigns of one method on one table depend on.

    Attributes
    ----------
    package
        The package that brings the method, where it is not ours.
    source
        The name of the scorer or planner that was asked.
    """

    table: str
    sha256: str
    objective: str
    parameters: tuple[str, ...]
    goal: str
    method: str
    seeds: int
    budget: int
    initial: int
    seed: int
    package: str | None = may_be_absent()
    source: str | None = may_be_absent()


@dataclass(frozen=True)
class OptionInputs:
    """What a scorer's ratings of a table's options depend on."""

    table: str
    sha256: str
    objective: str
    goal: str
    source: str


@dataclass(frozen=True, slots=True)
class CampaignOutcome:
    """One row a table and method: best (percent of the table's maximum) and final entropy, over the seeds."""

    campaigns: tuple[Mapping[str, Any], ...]


def campaign_units(
    runner: UnitRunner,
    tables: Sequence[ReactionTable],
    methods: Sequence[str] = ("random", "bo"),
    *,
    scorer: OptionScorer = NO_SCORER,
    planner: Planner = NO_PLANNER,
    seeds: int = 20,
    budget: int = 20,
    initial: int = 5,
    seed: int = 0,
    small: bool = False,
) -> CampaignOutcome:
    """Run replicate campaigns on tables, one unit a table and method.

    Parameters
    ----------
    scorer
        Rates options for `hybrid`.
    planner
        Names experiments for `llm`, with one replicate only: each step is a question.

    Returns
    -------
    CampaignOutcome
        Tables and methods in the order given.
    """
    budget = SMALL_BUDGET if small else budget
    jobs = []
    for table in tables:
        size = min(budget, len(table.pool))
        for method in methods:
            wanted = CampaignInputs(
                table.name, table.sha256, table.objective, tuple(table.parameters), table.goal, method,
                seeds=seeds, budget=size, initial=min(initial, size - 1), seed=seed,
            )  # fmt: skip
            inputs, told = _asked(runner, table, wanted, scorer, planner)
            jobs.append((inputs, partial(_work, table, inputs, told)))
    about = [f"{table.name}, {method}" for table in tables for method in methods]
    return CampaignOutcome(tuple(against_random(runner.run_all(CAMPAIGN, jobs, about))))


def against_random(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Add to each method's row the paired difference to random from the same starts, with its 95% interval."""
    random = {row["table"]: row["by_seed"] for row in rows if row["method"] == "random"}
    found = []
    for row in rows:
        other = random.get(row["table"], ())[: len(row["by_seed"])]
        paired = row["method"] != "random" and len(other) == len(row["by_seed"])
        difference = mean_interval(np.subtract(row["by_seed"], other)) if paired else None
        found.append({**row, "against_random": difference})
    return found


def _asked(
    runner: UnitRunner,
    table: ReactionTable,
    inputs: CampaignInputs,
    scorer: OptionScorer,
    planner: Planner,
) -> tuple[CampaignInputs, Told]:
    """Ask the model what a method needs, as a unit of its own: what is computed from it can go to a worker."""
    method = METHODS.get(inputs.method)
    if origin := METHODS.origin(method.name):
        inputs = replace(inputs, package=origin)
    if method.needs == "scorer" and informed(scorer):
        inputs = replace(inputs, source=scorer.name)
        about = OptionInputs(table.name, table.sha256, table.objective, table.goal, scorer.name)
        return inputs, runner.run(CAMPAIGN_OPTIONS, about, partial(_rated, table, scorer))
    if method.needs == "planner" and informed(planner):
        inputs = replace(inputs, source=planner.name, seeds=1)
        starts = _order(table, inputs)[:, : inputs.initial]

        def plan() -> Outcome:
            seeds = _seeds(inputs)
            picks, reasons = planned_all(table, table.values, starts, inputs.budget, planner, seeds=seeds)
            return Outcome({"picks": picks.tolist(), "reasons": reasons})

        return inputs, runner.run(CAMPAIGN_PLANNED, inputs, plan)
    return inputs, {}


def _rated(table: ReactionTable, scorer: OptionScorer) -> Outcome:
    similarity = alike(table, scorer)
    matrices = None if similarity is None else [None if m is None else m.tolist() for m in similarity]
    return Outcome({"utility": elicited(table, scorer).tolist(), "similarity": matrices})


def _work(table: ReactionTable, inputs: CampaignInputs, told: Told) -> Outcome:
    began = time.perf_counter()
    picks = _picks(table, inputs, told)
    ran: dict[str, float | str] = {"seconds": (time.perf_counter() - began) / len(picks), "updated_at": now()}
    entropy = {
        "published": exploration_entropy(table.pool[picks], table.sizes),
        "corrected": exploration_entropy(table.pool[picks], table.sizes, corrected=True),
    }
    entropy["relative"] = entropy["published"] / np.maximum(
        random_entropy(table.pool, table.sizes, picks.shape[1], seed=inputs.seed), 1e-9
    )
    top = np.maximum.accumulate(table.values[picks], axis=1)
    shares = percent(top, *zero_and_top(table.values))
    result = {
        "table": table.name,
        "method": inputs.method,
        "seeds": inputs.seeds,
        "best": mean_interval(shares[:, -1], most=100.0),
        "by_seed": [float(v) for v in shares[:, -1]],
        "entropy": {name: float(values[:, -1].mean()) for name, values in entropy.items()},
    }
    nodes, edges = _records(table, inputs, picks, top, shares, entropy, told.get("reasons"))
    nodes = [replace(n, props={**n.props, **ran}) if n.label == "Campaign" else n for n in nodes]
    return Outcome(result, nodes, edges)


def _order(table: ReactionTable, inputs: CampaignInputs) -> NDArray[np.int64]:
    # The starts depend on seed and table only: every method begins from the same experiments.
    rng = np.random.default_rng(int(digest(inputs.seed, table.sha256, length=15), 16))
    return np.stack([rng.permutation(len(table.pool)) for _ in range(inputs.seeds)])


def _picks(table: ReactionTable, inputs: CampaignInputs, told: Told) -> NDArray[np.int64]:
    if "picks" in told:
        return np.array(told["picks"], dtype=np.int64)
    order = _order(table, inputs)
    starts, seeds = order[:, : inputs.initial], _seeds(inputs)
    utility = np.array(told["utility"]) if "utility" in told else None
    matrices = told.get("similarity")
    similarity = None if matrices is None else [None if m is None else np.array(m) for m in matrices]
    method, budget = METHODS.get(inputs.method), inputs.budget
    return run_table(method, table, table.values, starts, budget, seeds, utility=utility, similarity=similarity)


def _seeds(inputs: CampaignInputs) -> list[int]:
    """Seed of each replicate, as `campaign benchmark` numbers them."""
    return [1000 * inputs.seed + s for s in range(inputs.seeds)]


def _records(
    table: ReactionTable,
    inputs: CampaignInputs,
    picks: NDArray[np.int64],
    top: NDArray[np.float64],
    shares: NDArray[np.float64],
    entropy: Mapping[str, NDArray[np.float64]],
    reasons: Sequence[Sequence[str]] | None,
) -> tuple[list[Node], list[Edge]]:
    nodes, edges = [], []
    group = digest("campaigns", inputs)
    sign = 1.0 if table.goal == "max" else -1.0
    drawn, chosen = METHODS.get("random"), METHODS.get(inputs.method)
    for s, rows in enumerate(picks):
        campaign = digest(group, s)
        nodes.append(
            Node(
                "Campaign",
                campaign,
                {
                    "name": f"{table.name}, {inputs.method}, replicate {s + 1}",
                    "table": table.name,
                    "method": inputs.method,
                    "seed": s,
                    "budget": inputs.budget,
                    "initial": inputs.initial,
                    "group": group,
                    "goal": table.goal,
                    "objectives": table.objective,
                    "best": sign * float(top[s, -1]),
                    "best_percent": float(shares[s, -1]),
                    "count": len(rows),
                    "entropy_published": float(entropy["published"][s, -1]),
                    "entropy_corrected": float(entropy["corrected"][s, -1]),
                    "entropy_relative": float(entropy["relative"][s, -1]),
                    "auc": float(shares[s].mean()),
                    "live": False,
                    "status": "done",
                },
            )
        )
        for i, row in enumerate(rows):
            key = digest(campaign, i)
            start = i < inputs.initial or inputs.method == "random"
            nodes.append(
                Node(
                    "Experiment",
                    key,
                    {
                        "index": i + 1,
                        "parameters": json.dumps(point := table.point(row), ensure_ascii=False),
                        "value": sign * float(table.values[row]),
                        "status": "done",
                        "best_so_far": sign * float(top[s, i]),
                        "entropy_published": float(entropy["published"][s, i]),
                        "entropy_corrected": float(entropy["corrected"][s, i]),
                        "entropy_relative": float(entropy["relative"][s, i]),
                        "source": "random" if start else inputs.method,
                        "reason": reasons[s][i] if reasons else (drawn if start else chosen).reason,
                    },
                )
            )
            edges.append(Edge("IN_CAMPAIGN", ("Experiment", key), ("Campaign", campaign)))
            settings, ties = parameter_records(("Experiment", key), point)
            nodes += settings
            edges += ties
    return nodes, edges
