from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from hypograph.flows.readers.publications.hea_bench import unmangle_doi
from hypograph.flows.readers.publications.identifiers import clean_doi, title_key
from hypograph.flows.readers.publications.registry import hea_literature, read_publications
from hypograph.models.core.errors import MalformedRowError, MissingFileError
from hypograph.models.literature.keywords.extraction import phrase_candidates


def test_the_alloy_records_are_4231_papers_117_of_them_without_a_doi() -> None:
    papers = hea_literature()
    assert len(papers) == len({p.key for p in papers}) == 4231
    assert sum(not p.doi for p in papers) == 117
    assert all(p.source == "literature" and p.passages for p in papers)
    assert papers[0].key == papers[0].doi == "10.1016/j.matlet.2018.01.017"
    assert hea_literature(limit=3) == papers[:3]


@pytest.mark.parametrize(
    ("name", "doi"),
    [
        ("10.1016-S1872-2067(23)64428-6.txt", "10.1016/s1872-2067(23)64428-6"),
        ("10.14102-j.cnki.0254-5861.2022-0125.txt", "10.14102/j.cnki.0254-5861.2022-0125"),
        ("parsed_output-d0ra00518e.pdf.md", ""),
        ("10.1-x.txt", ""),
    ],
)
def test_only_the_first_hyphen_of_a_mangled_doi_was_a_slash(name: str, doi: str) -> None:
    assert unmangle_doi(name) == doi


def test_json_lines_are_read_and_broken_rows_named(tmp_path: Path) -> None:
    path = tmp_path / "papers.jsonl.gz"
    rows = [
        json.dumps(
            {
                "id": "a",
                "title": "One",
                "year": 2001,
                "citations": 3,
                "venue": "V",
                "doi": "https://doi.org/10.1000/ABC.",
            }
        ),
        "{broken",
        json.dumps({"title": "Two", "year": "soon"}),
        json.dumps([1]),
        json.dumps({"title": "Three", "citations": -1}),
        json.dumps({"title": "RETRACTED: Four", "keywords": ["x", "y"]}),
    ]
    with gzip.open(path, "wt") as file:
        file.write("\n".join(rows))
    report = read_publications(path)
    assert [(p.title, p.year, p.citations) for p in report.publications] == [
        ("One", 2001, 3.0),
        ("Two", None, None),
        ("Three", None, None),
        ("RETRACTED: Four", None, None),
    ]
    first, *_, last = report.publications
    assert (first.key, first.year, first.citations, first.venue) == ("10.1000/abc", 2001, 3.0, "V")
    assert last.retracted
    assert last.keywords == ("x", "y")
    assert len(report.problems) == 4
    assert "row 2, column 2" in report.problems[0]
    assert "row 3, column year: 'soon' is no year; left empty" in report.problems[1]
    assert "row 4" in report.problems[2]
    assert "row 5, column citations" in report.problems[3]


def test_tables_with_any_delimiter_and_usual_names(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(
        'Title;Publication Year;Cited by;Author Keywords\n"A; b";2010;4;"k1; k2"\nC;;;\nD;2010;1;x;too many\n'
    )
    report = read_publications(path)
    assert [(p.title, p.year, p.citations, p.keywords) for p in report.publications] == [
        ("A; b", 2010, 4.0, ("k1", "k2")),
        ("C", None, None, ()),
    ]
    assert len(report.problems) == 1
    assert "row 4" in report.problems[0]


def test_missing_unknown_and_broken_files(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError):
        read_publications(tmp_path / "none.jsonl")
    (tmp_path / "a.docx").write_text("x")
    with pytest.raises(MalformedRowError, match="format"):
        read_publications(tmp_path / "a.docx")
    broken = tmp_path / "a.jsonl.gz"
    broken.write_bytes(b"no gzip")
    report = read_publications(broken)
    assert not report.publications
    assert str(broken) in report.problems[0]


def test_identifiers_have_one_spelling() -> None:
    assert (
        clean_doi("doi:10.1002/(SICI)1097(199)3:2<1::AID>3.0.CO;2-A).")
        == "10.1002/(sici)1097(199)3:2<1::aid>3.0.co;2-a"
    )
    assert clean_doi("none") == ""
    assert title_key("Über-Graphs: A Study!") == title_key("uber graphs a study")


def test_encodings_are_told_apart_and_broken_bytes_are_named_by_their_row(tmp_path: Path) -> None:
    text = "title,year\nUntersuchung der Härte von Größen,2001\n"
    for name, raw in (
        ("latin.csv", text.encode("latin-1")),
        ("mark.csv", text.encode("utf-8-sig")),
        ("wide.csv", text.encode("utf-16")),
    ):
        (tmp_path / name).write_bytes(raw)
        assert [p.title for p in read_publications(tmp_path / name).publications] == [
            "Untersuchung der Härte von Größen"
        ]
    (tmp_path / "broken.csv").write_bytes(text.encode() + "Über Größen und M".encode() + b"\xff\xdfe,2002\n")
    report = read_publications(tmp_path / "broken.csv")
    assert [p.title for p in report.publications][1] == "Über Größen und M\ufffd\ufffde"
    assert len(report.problems) == 1
    assert "broken.csv, row 3, column title" in report.problems[0]
    (tmp_path / "japanese.csv").write_bytes(
        "title,abstract\n鉄鋼材料の強度と硬さの研究,焼入れした試料の硬さを測定し、組織との関係を調べた。\n".encode(
            "shift-jis"
        )
    )
    assert read_publications(tmp_path / "japanese.csv").publications[0].title == "鉄鋼材料の強度と硬さの研究"
    (tmp_path / "empty.ris").write_text("nothing here")
    assert "no publication" in read_publications(tmp_path / "empty.ris").problems[0]
    whole = read_publications(tmp_path)
    assert len(whole.publications) == 3  # three spellings of one publication, and two others
    assert {p.split(":")[0].split(",")[0].rsplit("/", 1)[1] for p in whole.problems} == {"broken.csv", "empty.ris"}


def test_a_huge_abstract_is_read_and_its_keywords_are_found(tmp_path: Path) -> None:
    body = "Fast neural networks learn. " * 20_000
    (tmp_path / "a.jsonl").write_text(json.dumps({"title": "T of a huge thing", "year": 2000, "abstract": body}))
    (found,) = read_publications(tmp_path / "a.jsonl").publications
    assert len(found.abstract) > 500_000
    assert "neural network" in phrase_candidates(found)
