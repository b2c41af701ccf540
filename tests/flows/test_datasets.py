"""The data locks: checksums decide, absence is said plainly."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hypograph.flows.readers.alloys import read_alloys
from hypograph.flows.readers.reaction_tables import find_table
from hypograph.flows.runtime.datasets import fetch, find, locked, path_of, state_of
from hypograph.flows.runtime.settings import load_settings
from hypograph.models.core.errors import DataAbsentError, InputError, NetworkError, OtherFileError

NAME = "reactions/chan_lam.csv"


def test_each_lock_is_whole() -> None:
    for entry in locked().values():
        assert re.fullmatch(r"[0-9a-f]{64}", entry.sha256), entry.name
        assert entry.size > 0
        assert entry.licence
        assert entry.url.startswith("https://") or entry.origin, entry.name


def test_absent_other_and_unknown_files_are_told_apart(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path / "home", data_dir=tmp_path)
    with pytest.raises(InputError, match="no such data set"):
        find("reactions/none.csv")
    with pytest.raises(DataAbsentError, match="data fetch"):
        path_of(NAME, settings)
    (tmp_path / "reactions").mkdir()
    (tmp_path / NAME).write_text("not it")
    assert state_of(find(NAME), settings)[0] == "other file"
    with pytest.raises(OtherFileError, match="SHA-256"):
        path_of(NAME, settings)


def test_a_supplied_file_that_is_another_is_refused_where_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HYPOGRAPH_DATA_DIR", str(tmp_path))
    (tmp_path / "reactions").mkdir()
    table = "base,yield\nNaOH,3\nKOH,4\nLiOH,5\n"
    (tmp_path / NAME).write_text(table)
    (tmp_path / "reactions" / "mine.csv").write_text(table)
    assert find_table("mine").name == "mine"
    with pytest.raises(OtherFileError, match=r"chan_lam\.csv.*not the locked one"):
        find_table("chan_lam")
    (tmp_path / "alloys").mkdir()
    (tmp_path / "alloys" / "hea_aflow_1.csv").write_text("composition,label\nCoCr,1\nCoFe,0\n")
    with pytest.raises(OtherFileError, match="SHA-256"):
        read_alloys(tmp_path / "alloys" / "hea_aflow_1.csv")


def test_what_has_no_address_is_not_fetched(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path)
    with pytest.raises(InputError, match="HYPOGRAPH_DATA_DIR"):
        fetch("keyphrases/Inspec.zip", settings)


def test_no_network_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match="address does not answer"):
        fetch(NAME, load_settings(home=tmp_path))


@pytest.mark.supplied
def test_supplied_files_are_the_locked_ones(supplied: Path, tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path, data_dir=supplied)
    assert {state_of(entry, settings)[0] for entry in locked().values()} == {"supplied"}
