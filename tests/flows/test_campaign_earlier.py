"""What earlier campaigns of a laboratory are worth to a new one: used where it is borne out, else named."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from hypograph.flows.cli.main import main

LIGANDS, BASES = [f"L{i}" for i in range(10)], ["K2CO3", "DBU", "KOtBu"]


def outcome(ligand: str, base: str) -> float:
    return 8.0 * int(ligand[1:]) + 10.0 * BASES.index(base)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main(["campaign", *arguments])
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    return int(left.value.code or 0), out, err


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """A table of the whole space, one of an earlier substrate, and one that has nothing in common."""
    rows = [f"{a},{b},{outcome(a, b)}" for a, b in product(LIGANDS, BASES)]
    (tmp_path / "space.csv").write_text("\n".join(["ligand,base,yield", *rows]), "utf-8")
    early = [f"{a},{b},{0.4 * outcome(a, b) + 3}" for a, b in list(product(LIGANDS, BASES))[::2]]
    (tmp_path / "early.csv").write_text("\n".join(["ligand,base,yield", *early]), "utf-8")
    (tmp_path / "other.csv").write_text("solvent,yield\nDMF,3\nTHF,4\n", "utf-8")
    (tmp_path / "start.csv").write_text(
        "\n".join(["ligand,base,yield", *(rows[i] for i in (1, 3, 4, 8, 9, 11, 13, 14))]), "utf-8"
    )
    return tmp_path


def test_earlier_results_count_where_the_new_ones_bear_them_out(
    tables: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lab = str(tables / "lab")
    assert run(capsys, "new", lab, "--space", str(tables / "space.csv"), "--no-store")[0] == 0
    assert run(capsys, "record", lab, "--csv", str(tables / "start.csv"), "--no-store")[0] == 0
    code, out, err = run(
        capsys, "suggest", lab, "--learn-from", str(tables / "early.csv"), "--no-store", "--json"
    )  # fmt: skip
    assert code == 0, err
    (found,) = json.loads(out)["suggestions"]
    assert found["source"] == "hybrid"
    assert "15 results of early.csv has" in found["reason"]
    assert found["parameters"]["ligand"] in {"L8", "L9"}


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--learn-from", "other.csv"], "no option in common"),
        (["--learn-from", "start.csv", "--method", "random"], "does not learn from earlier results"),
        (["--learn-from", "absent.csv"], "no such file"),
    ],
)
def test_what_cannot_be_learnt_from_is_named(
    tables: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], what: str
) -> None:
    lab = str(tables / "lab")
    assert run(capsys, "new", lab, "--space", str(tables / "space.csv"), "--no-store")[0] == 0
    given: list[Any] = [str(tables / a) if a.endswith(".csv") else a for a in arguments]
    code, _, err = run(capsys, "suggest", lab, *given, "--no-store")
    assert code == 2
    assert what in err
