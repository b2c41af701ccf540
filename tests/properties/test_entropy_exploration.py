from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hypograph.models.optimize.entropy import exploration_entropy, random_entropy

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
