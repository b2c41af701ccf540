"""What a campaign's results say: which parameters count, slices through the best point, predictions, when to stop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from hypograph.models.campaigns.bayes.optimizer import Bayesian, Outlook
from hypograph.models.campaigns.core.trials import Trial
from hypograph.models.campaigns.laboratory import events as live
from hypograph.models.campaigns.laboratory import progress
from hypograph.models.campaigns.space.candidates import candidates
from hypograph.models.campaigns.space.space import Parameter, Point
from hypograph.models.core.documents.campaigns import (
    Insight,
    Level,
    ObjectiveInsight,
    Prediction,
    Share,
    Slice,
    Stopping,
    Tried,
)
from hypograph.models.core.errors import InputError, SpaceError

LOOKED_AT = 2_000  # candidates over which effects are averaged
STEPS = 11  # places of a range in a slice
PARTS = 5  # equal parts of a range as levels of its effect


def insight(
    definition: live.Definition,
    events: Sequence[live.Event],
    *,
    at: Sequence[Mapping[str, Level]] = (),
    ahead: int = 5,
    gain: float | None = None,
) -> Insight:
    """Return the document of ``hypograph campaign insight --json``.

    Parameters
    ----------
    at
        Points to predict, tried or not.
    ahead
        Experiments that the stopping hint looks ahead.
    gain
        Improvement of the first objective that is worth having, in its unit; None for 1% of the range seen.

    Raises
    ------
    InputError
        With fewer than two finished experiments.
    """
    found = live.fold(definition, events)
    done = [e for e in found if e.status == "done"]
    if len(done) < 2:
        raise InputError(f"{len(done)} finished experiments", where=definition.name, expected="two or more")
    model = Bayesian(definition.space, definition.objectives, definition.initial, definition.seed)
    trials, best = live.trials(found), progress.best(definition, done)
    points = [definition.space.done(p) for p in at]
    objectives: list[ObjectiveInsight] = []
    for i, goal in enumerate(definition.objectives):
        pool = _sample(definition)
        objectives.append(
            {
                "name": goal.name,
                "importance": importance(definition.space.parameters, pool, model.predict(trials, pool, i)),
                "slices": [_slice(model, trials, p, best, i) for p in definition.space.parameters],
                "predictions": _predictions(points, model.predict(trials, points, i)) if points else [],
            }
        )
    return {
        "campaign": definition.id,
        "results": len(done),
        "best": best,
        "objectives": objectives,
        "stopping": _stopping(definition, model, trials, done, ahead, gain),
    }


def importance(parameters: Sequence[Parameter], pool: Sequence[Point], outlook: Outlook) -> list[Share]:
    """Return the share of the predicted variance that each parameter explains alone, the largest first.

    First-order Sobol' indices (Saltelli et al. 2010) of the posterior mean over the candidates; what is missing to 1 is
    in combinations of parameters.
    """
    mean = outlook.mean
    total = float(mean.var())
    rows: list[Share] = []
    for p in parameters:
        groups: dict[object, list[int]] = {}
        for i, x in enumerate(pool):
            groups.setdefault(_part(p, x[p.name]), []).append(i)
        between = sum(len(g) * (mean[g].mean() - mean.mean()) ** 2 for g in groups.values()) / len(pool)
        rows.append({"parameter": p.name, "share": float(between / total) if total > 0 else 0.0})
    return sorted(rows, key=lambda r: -r["share"])


def _sample(definition: live.Definition) -> list[Point]:
    rng = np.random.default_rng(0)
    pool = candidates(definition.space, rng)
    return pool if len(pool) <= LOOKED_AT else [pool[i] for i in rng.permutation(len(pool))[:LOOKED_AT]]


def _part(p: Parameter, value: Level) -> Level:
    if p.levels:
        return value
    return min(int(PARTS * p.shares([float(value)])[0]), PARTS - 1)


def _slice(model: Bayesian, trials: Sequence[Trial], p: Parameter, best: Tried, objective: int) -> Slice:
    """Predict along one parameter with the others as in the best experiment."""
    levels = list(p.levels) or p.at(np.linspace(0.0, 1.0, STEPS))
    points = [{**best["parameters"], p.name: level} for level in levels]
    told = _predictions(points, model.predict(trials, points, objective))
    return {
        "parameter": p.name,
        "levels": [{"level": level, **row["predicted"]} for level, row in zip(levels, told, strict=True)],
    }


def _predictions(points: Sequence[Point], outlook: Outlook) -> list[Prediction]:
    """Return mean and 95% interval of a measurement at each point."""
    half = 1.96 * np.sqrt(outlook.sd**2 + outlook.noise**2)
    return [
        {"parameters": dict(p), "predicted": {"mean": float(m), "low": float(m - h), "high": float(m + h)}}
        for p, m, h in zip(points, outlook.mean, half, strict=True)
    ]


def _stopping(
    definition: live.Definition,
    model: Bayesian,
    trials: Sequence[Trial],
    done: Sequence[live.Experiment],
    ahead: int,
    gain: float | None,
) -> Stopping | None:
    """Return the chance that the next experiments gain more than `gain`; None for several objectives."""
    if len(definition.objectives) > 1:
        return None
    name = definition.objectives[0].name
    values = [e.values[name] for e in done]
    wanted = 0.01 * (max(values) - min(values)) if gain is None else gain
    try:
        chance = model.chance_of_gain(trials, ahead, wanted)
    except SpaceError:  # nothing is left to try
        chance = 0.0
    return {"experiments": ahead, "gain": wanted, "chance": None if np.isnan(chance) else chance}
