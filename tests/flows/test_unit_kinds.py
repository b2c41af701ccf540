"""Keys of units: what must redo a result does, what need not does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import unit_code

from hypograph.flows.runtime import unit_kinds
from hypograph.flows.runtime.unit_kinds import UnitKind, content_hash, kinds, release
from hypograph.models.core.keys import canonical, digest

PLAIN = UnitKind("count")


def test_every_kind_says_whether_its_code_changed() -> None:
    known = json.loads(unit_code.LOCK.read_text("utf-8"))
    now = unit_code.current()
    unsaid = [name for name in now if known.get(name) != now[name]]
    assert unsaid == [], (
        "The code of these kinds changed. Where the same inputs now give another result, raise the version in "
        "flows/runtime/unit_kinds.py; then run: python tests/unit_code.py"
    )
    assert set(known) == set(now)


def test_a_comment_and_a_docstring_forget_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    hashes = []
    for number, text in enumerate(["x = 1\n", '"""Say."""\n# why\nx = 1\n', "x = 2\n"]):
        (tmp_path / f"said_{number}.py").write_text(text)
        hashes.append(unit_code.code_hash(f"said_{number}"))
    assert hashes[0] == hashes[1] != hashes[2]


def test_version_files_and_releases_are_in_the_key() -> None:
    key = PLAIN.key({"x": 1})
    assert UnitKind("count").key({"x": 1}) == key
    alloys, chemistry = (f"hypograph.models.hypotheses:disciplines/{n}.toml" for n in ("alloys", "chemistry"))
    others = [
        UnitKind("count", 2),
        UnitKind("count", files=(alloys,)),
        UnitKind("count", files=(chemistry,)),
        UnitKind("count", libraries=("numpy",)),
        UnitKind("count", libraries=("scipy",)),
        UnitKind("total"),
    ]
    assert len({key, *(kind.key({"x": 1}) for kind in others)}) == len(others) + 1


@pytest.mark.parametrize("kind", kinds().values(), ids=lambda kind: kind.name)
def test_what_a_kind_names_is_there(kind: UnitKind) -> None:
    assert all(content_hash(name) for name in kind.files)
    assert all(release(name) for name in kind.libraries)
    assert set(kind.code) <= set(unit_code.reached(kind))


def test_a_changed_packaged_file_is_another_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    package = tmp_path / "laid_out"
    package.mkdir()
    (package / "__init__.py").write_text("")
    kind = UnitKind("count", files=("laid_out:levels.toml",))
    keys = []
    for text in ("route = 1", "route = 2", "route = 1"):
        (package / "levels.toml").write_text(text)
        unit_kinds._made_by.cache_clear()
        keys.append(kind.key({}))
    assert keys[0] == keys[2] != keys[1]


def test_a_path_is_the_content_of_its_file(tmp_path: Path) -> None:
    one, two = tmp_path / "one.txt", tmp_path / "two.txt"
    one.write_text("same")
    two.write_text("same")
    assert digest({"papers": [one]}) == digest({"papers": [two]})
    two.write_text("other")
    assert digest({"papers": [one]}) != digest({"papers": [two]})
    with pytest.raises(FileNotFoundError):
        canonical(tmp_path / "none")
