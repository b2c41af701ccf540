"""Set the threshold of a cascade from an assessment."""

from __future__ import annotations

from typing import Any

from hypograph.agents.assess.batteries import Battery, run_battery
from hypograph.agents.gateway.cascade import Cascade, measured_role, pair_name, set_threshold
from hypograph.agents.gateway.gateway import Gateway

ROLES = ("expert", "judge")
MARGIN = 0.02


def calibrate(small: Gateway, large: Gateway, battery: Battery, margin: float = MARGIN) -> dict[str, Any]:
    """Ask both models a battery, set the threshold and keep it with the skill of the pair.

    Parameters
    ----------
    small, large
        The cheap model and the good one.
    battery
        Questions with known answers, asked as the role asks them.
    margin
        Accuracy that may be lost against the large model.

    Returns
    -------
    dict
        ``threshold`` (normalised entropy), ``escalated`` (share), ``accuracy`` of cascade, small and large model,
        ``cost`` of each on these questions, ``saved`` (share of the large model's cost; null where it costs nothing),
        ``skill``.

    Raises
    ------
    NetworkError, ModelError, BudgetSpentError
        As the gateway; answers so far are kept.
    """
    truth = [0 if first else 1 for first in battery.truth]
    rows = {"small": run_battery(small, battery), "large": run_battery(large, battery)}
    cheap, dear = small.choose_all(battery.questions), large.choose_all(battery.questions)  # from the cache
    found = set_threshold(cheap, dear, truth, margin)
    pair = Cascade(small, large, found.uncertainty)
    joint = run_battery(pair, battery)
    role = joint["role"]
    each = {name: (row["cost_per_call"] or 0.0) * row["calls"] for name, row in rows.items()}
    cost = each["small"] + found.escalated * each["large"]
    document = {
        "role": role,
        "battery": battery.name,
        "n": len(truth),
        "margin": margin,
        "threshold": found.uncertainty,
        "escalated": found.escalated,
        "accuracy": {
            "cascade": found.accuracy,
            "large": found.accuracy_large,
            "small": rows["small"]["accuracy"]["value"],
        },
        "cost": {"cascade": cost, **each},
        "saved": 1.0 - cost / each["large"] if each["large"] else None,
        "skill": joint["skill"],
    }
    large.keep_skill(measured_role(role), found.accuracy, document, of=pair_name(small, large))
    pair.keep_skill(role, joint["skill"]["low"], document)
    return document
