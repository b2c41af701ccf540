"""Rules against two independent libraries, and against cases worked out by hand."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from evidencelib import Frame as OracleFrame
from evidencelib import MassFunction as OracleMass
from pybelief import MassFunction as SparseMass

from hypograph.models.core.errors import InputError, TotalConflictError
from hypograph.models.evidence.masses.combine import (
    RULES,
    cautious,
    conflict,
    conjunctive,
    dempster,
    disjunctive,
    dubois_prade,
    murphy,
    pcr5,
    pcr6,
    yager,
)
from hypograph.models.evidence.masses.many_equal import binary_conflict, binary_mass, effective, weight_of
from hypograph.models.evidence.masses.mass import Frame, check_mass, pignistic

NAMES = ("a", "b", "c")
ORACLE_FRAME = OracleFrame.dst(NAMES)


def random_masses(count: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    raw = rng.random((count, 8)) * (rng.random((count, 8)) < 0.7)
    raw[:, 0] = 0
    raw[:, 7] += 0.1
    return raw / raw.sum(1, keepdims=True)


def sparse(mass: np.ndarray) -> SparseMass:
    return SparseMass(NAMES, {s: float(v) for s, v in enumerate(mass) if v > 0})


def key(mask: int) -> str:
    return "|".join(n for i, n in enumerate(NAMES) if mask >> i & 1)


def oracle(mass: np.ndarray) -> OracleMass:
    return OracleMass(ORACLE_FRAME, {key(s): float(v) for s, v in enumerate(mass) if v > 0})


def of_oracle(found: OracleMass) -> np.ndarray:
    return np.array([0.0, *[found.mass(key(s)) for s in range(1, 8)]])


@pytest.mark.parametrize("seed", range(5))
def test_pybelief_agrees(seed: int) -> None:
    one, two = random_masses(2, seed)
    both = np.stack([one, two])
    joint = sparse(one).combine_dempster(sparse(two))
    np.testing.assert_allclose(dempster(both), [joint[s] for s in range(8)], atol=1e-12)
    found = sparse(one).combine_yager(sparse(two))
    np.testing.assert_allclose(yager(both), [found[s] for s in range(8)], atol=1e-12)
    assert conflict(both) == pytest.approx(sparse(one).conflict(sparse(two)))
    betp = sparse(one).pignistic()
    np.testing.assert_allclose(pignistic(one), [betp[n] for n in NAMES], atol=1e-12)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("rule", "name"),
    [(dempster, "dempster"), (disjunctive, "disjunctive"), (pcr5, "pcr5"), (pcr6, "pcr6"),
     (yager, "yager"), (dubois_prade, "dubois_prade")],
)  # fmt: skip
def test_evidencelib_agrees_on_three_sources(seed: int, rule: object, name: str) -> None:
    masses = random_masses(3, seed)
    first, *rest = [oracle(m) for m in masses]
    np.testing.assert_allclose(rule(masses), of_oracle(getattr(first, name)(*rest)), atol=1e-10)  # type: ignore[operator]


ZADEH = np.stack([
    Frame(("x", "y", "z")).mass({"x": 0.99, "y": 0.01}),
    Frame(("x", "y", "z")).mass({"z": 0.99, "y": 0.01}),
])  # fmt: skip
X, Y, Z, XY, XZ, YZ, ALL = 1, 2, 4, 3, 5, 6, 7


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("dempster", {Y: 1.0}),
        ("conjunctive", {0: 0.9999, Y: 0.0001}),
        ("yager", {Y: 0.0001, ALL: 0.9999}),
        ("dubois-prade", {Y: 0.0001, XZ: 0.9801, XY: 0.0099, YZ: 0.0099}),
        ("disjunctive", {Y: 0.0001, XZ: 0.9801, XY: 0.0099, YZ: 0.0099}),
        # .9801 is shared evenly; each .0099 as .99 : .01.
        ("pcr5", {X: 0.49986, Y: 0.000298, Z: 0.49986}),
        ("pcr6", {X: 0.49986, Y: 0.000298, Z: 0.49986}),
        # Mean (.495, .01, .495), combined once with itself.
        ("murphy", {X: 0.245025 / 0.49015, Y: 0.0001 / 0.49015, Z: 0.245025 / 0.49015}),
    ],
)
def test_zadeh(name: str, wanted: dict[int, float]) -> None:
    expected = np.zeros(8)
    for s, value in wanted.items():
        expected[s] = value
    expected = expected / expected.sum()
    np.testing.assert_allclose(RULES[name](ZADEH), expected, atol=2e-5)
    assert conflict(ZADEH) == pytest.approx(0.9999)


def test_zadeh_cautious_needs_ignorance_and_then_keeps_the_conflict() -> None:
    with pytest.raises(InputError, match="m\\(Ω\\)"):
        cautious(ZADEH)
    softened = 0.99 * ZADEH
    softened[:, 7] += 0.01
    joint = cautious(softened)
    assert joint.sum() == pytest.approx(1.0)
    assert joint[0] > 0.9
    assert joint[Y] == pytest.approx(conjunctive(softened)[Y], rel=2.0)


def test_total_conflict_names_the_sources() -> None:
    frame = Frame(("x", "y"))
    masses = np.stack([frame.mass({"x": 1.0}), frame.mass({"x": 0.2}), frame.mass({"y": 1.0})])
    with pytest.raises(TotalConflictError) as caught:
        dempster(masses, ["table", "paper", "model"])
    assert "table and model" in str(caught.value)
    for name in ("yager", "dubois-prade", "pcr5", "pcr6"):
        assert RULES[name](masses).sum() == pytest.approx(1.0)


def test_murphy_of_equal_sources_is_dempster() -> None:
    mass = random_masses(1, 3)
    three = np.repeat(mass, 3, axis=0)
    np.testing.assert_allclose(murphy(three), dempster(three))


@pytest.mark.parametrize(("same", "other"), list(itertools.product([0, 1, 3, 7], [0, 2, 5])))
def test_closed_form_equals_dempster_one_by_one(same: int, other: int) -> None:
    alpha = 0.1
    pieces = [[0, alpha, 0, 1 - alpha]] * same + [[0, 0, alpha, 1 - alpha]] * other + [[0, 0, 0, 1.0]]
    slow = dempster(np.array(pieces))
    quick = binary_mass(weight_of(np.array(same), alpha), weight_of(np.array(other), alpha))
    np.testing.assert_allclose(quick, slow, atol=1e-12)
    q_s, q_d = 0.9**same, 0.9**other
    assert binary_conflict(weight_of(np.array(same), alpha), weight_of(np.array(other), alpha)) == pytest.approx(
        (1 - q_s) * (1 - q_d)
    )


def test_closed_form_survives_millions_of_pieces() -> None:
    mass = binary_mass(weight_of(np.array([1e7, 1e7]), 0.1), weight_of(np.array([1e7, 2e7]), 0.1))
    assert np.isfinite(mass).all()
    np.testing.assert_allclose(mass.sum(-1), 1.0)
    np.testing.assert_allclose(mass[0], [0, 0.5, 0.5, 0], atol=1e-9)
    assert mass[1, 2] == pytest.approx(1.0)


def test_effective_counts_are_bounded_and_keep_the_ratio() -> None:
    same = effective(np.array([30.0, 3e6]), np.array([40.0, 4e6]), 20.0)
    assert same[1] < 20
    assert same[0] == pytest.approx(30 * 20 / 60)
    assert same[1] == pytest.approx(15, rel=1e-3)
    assert effective(np.array([7.0]), np.array([9.0]), np.inf) == 7.0


@pytest.mark.parametrize("mass", [[0.5, 0.5, 0.5, 0.5], [0, -0.1, 0.1, 1.0], [0, 0.5, 0.5], [0, np.nan, 0, 1], [1.0]])
def test_what_is_no_mass_function_is_refused(mass: list[float]) -> None:
    with pytest.raises(InputError):
        check_mass(mass)


def test_frames_are_checked() -> None:
    with pytest.raises(InputError):
        Frame(("a", "a"))
    with pytest.raises(InputError):
        Frame(tuple("abcdefghijklm"))
    with pytest.raises(InputError, match="no alternative"):
        Frame(("a", "b")).subset(["c"])
