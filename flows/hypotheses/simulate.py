"""Documents of the simulated search and of the ranking benchmark."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from hypograph.flows.runtime.text import table
from hypograph.models.core.documents.hypotheses import Calibration, CellRow, Gain, Ranking, Rule, Simulated
from hypograph.models.hypotheses.simulation.comparison import KNOWN, OURS, STRATEGIES, Cell, check_names, simulate
from hypograph.models.hypotheses.simulation.landscape import PUBLISHED_SCENARIOS, SCENARIOS
from hypograph.models.statistics.calibration import calibration_error, calibration_error_by_chance
from hypograph.models.statistics.intervals import mean_interval


def simulation_document(
    scenarios: Sequence[str],
    budgets: Sequence[int],
    strategies: Sequence[str],
    instances: int,
    seed: int,
    tell: Callable[[str], None],
) -> Simulated:
    """Run the simulation and lay its cells out as `hypotheses simulate --json` prints them.

    Raises
    ------
    InputError
        If a scenario or strategy is not known.
    """
    names = check_names(scenarios, tuple(SCENARIOS), "scenario", PUBLISHED_SCENARIOS)
    chosen = check_names(strategies, KNOWN, "strategy", STRATEGIES)
    ordered = sorted(chosen, key=KNOWN.index)
    return cells_document(simulate(names, budgets, ordered, instances, seed, tell), instances, seed)


def cells_document(cells: Sequence[Cell], instances: int, seed: int) -> Simulated:
    """Lay out cells of any scenarios, budgets and strategies."""
    by = {(c.scenario, c.budget, c.strategy): c for c in cells}
    return {
        "instances": instances,
        "seed": seed,
        "cells": [_cell(c, by.get((c.scenario, c.budget, "ours"))) for c in cells],
        "against_best_published": _summary(by),
        "calibration": _calibration(cells),
    }


def _cell(cell: Cell, ours: Cell | None) -> CellRow:
    difference = mean_interval(cell.score - ours.score) if ours is not None else None
    return {
        "scenario": cell.scenario,
        "budget": cell.budget,
        "strategy": cell.strategy,
        "score": mean_interval(cell.score),
        "difference_to_ours": difference,
        "judge_calls": cell.calls,
        "proposals": cell.proposals,
    }


def _summary(by: Mapping[tuple[str, int, str], Cell]) -> list[Gain]:
    """For each of our strategies and cell: ours minus the published strategy with the best mean there."""
    rows: list[Gain] = []
    for scenario, budget in dict.fromkeys((s, b) for s, b, _ in by):
        rivals = [by[scenario, budget, s] for s in STRATEGIES if s not in OURS and (scenario, budget, s) in by]
        if not rivals:
            continue
        best = max(rivals, key=lambda c: float(c.score.mean()))
        for name in OURS:
            if (mine := by.get((scenario, budget, name))) is not None:
                gain = mean_interval(mine.score - best.score)
                rows.append(
                    {
                        "scenario": scenario,
                        "budget": budget,
                        "strategy": name,
                        "best": best.strategy,
                        "gain": gain,
                    }
                )
    return rows


def _calibration(cells: Sequence[Cell]) -> list[Calibration]:
    rows: list[Calibration] = []
    for name in OURS:
        mine = [c for c in cells if c.strategy == name and c.probability_best is not None]
        if mine:
            stated = np.concatenate([c.probability_best for c in mine if c.probability_best is not None])
            true = np.concatenate([c.was_best for c in mine if c.was_best is not None])
            rows.append(
                {
                    "strategy": name,
                    "n": len(stated),
                    "stated": float(stated.mean()),
                    "true": float(true.mean()),
                    "ece": calibration_error(stated, true),
                    "ece_by_chance": calibration_error_by_chance(stated),
                }
            )
    return rows


def simulation_text(document: Simulated) -> str:
    """Lay the document out for reading."""
    rows = [
        (
            c["scenario"],
            c["budget"],
            c["strategy"],
            c["score"]["mean"],
            c["difference_to_ours"]["mean"] if c["difference_to_ours"] else None,
            round(c["judge_calls"]),
            round(c["proposals"]),
        )
        for c in document["cells"]
    ]
    text = table(("scenario", "budget", "strategy", "score", "minus ours", "calls", "proposals"), rows)
    for row in document["calibration"]:
        text += (
            f"\n{row['strategy']}: stated probability of best {row['stated']:.3f}, "
            f"true {row['true']:.3f}, expected calibration error {row['ece']:.3f} "
            f"(by chance {row['ece_by_chance']:.3f})"
        )
    return text


def ranking_document(items: int, comparisons: Sequence[int], instances: int, seed: int) -> Ranking:
    """Run the ranking benchmark: how often the best item is found, by the rule that chooses pairs."""
    from hypograph.models.hypotheses.simulation.ranking import RULES, rank_all

    rows: list[Rule] = [
        {
            "rule": rule,
            "comparisons": reading.comparisons,
            "top1": mean_interval(reading.top.astype(float)),
            "coverage": float(reading.covered.mean()),
            "ece": calibration_error(reading.stated, reading.top),
            "ece_by_chance": calibration_error_by_chance(reading.stated),
        }
        for rule in RULES
        for reading in rank_all(rule, items, comparisons, instances, seed)
    ]
    return {"items": items, "instances": instances, "seed": seed, "rules": rows}
