"""What a campaign wants of an outcome."""

from __future__ import annotations

from hypograph.models.campaigns.core.trials import Objective


def maximize(name: str, *, noise: float | None = None, unit: str = "") -> Objective:
    """Want as much as possible of an outcome; `noise` is the standard deviation of a repeated measurement."""
    return Objective(name, "max", None, noise, unit)


def minimize(name: str, *, noise: float | None = None, unit: str = "") -> Objective:
    """Want as little as possible of an outcome."""
    return Objective(name, "min", None, noise, unit)


def target(name: str, value: float, *, noise: float | None = None, unit: str = "") -> Objective:
    """Want an outcome as near as possible to a value."""
    return Objective(name, "target", value, noise, unit)
