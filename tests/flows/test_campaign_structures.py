"""Structures as knowledge: SMILES told from names, salts, missing structures, the control that exchanges them."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hypograph.flows.campaigns import descriptors
from hypograph.flows.campaigns.benchmark import Plan, benchmark, trajectories
from hypograph.flows.campaigns.laboratory import begin, change_space
from hypograph.flows.readers.reaction_tables import find_table
from hypograph.models.campaigns.laboratory import events as live
from hypograph.models.campaigns.space.descriptors import descriptor_distances
from hypograph.models.campaigns.space.structures import fingerprint_distances, structures
from hypograph.models.core.errors import InputError

pytest.importorskip("rdkit")
pytest.importorskip("mordred")
SMILES = ["CC(=O)[O-].[K+]", "CC(=O)[O-].[Na+]", "c1ccncc1", "CCN(CC)CC"]


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Descriptors are remembered in a folder of the test."""
    monkeypatch.setenv("HYPOGRAPH_HOME", str(tmp_path / "home"))


@pytest.mark.parametrize("kind", ["rdkit", "mordred", "fingerprints"])
def test_every_kind_of_descriptor_puts_salts_of_one_anion_together(kind: str) -> None:
    (apart,) = descriptors.option_distances(["base"], [SMILES], kind)
    assert apart is not None
    assert apart[0, 1] == min(apart[~np.eye(4, dtype=bool)])


@pytest.mark.parametrize(
    ("options", "known"),
    [
        (SMILES, 4),
        ([*SMILES, "None", ""], 4),
        (["NBS", "NCS", "NIS", "I"], None),
        (["CO", "CCO", "CN"], None),
        (["XPhos", "SPhos", "c1ccncc1", "CCN(CC)CC", "C1CC1"], None),
        (["C=C", "C#C"], None),
    ],
)
def test_smiles_are_told_from_names(options: list[str], known: int | None) -> None:
    found = structures(options)
    assert (None if found is None else sum(f is not None for f in found)) == known


def test_a_map_gives_nothing_to_what_stands_for_nothing() -> None:
    found = structures(["a", "b", "c", "None"], {"a": "CCO", "b": "CCN", "c": "CCC", "None": "CCO"})
    assert found is not None
    assert found[3] is None


def test_distances_have_mean_one_and_follow_structure() -> None:
    found = fingerprint_distances(structures([*SMILES, "None"]))  # type: ignore[arg-type]
    assert found is not None
    assert np.allclose(found, found.T)
    off = found[~np.eye(5, dtype=bool)]
    assert off.mean() == pytest.approx(1.0)
    assert found[0, 1] == min(off)  # two acetates
    assert fingerprint_distances([None, None, "CCO"]) is None


def test_vectors_with_gaps_and_repeats() -> None:
    nan = float("nan")
    x = [[1.0, 2.0, 5.0, nan], [2.0, 4.0, 5.0, nan], [3.0, 6.0, 5.0, 1.0], [nan, nan, nan, nan]]
    found = descriptor_distances(x)
    assert found is not None
    assert np.isfinite(found).all()
    assert descriptor_distances([[1.0], [1.0], [1.0]]) is None
    assert descriptor_distances([[nan], [1.0], [2.0]]) is None


def test_the_same_knowledge_exchanged() -> None:
    matrix = fingerprint_distances(structures(SMILES))  # type: ignore[arg-type]
    (other, none) = descriptors.exchanged([matrix, None], 3)
    assert none is None
    assert matrix is not None
    assert other is not None
    assert np.allclose(sorted(matrix.ravel()), sorted(other.ravel()))


def written(path: Path) -> Path:
    rng = np.random.default_rng(0)
    rows = [
        f"{s},{t},{10 * i + t / 10 + rng.random():.3f}"
        for (i, s), t in itertools.product(enumerate(SMILES), (20, 40, 60))
    ]
    path.write_text("\n".join(["base,T,yield", *rows]) + "\n", "utf-8")
    return path


def test_a_laboratory_picks_with_descriptors_what_the_table_run_picks(tmp_path: Path) -> None:
    path = written(tmp_path / "t.csv")
    table, plan = find_table(str(path)), Plan(budget=9, initial=4, seeds=1)
    document, picks = benchmark(table, ["bo", "random"], plan)
    assert document["methods"][0]["descriptors"]["parameters"] == ["base"]
    assert document["methods"][1]["descriptors"] is None
    (trajectory, _) = trajectories(table, plan, picks)
    campaign = begin(tmp_path / "lab", path, settings={"initial": 4, "seed": 0}).campaign
    assert campaign.definition.space["base"].distances
    for i, (point, value) in enumerate(zip(trajectory["parameters"], trajectory["values"], strict=True)):
        if i >= 4:
            (event,) = live.suggest(campaign.definition, campaign.events)
            assert event["parameters"] == {"base": point["base"], "T": float(point["T"])}
            campaign.append([event])
        campaign.append([live.record_point(campaign.definition, campaign.events, point, {"yield": value})])


def test_descriptors_are_turned_off_given_and_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "t.csv")
    assert not begin(tmp_path / "off", path, descriptors="none").campaign.definition.space["base"].distances
    vectors = "\n".join(["option,a,b", *(f"{s},{i},{i * i}" for i, s in enumerate(SMILES))])
    (tmp_path / "v.csv").write_text(vectors, "utf-8")
    told: list[str] = []
    found = begin(tmp_path / "own", path, descriptors=str(tmp_path / "v.csv"), tell=told.append).campaign
    assert found.definition.space["base"].distances
    assert "4 of 4" in told[0]
    (tmp_path / "n.csv").write_text("base,T,yield\nA,1,2\nB,2,3\nC,1,4\n", "utf-8")
    with pytest.raises(InputError, match="no option has descriptors"):
        begin(tmp_path / "none", tmp_path / "n.csv", descriptors="mordred")


def test_names_with_a_map_or_a_column_of_structures(tmp_path: Path) -> None:
    record: dict[str, Any] = {
        "smiles": {"ligand": dict(zip("abcd", SMILES, strict=True))},
        "parameters": [{"name": "ligand", "options": list("abcd")}, {"name": "T", "values": [1, 2]}],
    }
    (tmp_path / "s.json").write_text(json.dumps(record), "utf-8")
    campaign = begin(tmp_path / "map", tmp_path / "s.json").campaign
    assert len(campaign.definition.space["ligand"].distances) == 4
    rows = [f"{n},{s},{i}" for i, (n, s) in enumerate(zip("abcd", SMILES, strict=True))]
    (tmp_path / "c.csv").write_text("\n".join(["ligand,ligand SMILES,yield", *rows]), "utf-8")
    begun = begin(tmp_path / "column", tmp_path / "c.csv")
    assert [p.name for p in begun.campaign.definition.space.parameters] == ["ligand"]
    assert begun.campaign.definition.space["ligand"].distances
    before = np.array(begun.campaign.definition.space["ligand"].distances)
    change_space(begun.campaign, [{"add": "ligand", "levels": ["e"], "smiles": {"e": "CC(=O)[O-].[Cs+]"}}])
    after = np.array(begun.campaign.definition.space["ligand"].distances)
    assert after.shape == (5, 5)
    assert not np.allclose(after[:4, :4], before)
    assert after[4, 0] < after[4, 2]


def test_elements_are_compared_by_their_properties(tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text("dopant,yield\nNa,1\nK,2\nAl,3\nGa,4\n", "utf-8")
    campaign = begin(tmp_path / "lab", tmp_path / "e.csv").campaign
    apart = np.array(campaign.definition.space["dopant"].distances)
    assert apart[0, 1] < apart[0, 2]


def test_a_map_under_another_name_is_found_by_its_options() -> None:
    smiles = {"base": dict(zip("abcd", SMILES, strict=True)), "other": {"x": "CCO"}}
    found = descriptors.option_distances(["Reagent", "note"], [list("abcd"), ["a", "q", "r"]], "auto", smiles)
    assert found[0] is not None
    assert found[1] is None
