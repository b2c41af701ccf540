"""Exports with faults and habits of their programs: what they hold is read, what is lost is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hypograph.flows.readers.publications.identifiers import clean_doi
from hypograph.flows.readers.publications.registry import read_publications
from hypograph.models.literature.bibliography import FORMATS
from tests.flows.readers.conftest import Read


def test_bibtex_with_a_missing_brace_keeps_its_fields_and_says_so(read: Read) -> None:
    report = read(
        "@article{a,\n title = {Open title,\n author = {{The {X} Group} and Doe, J.},\n"
        " journal = {\\prb},\n year = {2002}\n}\n"
        "@article{, title={No key},\n % author = {Out},\n abstract={Where\n T = 300 K,\n x = {a}}, year=2003}\n",
        "a.bib",
    )
    first, second = report.publications
    assert (first.title, first.year, first.venue) == ("Open title", 2002, "Physical Review B")
    assert first.authors == ("The X Group", "Doe, J.")
    assert (second.title, second.abstract, second.venue) == ("No key", "Where T = 300 K, x = a", "")
    assert [("title is not closed" in p) for p in report.problems] == [True]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"item": {"title": "T of it", "doi": "10.5555/j.1", "publishedDate": "2001-02-03"}}, ("T of it", 2001, "")),
        ({"10.5555/j.1": {"title": "T of it", "year": 2001}}, ("T of it", 2001, "")),
        (
            {
                "title": "T of it",
                "source": {"sourceTitle": "WEAR", "publishYear": 2001},
                "identifiers": {"doi": "10.5555/j.1"},
            },
            ("T of it", 2001, "WEAR"),
        ),
        (
            {"bibjson": {"title": "T of it", "year": "2001", "identifier": [{"type": "doi", "id": "10.5555/j.1"}]}},
            ("T of it", 2001, ""),
        ),
        (
            {
                "titles": [{"title": "T of it"}],
                "dois": [{"value": "10.5555/j.1"}],
                "publication_info": [{"journal_title": "Wear", "year": 2001}],
            },
            ("T of it", 2001, "Wear"),
        ),
        (
            {
                "result": {
                    "uids": ["1"],
                    "1": {
                        "title": "T of it",
                        "pubdate": "2001",
                        "articleids": [{"idtype": "doi", "value": "10.5555/j.1"}],
                    },
                }
            },
            ("T of it", 2001, ""),
        ),
    ],
)
def test_json_of_more_services(read: Read, document: object, expected: tuple[object, ...]) -> None:
    (found,) = read(json.dumps([document] if "bibjson" in str(document) else document), "a.json").publications
    assert (found.title, found.year, found.venue, found.doi) == (*expected, "10.5555/j.1")


def test_counts_organisations_and_what_zotero_keeps_beside(read: Read) -> None:
    rows = [
        {
            "title": "Parent",
            "citations": [{"db": "WOS", "count": 9}],
            "authors": [{"name": "The X Consortium"}, {"fullName": "Doe, Jane", "surname": "Doe"}],
            "abstract": "Abstract The text",
            "extra": "Citation Key: x\nDOI: 10.5555/j.2",
        },
        {"itemType": "attachment", "title": "Full Text PDF"},
    ]
    report = read(json.dumps(rows), "a.json")
    (found,) = report.publications
    assert (found.citations, found.authors, found.abstract) == (9, ("The X Consortium", "Doe, Jane"), "The text")
    assert (found.doi, report.problems) == ("10.5555/j.2", ())


def test_a_column_with_a_remark_does_not_hide_the_plain_one(read: Read) -> None:
    text = 'Title,DOI,Authors,Authors (Raw Affiliation),PubYear\nT,10.5555/t.1,"Doe, J; Roe, A.","Doe, J (U; V)",2001\n'
    (found,) = read(text, "a.csv").publications
    assert found.authors == ("Doe, J", "Roe, A.")


def test_refworks_and_what_is_no_note(read: Read) -> None:
    (found,) = read(
        "RT Journal Article\nA1 Li, W;Wu, X\nT1 On glass\nJF Acta\nYR 2019\nDO 10.5555/r.1\n", "a.txt"
    ).publications
    assert (found.title, found.venue, found.year, found.authors) == ("On glass", "Acta", 2019, ("Li, W", "Wu, X"))
    assert "is no title" in read("<1>\nUnique Identifier\n  1\n", "a.txt").problems[0]
    report = read("TY-JOUR\nTI-Lost\nER-\nTY  -JOUR\nTI  -Kept\nER  -\n", "a.ris")
    assert ([p.title for p in report.publications], len(report.problems)) == (["Kept"], 1)


TURNED = """"EMBASE","Search results"

"TITLE","Alloys in bone"
"AUTHOR NAMES","Doe J.","Roe A."
"SOURCE TITLE","Acta"
"PUBLICATION YEAR","2014"
"DOI","10.5555/e.1"

"TITLE","Second of them"
"AUTHOR NAMES","Foo B."
"PUBLICATION YEAR","2015"
"""


def test_a_table_whose_fields_are_rows(read: Read, tmp_path: Path) -> None:
    first, second = read(TURNED, "a.csv").publications
    assert (first.title, first.year, first.venue, first.doi) == ("Alloys in bone", 2014, "Acta", "10.5555/e.1")
    assert (first.authors, second.title, second.year) == (("Doe, J.", "Roe, A."), "Second of them", 2015)
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (
        ("Title", "One", "Two"),
        ("Authors", "Doe, J.", "Roe, A."),
        ("Year", 2014, "soon"),
        ("DOI", None, None),
    ):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    report = read_publications(tmp_path / "a.xlsx")
    assert [(p.title, p.year) for p in report.publications] == [("One", 2014), ("Two", None)]
    assert "column 3" in report.problems[0]


def test_ovid_and_a_field_of_scopus_with_a_blank_in_its_name(read: Read) -> None:
    text = "<1. >\nVN  - Ovid Technologies\nTI  - On glass\n      and more.\nSO  - Acta. 12 (3), 2018.\n"
    text += "AU  - Doe J.\nYR  - 2018\n"
    (found,) = read(text, "a.ovd").publications
    assert (found.title, found.venue, found.year, found.authors) == ("On glass and more.", "Acta", 2018, ("Doe, J.",))
    report = read("@ARTICLE{a,\ntitle={T},\nfunding_text\u00a01={Many},\nyear={2020},\n}\n", "a.bib")
    assert (report.publications[0].year, report.problems) == (2020, ())
    assert clean_doi("http://x.org/?id=doi:10.5555/a.1&atitle=b&volume=3") == "10.5555/a.1"


def test_groups_hollow_brackets_and_unknown_kinds_of_xml(read: Read) -> None:
    member = "<contrib-group><contrib><name><surname>Doe</surname></name></contrib></contrib-group>"
    people = f"<contrib><collab>The Group{member}"
    (found,) = read(
        "<article><front><article-meta><title-group><article-title>T of it</article-title></title-group><contrib-group>"
        f"{people}</collab></contrib></contrib-group><abstract><p>Said [<xref>1</xref>, <xref>2</xref>].</p></abstract>"
        "</article-meta></front></article>",
        "a.xml",
    ).publications
    assert (found.authors, found.abstract) == (("The Group",), "Said.")
    assert "not read" in read("<?xml version='1.0'?><mods><title>T</title></mods>", "a.xml").problems[0]


def test_that_a_publication_was_retracted_comes_back_from_an_export(read: Read) -> None:
    row = {"key": "k", "title": "On steel", "retracted": True}
    for form, name in (("bibtex", "a.bib"), ("ris", "a.ris"), ("csl", "a.json")):
        assert read(FORMATS[form]([row]), name).publications[0].retracted


@pytest.mark.parametrize(
    "text",
    [
        "Doe, J., & Roe, A. (2001). On steel. Wear, 1, 2.\n\nFoo, B. (2002). On tin. Wear, 3, 4.\n",
        "[1] J. Doe, Wear 1 (2001) 2.\n[2] A. B. Roe, Wear 3 (2002) 4.\n",
        "10.5555/a.1\n10.5555/a.2\n",
    ],
)
def test_lists_of_references_are_no_note(read: Read, text: str) -> None:
    report = read(text, "a.txt")
    assert (report.publications, "not a note" in report.problems[0]) == ((), True)


def test_letters_of_an_old_macintosh_and_twice_encoded_names(read: Read, tmp_path: Path) -> None:
    (tmp_path / "a.bib").write_bytes("@article{a, title={Über Kupfer}, author={Müller, J.}}".encode("mac_roman"))
    (found,) = read_publications(tmp_path / "a.bib").publications
    assert (found.title, found.authors) == ("Über Kupfer", ("Müller, J.",))
    twice = "Müller, J.".encode().decode("cp1252")
    (found,) = read(f'Title,Year,Authors,Journal\nOn it,2001,"{twice}",Acta Ã–sterreich\n', "a.csv").publications
    assert (found.authors, found.venue) == (("Müller, J.",), "Acta Österreich")


def test_of_a_title_in_several_languages_the_english_one_is_taken(read: Read) -> None:
    (found,) = read(
        json.dumps([{"title": {"de": "Zu Titan", "en-US": "On titanium"}, "year": [2013]}]), "a.json"
    ).publications
    assert (found.title, found.year) == ("On titanium", 2013)
