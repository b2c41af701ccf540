from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypograph.models.statistics.entropy import exploration_entropy, random_entropy

SIZES = np.array([3, 5])
runs = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 4)), min_size=1, max_size=30).map(np.array)


@given(runs)
def test_entropy_is_a_share_and_the_correction_only_adds(picks: np.ndarray) -> None:
    plain, corrected = (exploration_entropy(picks, SIZES, corrected=c) for c in (False, True))
    assert np.all((plain >= -1e-12) & (plain <= 1 + 1e-12))
    assert np.all((corrected >= plain - 1e-12) & (corrected <= 1 + 1e-12))


@given(runs, st.randoms(use_true_random=False))
def test_the_last_value_knows_neither_order_nor_names(picks: np.ndarray, random: object) -> None:
    last = exploration_entropy(picks, SIZES)[-1]
    assert np.isclose(last, exploration_entropy(picks[::-1], SIZES)[-1])
    renamed = np.stack([2 - picks[:, 0], (picks[:, 1] + 1) % 5], axis=1)
    assert np.isclose(last, exploration_entropy(renamed, SIZES)[-1])


def test_known_values() -> None:
    once = np.zeros((4, 1), dtype=int)
    assert exploration_entropy(once, np.array([4]))[-1] == 0.0
    assert np.isclose(exploration_entropy(np.arange(4)[:, None], np.array([4]))[-1], 1.0)
    pool = np.stack(np.meshgrid(np.arange(3), np.arange(5)), -1).reshape(-1, 2)
    assert np.isclose(random_entropy(pool, SIZES, 15, runs=3)[-1], 1.0)


def expected_of_random(pool: np.ndarray, sizes: np.ndarray, n: int) -> float:
    """Expectation of the published entropy of n random picks without repetition: counts are hypergeometric."""
    from scipy.stats import hypergeom

    k = np.arange(1, n + 1)
    bits = -(k / n) * np.log2(k / n)
    each = []
    for j, size in enumerate(sizes):
        held = np.bincount(pool[:, j], minlength=size)
        each.append(sum(bits @ hypergeom.pmf(k, len(pool), c, n) for c in held) / np.log2(size))
    return float(np.mean(each))


def test_random_runs_have_the_expectation_in_closed_form() -> None:
    rng = np.random.default_rng(0)
    pool = np.unique(np.column_stack([rng.integers(0, 4, 300), rng.binomial(11, 0.3, 300)]), axis=0)
    sizes = np.array([4, 12])
    for n in (1, 5, 20):
        assert random_entropy(pool, sizes, n, runs=4000)[-1] == pytest.approx(
            expected_of_random(pool, sizes, n), abs=0.005
        )


@pytest.mark.supplied
@pytest.mark.parametrize(
    ("name", "reference"), [("buchwald_hartwig", 0.88), ("suzuki_doyle", 0.93), ("chan_lam", 0.93)]
)
def test_random_runs_have_the_entropy_that_others_measured(supplied: Path, name: str, reference: float) -> None:
    from hypograph.flows.readers.reaction_tables import find_table

    table = find_table(str(supplied / "reactions" / f"{name}.csv"))
    assert expected_of_random(table.pool, table.sizes, 20) == pytest.approx(reference, abs=0.005)
