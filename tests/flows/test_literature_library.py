from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hypograph.flows.cli.literature.commands import app
from hypograph.flows.literature.building.parts import PART, TAIL, stable_parts
from hypograph.flows.literature.library import Library
from hypograph.flows.readers.publications.registry import read_uploaded
from hypograph.models.core.errors import InputError
from hypograph.models.core.records import Publication
from hypograph.models.literature.bibliography import FORMATS

RIS = """TY  - JOUR
AU  - Doe, Jane
AU  - van der Roe, Alex
TI  - Étude of Al2O3 & {braces}, 50% done
JO  - Exemplary oxides
PY  - 2015
AB  - Al2O3 was fired.
KW  - firing
DO  - 10.5555/lib.1
ER  -
TY  - JOUR
TI  - Sintering of zirconia tubes
PY  - 2019
DO  - 10.5555/lib.2
ER  -
"""


@pytest.fixture
def library(tmp_path: Path) -> Library:
    found = Library(tmp_path / "literature")
    found.add_bytes("export.ris", RIS.encode())
    return found


def titles(document: dict[str, object]) -> list[str]:
    rows = document["publications"]
    assert isinstance(rows, list)
    return [row["title"] for row in rows]


def test_a_corpus_lists_shows_and_searches_what_it_holds(library: Library) -> None:
    listed = library.listed()
    assert listed["total"] == 2
    first = listed["publications"][0]  # type: ignore[index]
    assert (first["doi"], first["authors"], first["venue"]) == (
        "10.5555/lib.1",
        ["Doe, Jane", "van der Roe, Alex"],
        "Exemplary oxides",
    )
    assert titles(library.listed(years=(2018, 2020))) == ["Sintering of zirconia tubes"]
    assert library.listed(limit=1)["total"] == 2
    assert titles(library.searched("etude AL₂O₃ roe")) == [first["title"]]
    some = library.searched("zirconia unicorns")
    assert (titles(some), some["matched"]) == (["Sintering of zirconia tubes"], "some")
    for key in ("https://doi.org/10.5555/LIB.1", "10.5555/lib.1"):
        assert titles(library.shown(key)) == [first["title"]]
    with pytest.raises(InputError, match=r"2 publications .* begins"):
        library.shown("10.5555/lib")
    with pytest.raises(InputError, match="no publication"):
        library.shown("10.1/none")
    with pytest.raises(InputError, match="no word"):
        library.searched(" -- ")


def test_corpora_of_other_names_are_apart(library: Library) -> None:
    library.add_bytes("one.txt", b"%0 Journal Article\n%T Buckling of thin bars\n%D 2012\n", "students")
    assert library.names() == ["main", "students"]
    assert titles(library.listed("students")) == ["Buckling of thin bars"]
    assert library.total() == 2
    for name in ("../x", "", "a/b", "x" * 80):
        with pytest.raises(InputError, match="no name"):
            library.corpus(name)


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_what_is_exported_reads_back(library: Library, form: str) -> None:
    suffix = {"bibtex": "bib", "ris": "ris", "csl": "json"}[form]
    again = read_uploaded(f"library.{suffix}", library.exported(form).encode())
    assert again.problems == ()
    kept = library.corpus().publications()
    for name in ("key", "title", "abstract", "year", "venue", "doi", "keywords", "authors"):
        assert [getattr(p, name) for p in again.publications] == [getattr(p, name) for p in kept]


def test_citations_within_the_corpus_are_shown(tmp_path: Path) -> None:
    library = Library(tmp_path)
    rows = [
        {"title": "A paper that cites", "doi": "10.5555/a", "references": ["https://doi.org/10.5555/B", "Poe, 1999"]},
        {"title": "A paper that is cited", "doi": "10.5555/b"},
    ]
    library.add_bytes("two.json", json.dumps(rows).encode())
    assert library.shown("10.5555/a")["cites"] == ["10.5555/b"]
    assert library.shown("10.5555/b")["cited_by"] == ["10.5555/a"]


def test_the_commands_say_what_the_corpus_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYPOGRAPH_HOME", str(tmp_path / "home"))
    (tmp_path / "export.txt").write_text(RIS)
    run = CliRunner()

    def document(*words: str) -> dict[str, object]:
        result = run.invoke(app, [*words, "--json"])
        assert result.exit_code == 0, result.output
        found: dict[str, object] = json.loads(result.stdout)
        return found

    assert document("add", str(tmp_path / "export.txt"))["added"] == 2
    assert document("list")["total"] == 2
    assert titles(document("search", "zirconia")) == ["Sintering of zirconia tubes"]
    assert document("show", "10.5555/lib.1")["total"] == 1
    assert document("list", "--corpus", "other")["total"] == 0
    assert document("years", "--figure", str(tmp_path / "years.svg"))["years"][0] == {  # type: ignore[index]
        "year": 2015,
        "publications": 1,
        "total": 1,
    }
    assert (tmp_path / "years.svg").read_text().startswith("<?xml")
    network = document("network", "co-author", "--least", "1", "--output", str(tmp_path / "people"))
    assert [len(network[name]) for name in ("nodes", "edges", "files")] == [2, 1, 2]  # type: ignore[arg-type]
    together = document("network", "keyword", "--least", "1", "--output", str(tmp_path / "words"))
    assert together["nodes"]
    assert (tmp_path / "words-map.txt").read_text().startswith("id\tlabel\tweight<Documents>")
    assert run.invoke(app, ["years", "--figure", "years.gif"]).exit_code != 0
    assert run.invoke(app, ["export", "--format", "ris"]).stdout.count("TY  - JOUR") == 2


def test_ten_more_publications_change_one_part(tmp_path: Path) -> None:
    papers = [Publication(f"10.5555/{i:05}", title=f"Paper number {i}") for i in range(2 * PART + 30)]
    first = stable_parts(tmp_path, papers)
    assert [len(part) for part in first] == [PART, PART, 30]
    more = [Publication(f"10.5555/{i:05}x", title=f"Another paper {i}") for i in range(10)]
    grown = stable_parts(tmp_path, sorted([*papers, *more], key=lambda p: p.key))
    assert grown[:2] == first[:2]
    assert [p.key for p in grown[2]] == [p.key for p in first[2]] + [p.key for p in more]
    others = [Publication(f"o{i}", title=f"Of another corpus {i}") for i in range(TAIL)]
    assert [len(part) for part in stable_parts(tmp_path, others)] == [TAIL]
    assert stable_parts(tmp_path, [*papers, *more]) == grown
    fewer = stable_parts(tmp_path, [p for p in papers if p.key != "10.5555/00003"])
    assert fewer[1] == first[1]
    assert len(fewer[0]) == PART - 1
    twins = [Publication("a", title="One text"), Publication("b", title="One text")]
    assert sorted(p.key for part in stable_parts(tmp_path, twins) for p in part) == ["a", "b"]
