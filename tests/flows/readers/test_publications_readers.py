"""Exports of each kind with quirks of their own, told by content whatever the file is called."""

from __future__ import annotations

import gzip
import json
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from hypograph.flows.readers.publications import registry
from hypograph.flows.readers.publications.registry import Reader, choose_reader, read_publications, read_uploaded
from hypograph.models.core.errors import MalformedRowError
from hypograph.models.core.records import Publication
from tests.flows.readers.conftest import Read

WOS = """FN Clarivate Analytics Web of Science
VR 1.0
PT J
AU Doe, J
   Roe, A
AF Doe, Jane
   van der Roe, Alex
TI Creep of <i>fcc</i> alloys
   at 900 K
SO ACTA EXEMPLI
DE creep; alloys
CR Poe B, 2001, WEAR, V1, P2, DOI 10.5555/cited.1
   Moe C, 1999, ACTA EXEMPLI, V3, P4
TC 1,204
EA MAR 2020
DI 10.5555/t.1
UT WOS:0001
ER

PT J
TI No end mark here
PY 2011
PT J
TI The next one
PY 2012
ER
EF
"""
MEDLINE = """PMID- 1
TI  - Wear of crowns in
      water.
DP  - 2010 Nov-Dec
AID - 10.5555/m.1 [doi]
FAU - Doe, Jane
PT  - Retracted Publication
AB  - Crowns wear.

PMID- 2
TI  - [Rost von Kronen].
DP  - 2011
"""
RIS = """TY  - JOUR
T1  - A study with
 two lines of title
AU  - Doe, Jane
AI  - https://orcid.org/0000
N1  - Cited By :12
UR  - https://www.example.org/doi/abs/10.5555/r.1?via=x
Y1  - 2012/05/01
KW  - one
two
AB  - It was
US - China trade was seen.
ER  -
TY  - BOOK
TI  - Second
PY  - n.d.
ER  -
"""
ENDNOTE = """%0 Journal Article
%A Doe, Jane
%A Roe, Alex
%T Bending of beams
%D 1998
%X First paragraph.

Second paragraph.
%0 Thesis
%T Another of them
"""
BIB = r"""@string{AM = {Acta Exempli}}
@article{a, title = "The {L}aw of " # {{\"U}bung}, author = {M{\"u}ller, J. and {The Group} and others}, journal = AM,
  year = 1999, month = mar, note = {cited By 7}, doi = {10.5555/b\_1},
  abstract = {At 5 \% of $T_{\mathrm{c}}$ and 10\% more}}
@comment{ @article{no, title={No}} }
@article{open, title = {Never closed, year = 2001
@article(round, title = {Parentheses}, year = {2003})
@article{macro, title = {Unknown macro}, journal = NOPE, date = {2004-02}}
@incollection{child, title = {Child}, crossref = {PARENT}}
@book{parent, title = {Parent book}, year = 2005}
"""
PUBMED_XML = """<?xml version="1.0"?>
<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>5</PMID><Article><Journal><JournalIssue><PubDate>
<MedlineDate>2001 Spring</MedlineDate></PubDate></JournalIssue><Title>Ex. J.</Title></Journal>
<ArticleTitle>Heat of CO<sub>2</sub> &amp; H<sup>+</sup></ArticleTitle><AuthorList><Author><LastName>Doe</LastName>
<ForeName>Jane</ForeName></Author><Author><CollectiveName>The Group</CollectiveName></Author></AuthorList></Article>
</MedlineCitation><PubmedData><ReferenceList><Reference><ArticleIdList><ArticleId IdType="doi">10.5555/cited</ArticleId>
</ArticleIdList></Reference></ReferenceList></PubmedData></PubmedArticle></PubmedArticleSet>"""
FEED = """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom"><title>query</title>
<entry><id>http://arxiv.org/abs/2001.00001v2</id><published>2020-01-01T00:00:00Z</published><title>On
 things</title><summary>We show.</summary><author><name>Jane Doe</name></author></entry></feed>"""


@pytest.mark.parametrize(
    ("text", "reader"),
    [
        (WOS, "web-of-science"),
        (MEDLINE, "pubmed"),
        (RIS, "ris"),
        (ENDNOTE, "endnote"),
        (BIB, "bibtex"),
        (PUBMED_XML, "pubmed-xml"),
        (FEED, "arxiv-feed"),
        ('[{"title": "x"}]', "json"),
        ("Title\tYear\tDOI\nOn x\t2001\t10.5555/x\n", "table"),
        ("%PDF-1.7", "pdf"),
        ("A note about things\nIts text.", "note"),
    ],
)
def test_the_content_decides_and_not_the_name(text: str, reader: str) -> None:
    for name in ("export.txt", "EXPORT.TXT.GZ"):
        found = choose_reader(name, text.encode())
        assert found is not None
        assert found.name == reader
    assert choose_reader("export.docx", b"PK\x05") is None
    utf16 = choose_reader("export.txt", text.encode("utf-16"))
    assert utf16 is not None
    assert utf16.name in {reader, "note"}


def test_web_of_science(read: Read) -> None:
    first, second, third = read(WOS).publications
    assert first.title == "Creep of fcc alloys at 900 K"
    assert (first.year, first.citations, first.keywords, first.ids) == (2020, 1204, ("creep", "alloys"), ("wos:0001",))
    assert first.authors == ("Doe, Jane", "van der Roe, Alex")
    assert first.references == ("10.5555/cited.1", "Moe C, 1999, ACTA EXEMPLI, V3, P4")
    assert [(p.title, p.year) for p in (second, third)] == [("No end mark here", 2011), ("The next one", 2012)]
    assert read(gzip.compress(WOS.encode("utf-16")), "a.ciw.gz").publications[0].doi == "10.5555/t.1"


def test_pubmed(read: Read) -> None:
    first, second = read(MEDLINE).publications
    assert (first.title, first.year, first.doi, first.ids) == (
        "Wear of crowns in water.",
        2010,
        "10.5555/m.1",
        ("pmid:1",),
    )
    assert first.retracted
    assert second.title == "Rost von Kronen"
    (found,) = read(PUBMED_XML, "a.xml").publications
    assert (found.title, found.year, found.doi) == ("Heat of CO2 & H+", 2001, "")
    assert found.authors == ("Doe, Jane", "The Group")
    assert found.references == ("10.5555/cited",)


def test_ris(read: Read) -> None:
    report = read(RIS)
    first, second = report.publications
    assert first.title == "A study with two lines of title"
    assert first.abstract == "It was US - China trade was seen."
    assert (first.year, first.doi, first.citations, first.authors) == (2012, "10.5555/r.1", 12, ("Doe, Jane",))
    assert first.keywords == ("one", "two")
    assert (second.title, second.year) == ("Second", None)
    assert report.problems == ()


def test_endnote(read: Read) -> None:
    first, second = read(ENDNOTE).publications
    assert (first.title, first.year) == ("Bending of beams", 1998)
    assert first.abstract == "First paragraph. Second paragraph."
    assert second.title == "Another of them"
    plain = ENDNOTE.replace("%0 Journal Article\n", "").replace("%0 Thesis\n", "\n")
    assert [p.title for p in read(plain).publications] == ["Bending of beams", "Another of them"]


def test_bibtex(read: Read) -> None:
    report = read(BIB, "a.bib")
    found = {p.title: p for p in report.publications}
    assert set(found) == {"The Law of Übung", "Parentheses", "Unknown macro", "Child", "Parent book", "Never closed"}
    law = found["The Law of Übung"]
    assert (law.venue, law.year, law.doi, law.citations) == ("Acta Exempli", 1999, "10.5555/b_1", 7)
    assert law.authors == ("Müller, J.", "The Group")
    assert law.abstract == "At 5 % of Tc and 10% more"
    assert (found["Unknown macro"].year, found["Never closed"].year) == (2004, 2001)
    assert (found["Child"].year, found["Child"].venue) == (2005, "Parent book")
    assert ["open" in report.problems[0], "NOPE" in report.problems[1], len(report.problems)] == [True, True, 2]


@pytest.mark.parametrize(
    "document",
    [
        {"title": "T of a paper", "DOI": "10.5555/j.1", "year": 2001},
        {"message": {"title": ["T of a paper"], "DOI": "10.5555/j.1", "issued": {"date-parts": [[2001]]}}},
        {
            "message": {
                "items": [{"title": ["T of a paper"], "DOI": "10.5555/j.1", "published": {"date-parts": [["2001"]]}}]
            }
        },
        {
            "search-results": {
                "entry": [{"dc:title": "T of a paper", "prism:doi": "10.5555/j.1", "prism:coverDate": "2001-02-03"}]
            }
        },
        {"records": [{"title": "T of a paper", "identifier": "doi:10.5555/j.1", "publicationDate": "2001-02-03"}]},
        {"articles": [{"title": "T of a paper", "doi": "10.5555/j.1", "publication_year": 2001}]},
        {"data": [{"title": "T of a paper", "externalIds": {"DOI": "10.5555/j.1"}, "year": 2001}]},
        {
            "data": [
                {
                    "title": "T of a paper",
                    "external_ids": [{"type": "doi", "value": "10.5555/j.1"}],
                    "year_published": 2001,
                }
            ]
        },
        {"hits": {"hits": [{"_source": {"title": "T of a paper", "doi": "10.5555/j.1", "year": "2001"}}]}},
        {"resultList": {"result": [{"title": "T of a paper", "doi": "10.5555/j.1", "pubYear": "2001"}]}},
        {
            "data": [
                {"id": "10.5555/j.1", "attributes": {"titles": [{"title": "T of a paper"}], "publicationYear": 2001}}
            ]
        },
        [
            {
                "key": "K",
                "data": {
                    "title": "T of a paper",
                    "DOI": "10.5555/j.1",
                    "date": "May 2001",
                    "itemType": "a",
                    "creators": [],
                },
            }
        ],
        {"title": {"0": "T of a paper"}, "doi": {"0": "10.5555/j.1"}, "year": {"0": 2001}},
        {"columns": ["title", "doi", "year"], "data": [["T of a paper", "10.5555/j.1", 2001]]},
        {
            "corpusid": 7,
            "externalids": {"DOI": "10.5555/j.1"},
            "title": "T of a paper",
            "year": 2001,
            "citationcount": 3,
        },
    ],
)
def test_records_of_services_are_found_in_any_envelope(read: Read, document: object) -> None:
    for text in (json.dumps(document), json.dumps(document, indent=1)):
        (found,) = read(text, "a.json").publications
        assert (found.title, found.doi, found.year) == ("T of a paper", "10.5555/j.1", 2001)


def test_a_row_that_cannot_be_read_leaves_the_others(read: Read) -> None:
    deep = '{"title": ' + "[" * 20_000 + "]" * 20_000 + "}"
    rows = [
        '{"title": "First of all"}',
        deep,
        '{"title": "Year", "year": ' + "9" * 5000 + "}",
        '{"title": "\\ud800 half"}',
    ]
    report = read("\n".join(rows), "a.jsonl")
    assert [p.title for p in report.publications] == ["First of all", "\ufffd half"]
    assert [f"row {n}" in problem for n, problem in zip((2, 3, 4), report.problems, strict=True)] == [True] * 3
    broken = b'title,year\n"Caf\xe9 \xc3\xa9t\xc3\xa9 \xc3\xa0",2001\nGood row,2002\n'
    table = read(broken, "b.csv")
    assert [p.title for p in table.publications] == ["Caf\ufffd été à", "Good row"]
    assert "row 2" in table.problems[0]


def test_joined_exports_are_parted_again(read: Read) -> None:
    one, two = json.dumps({"title": "First of all"}), json.dumps({"title": "Second of all"}, indent=2)
    for text in (one + two, two + "\n" + one, f"{one},\n{one}"):
        assert {p.title for p in read(text, "a.json").publications} <= {"First of all", "Second of all"}
        assert len(read(text, "a.json").publications) == 2
    table = read("Title,Year\nFirst of all,2001\nTitle,Year\nSecond of all,2002\n", "a.csv")
    assert [p.title for p in table.publications] == ["First of all", "Second of all"]
    assert table.problems == ()


def test_values_that_cannot_be_read_are_quoted(read: Read) -> None:
    table = "title;year;cited by\nA study;forthcoming;12\nB study;2001;lots\nC study;n/a;-\nD study;1999-2000;1'204\n"
    report = read(table, "a.csv")
    assert [(p.year, p.citations) for p in report.publications] == [
        (None, 12),
        (2001, None),
        (None, None),
        (1999, 1204),
    ]
    assert [("forthcoming" in p, "lots" in p) for p in report.problems] == [(True, False), (False, True)]


def test_what_is_no_publication_is_refused_and_not_invented(read: Read) -> None:
    report = read("ID: 1\nAU: Doe J\nTI: Something\nYR: 2001\nDE: words\n")
    assert report.publications == ()
    assert "export of a format" in report.problems[0]
    with pytest.raises(MalformedRowError, match="format"):
        read("x", "a.docx")


def test_bytes_are_read_like_files() -> None:
    report = read_uploaded("../../etc/export.bin", RIS.encode())
    assert [p.source for p in report.publications] == ["export.bin", "export.bin"]
    broken = read_uploaded("a.csv", b"title,year\nOn it,soon\n")
    assert broken.problems[0].startswith("a.csv, row 2")
    with pytest.raises(MalformedRowError, match=r"^a\.xyz"):
        read_uploaded("a.xyz", b"?")


def test_another_package_adds_a_reader(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    mine = Reader(
        "lab",
        "a notebook",
        (".lab",),
        lambda head: float(head.startswith(b"LAB")),
        lambda path: iter([Publication("k", "T")]),
    )
    point = EntryPoint("lab", "nowhere:mine", registry.ENTRY_POINTS)
    monkeypatch.setattr(EntryPoint, "load", lambda self: mine)
    monkeypatch.setattr(registry.importlib.metadata, "entry_points", lambda group: [point])
    monkeypatch.setattr(registry, "_loaded", [])
    (tmp_path / "x.txt").write_text("LAB book")
    assert read_publications(tmp_path / "x.txt").publications == (Publication("k", "T"),)
    registry._READERS.pop("lab")
