"""What a campaign wants of an outcome."""

from __future__ import annotations

from hypograph.models.campaigns.core.trials import Objective


def maximize(name: str, *, noise: float | None = None, unit: str = "") -> Objective:
    """Want as much as possible of an outcome.

    Parameters
    ----------
    name
        The outcome.
    noise
        Standard deviation of a repeated measurement, in its unit; None takes it from the results.
    unit
        Unit of the outcome.

    Examples
    --------
    >>> import hypograph as hg
    >>> hg.maximize("yield", unit="%").direction
    'max'
    """
    return Objective(name, "max", None, noise, unit)


def minimize(name: str, *, noise: float | None = None, unit: str = "") -> Objective:
    """Want as little as possible of an outcome; parameters as for `maximize`.

    Examples
    --------
    >>> import hypograph as hg
    >>> hg.minimize("cost").direction
    'min'
    """
    return Objective(name, "min", None, noise, unit)


def target(name: str, value: float, *, noise: float | None = None, unit: str = "") -> Objective:
    """Want an outcome as near as possible to a value; other parameters as for `maximize`.

    Examples
    --------
    >>> import hypograph as hg
    >>> hg.target("pH", 7.4).target
    7.4
    """
    return Objective(name, "target", value, noise, unit)
