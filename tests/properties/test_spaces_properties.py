"""Every point offered is allowed, whatever the rules; where they leave nothing that is said, not guessed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kstest

from hypograph.models.campaigns.space.candidates import candidates, identity, spread
from hypograph.models.campaigns.space.sampling import sample
from hypograph.models.campaigns.space.space import Space, space_from
from hypograph.models.core.errors import SpaceError


def ranges(names: str, low: float = 0.0, high: float = 1.0) -> list[dict[str, Any]]:
    return [{"name": n, "low": low, "high": high} for n in names]


@st.composite
def spaces(draw: st.DrawFn) -> Space:
    """Spaces of every kind of parameter with rules drawn around a point, so that at least that one is allowed."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    rows: list[dict[str, Any]] = [{"name": "o", "options": ["p", "q", "r"]}]
    scale = draw(st.sampled_from([1e-3, 1.0, 1e4]))
    rows += [
        {"name": f"x{i}", "low": -scale * rng.random(), "high": scale * (0.1 + rng.random())}
        for i in range(draw(st.integers(2, 4)))
    ]
    rows += [
        {"name": f"v{i}", "values": sorted({float(v) for v in rng.normal(0, scale, 5).round(6)})}
        for i in range(draw(st.integers(0, 2)))
    ]
    inside = {r["name"]: rng.uniform(r["low"], r["high"]) if "low" in r else rng.choice(r["values"]) for r in rows[1:]}
    mixed = [n for n in inside if n.startswith("x")][: draw(st.integers(2, 4))]
    mixtures = [{"names": mixed, "total": sum(inside[n] for n in mixed)}] if draw(st.booleans()) else []
    constraints = []
    for _ in range(draw(st.integers(0, 2))):
        weights = {n: float(rng.normal()) for n in inside}
        limit = sum(w * inside[n] for n, w in weights.items()) + scale * draw(st.sampled_from([0.001, 0.1, 1.0]))
        constraints.append({"weights": weights, "at_most": limit})
    exclusions = [{"o": "p"}] if draw(st.booleans()) else []
    return space_from({"parameters": rows, "mixtures": mixtures, "constraints": constraints, "exclusions": exclusions})


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(spaces(), st.integers(0, 100))
def test_every_candidate_is_allowed(space: Space, seed: int) -> None:
    found = sample(space, np.random.default_rng(seed), 64)
    assert found
    near = sample(space, np.random.default_rng(seed), 64, found[:3])
    for point in [*found, *near]:
        assert space.read(point) == point
    first = spread(space, 5, seed)
    assert [identity(p) for p in spread(space, 3, seed)] == [identity(p) for p in first[:3]]
    assert len({identity(p) for p in first}) == len(first)


def test_a_mixture_is_filled_evenly() -> None:
    space = space_from({"parameters": ranges("abc"), "mixtures": [{"names": ["a", "b", "c"]}]})
    a = np.array([p["a"] for p in sample(space, np.random.default_rng(0), 2000)])
    assert kstest(a, lambda x: 1 - (1 - x) ** 2).pvalue > 0.001  # a part of a uniform point of the triangle
    assert all(abs(p["a"] * 1000 - round(p["a"] * 1000)) < 1e-6 for p in sample(space, np.random.default_rng(0), 20))


@pytest.mark.parametrize(
    "rules",
    [
        {"mixtures": [{"names": list("abcd")}], "constraints": [{"weights": dict.fromkeys("abc", 1), "at_most": 0.01}]},
        {"mixtures": [{"names": ["a", "b"]}, {"names": ["b", "c"]}]},
        {
            "constraints": [
                {"weights": {"a": 1, "b": -1}, "at_most": 0.001},
                {"weights": {"a": -1, "b": 1}, "at_most": 0},
            ]
        },
        {"constraints": [{"weights": dict.fromkeys("abcd", 1), "at_most": 0.05}]},
    ],
    ids=["corner", "shared part", "slab", "cap"],
)
def test_tight_rules_still_leave_many_points(rules: dict[str, Any]) -> None:
    space = space_from({"parameters": ranges("abcd"), **rules})
    found = candidates(space, np.random.default_rng(0))
    assert len(found) > 200
    assert np.ptp([p["d"] for p in found]) > 0.008


def test_numbers_with_levels_are_chosen_together_where_few_combinations_are_allowed() -> None:
    levels = [{"name": f"v{i}", "values": list(range(40))} for i in range(4)]
    weights = {f"v{i}": 1.0 for i in range(4)}
    space = space_from({"parameters": levels, "constraints": [{"weights": weights, "at_most": 3}]})
    found = candidates(space, np.random.default_rng(0))
    assert len(found) == 35  # ways to write numbers up to 3 as a sum of four


def test_one_point_is_found_and_none_is_said() -> None:
    pinned = ranges("ab", 0.0, 0.5)
    only = space_from({"parameters": pinned, "mixtures": [{"names": ["a", "b"], "total": 1.0}]})
    assert candidates(only, np.random.default_rng(0)) == [{"a": 0.5, "b": 0.5}]
    nothing = {"parameters": ranges("ab"), "constraints": [{"weights": {"a": 1.0}, "at_most": -0.1}]}
    with pytest.raises(SpaceError, match="leave no point"):
        candidates(space_from(nothing), np.random.default_rng(0))
