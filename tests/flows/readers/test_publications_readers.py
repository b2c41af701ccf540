"""Exports of each kind with quirks of their own, told by content whatever the file is called."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from hypograph.flows.readers.publications import registry
from hypograph.flows.readers.publications.duplicates import deduplicate, same_venue
from hypograph.flows.readers.publications.identifiers import clean_doi, reference_of
from hypograph.flows.readers.publications.names import authors_of
from hypograph.flows.readers.publications.registry import (
    Reader,
    ReadReport,
    choose_reader,
    read_publications,
    read_uploaded,
)
from hypograph.flows.readers.publications.retraction import is_retracted
from hypograph.models.core.errors import MalformedRowError
from hypograph.models.core.records import Publication
from hypograph.models.literature.bibliography import FORMATS

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


@pytest.fixture
def read(tmp_path: Path) -> Iterator[object]:
    def made(text: str | bytes, name: str = "export.txt") -> ReadReport:
        data = text.encode() if isinstance(text, str) else text
        (tmp_path / name).write_bytes(data)
        return read_publications(tmp_path / name)

    return made  # type: ignore[return-value]


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


def test_web_of_science(read) -> None:  # type: ignore[no-untyped-def]
    first, second, third = read(WOS).publications
    assert first.title == "Creep of fcc alloys at 900 K"
    assert (first.year, first.citations, first.keywords, first.ids) == (2020, 1204, ("creep", "alloys"), ("wos:0001",))
    assert first.authors == ("Doe, Jane", "van der Roe, Alex")
    assert first.references == ("10.5555/cited.1", "Moe C, 1999, ACTA EXEMPLI, V3, P4")
    assert [(p.title, p.year) for p in (second, third)] == [("No end mark here", 2011), ("The next one", 2012)]
    assert read(gzip.compress(WOS.encode("utf-16")), "a.ciw.gz").publications[0].doi == "10.5555/t.1"


def test_pubmed(read) -> None:  # type: ignore[no-untyped-def]
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


def test_ris(read) -> None:  # type: ignore[no-untyped-def]
    report = read(RIS)
    first, second = report.publications
    assert first.title == "A study with two lines of title"
    assert first.abstract == "It was US - China trade was seen."
    assert (first.year, first.doi, first.citations, first.authors) == (2012, "10.5555/r.1", 12, ("Doe, Jane",))
    assert first.keywords == ("one", "two")
    assert (second.title, second.year) == ("Second", None)
    assert report.problems == ()


def test_endnote(read) -> None:  # type: ignore[no-untyped-def]
    first, second = read(ENDNOTE).publications
    assert (first.title, first.year) == ("Bending of beams", 1998)
    assert first.abstract == "First paragraph. Second paragraph."
    assert second.title == "Another of them"
    plain = ENDNOTE.replace("%0 Journal Article\n", "").replace("%0 Thesis\n", "\n")
    assert [p.title for p in read(plain).publications] == ["Bending of beams", "Another of them"]


def test_bibtex(read) -> None:  # type: ignore[no-untyped-def]
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
def test_records_of_services_are_found_in_any_envelope(read, document: object) -> None:  # type: ignore[no-untyped-def]
    for text in (json.dumps(document), json.dumps(document, indent=1)):
        (found,) = read(text, "a.json").publications
        assert (found.title, found.doi, found.year) == ("T of a paper", "10.5555/j.1", 2001)


def test_a_row_that_cannot_be_read_leaves_the_others(read) -> None:  # type: ignore[no-untyped-def]
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


def test_joined_exports_are_parted_again(read) -> None:  # type: ignore[no-untyped-def]
    one, two = json.dumps({"title": "First of all"}), json.dumps({"title": "Second of all"}, indent=2)
    for text in (one + two, two + "\n" + one, f"{one},\n{one}"):
        assert {p.title for p in read(text, "a.json").publications} <= {"First of all", "Second of all"}
        assert len(read(text, "a.json").publications) == 2
    table = read("Title,Year\nFirst of all,2001\nTitle,Year\nSecond of all,2002\n", "a.csv")
    assert [p.title for p in table.publications] == ["First of all", "Second of all"]
    assert table.problems == ()


def test_values_that_cannot_be_read_are_quoted(read) -> None:  # type: ignore[no-untyped-def]
    table = "title;year;cited by\nA study;forthcoming;12\nB study;2001;lots\nC study;n/a;-\nD study;1999-2000;1'204\n"
    report = read(table, "a.csv")
    assert [(p.year, p.citations) for p in report.publications] == [
        (None, 12),
        (2001, None),
        (None, None),
        (1999, 1204),
    ]
    assert [("forthcoming" in p, "lots" in p) for p in report.problems] == [(True, False), (False, True)]


def test_what_is_no_publication_is_refused_and_not_invented(read) -> None:  # type: ignore[no-untyped-def]
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


@pytest.mark.parametrize(
    ("given", "doi"),
    [
        ("https://dx.doi.org/10.5555/A.B(1)", "10.5555/a.b(1)"),
        ("doi:10.5555/abc.", "10.5555/abc"),
        ("https://doi.org/10.5555%2FABC%2F1", "10.5555/abc/1"),
        ("https://site.org/doi/full/10.5555/abc.1/full?x=1", "10.5555/abc.1"),
        ("10.5555/abc [doi]", "10.5555/abc"),
        ("(10.5555/abc)", "10.5555/abc"),
        (r"10.5555/a\_b", "10.5555/a_b"),
        ("10.5555/", ""),
    ],
)
def test_a_doi_has_one_spelling(given: str, doi: str) -> None:
    assert clean_doi(given) == doi


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ("Doe, J.; van der Roe, A.", ("Doe, J.", "van der Roe, A.")),
        ("Jane Doe and Alex Van der Roe", ("Doe, Jane", "Van der Roe, Alex")),
        ("Doe J., Roe A.", ("Doe, J.", "Roe, A.")),
        ("Doe, J., Roe, A.", ("Doe, J.", "Roe, A.")),
        ("Griffin DK, O'Connor RE.", ("Griffin, DK", "O'Connor, RE")),
        ("Jane Doe|Alex Roe", ("Doe, Jane", "Roe, Alex")),
        ("Doe, Jane (57192); Roe, Alex (571)", ("Doe, Jane", "Roe, Alex")),
        ([{"family": "Doe", "given": "J"}, {"author": {"display_name": "Alex Roe"}}], ("Doe, J", "Roe, Alex")),
        (["Jane Doe", "others"], ("Doe, Jane",)),
        ("", ()),
    ],
)
def test_authors_have_one_spelling(given: object, names: tuple[str, ...]) -> None:
    assert authors_of(given) == names


@pytest.mark.parametrize(
    ("title", "retracted"),
    [
        ("RETRACTED ARTICLE: Wear", True),
        ("Wear (Retracted Article. See vol. 3 (2012))", True),
        ("Wear [RETRACTED]", True),
        ("Retraction notice to “Wear of rings”", True),
        ("Notice of Retraction: Wear", True),
        ("Statement of Retraction: Wear", True),
        ("Wear – RETRACTED", True),
        ("Wear—RETRACTED", True),
        ("Notice of Retraction On Wear", True),
        ("【RETRACTED】Wear", True),
        ("This article has been retracted: Wear", True),
        ("Retraction for Doe et al., Wear", True),
        ("Notice of removal of oxides by acid: kinetics", False),
        ("Retraction dynamics: a film", False),
        ("Withdrawn: Wear", True),
        ("Retraction of the needle in syringes", False),
        ("Landing gear (retracted and extended)", False),
        ("Retracted flaps: a study", False),
        ("Pigments (withdrawn from the market)", False),
    ],
)
def test_wordings_of_retraction(title: str, retracted: bool) -> None:
    assert is_retracted(title) is retracted


def test_same_titles_are_one_publication_only_where_nothing_speaks_against_it() -> None:
    def count(*records: Publication) -> int:
        return len(deduplicate(records))

    title = "Dislocation loops in irradiated foils"
    one = Publication("a", title=title, year=2018, venue="Acta Mater.", authors=("Doe, Jane",))
    assert (
        count(one, Publication("10.5555/a", title=title + ".", doi="10.5555/a", venue="Acta Materialia", year=2018))
        == 1
    )
    assert count(one, Publication("b", title=title, year=2018, authors=("Poe, B.",))) == 2
    assert count(one, Publication("b", title=title, year=2014)) == 2
    assert (
        count(
            Publication("a", title=title, abstract="Foils were irradiated with protons at room temperature."),
            Publication("b", title=title, abstract="Magnets lose strength when neutrons hit them in reactors."),
        )
        == 2
    )
    general = "Editorial for the special issue"
    assert count(Publication("a", title=general, venue="Wear"), Publication("b", title=general, venue="Steel")) == 2
    marked = Publication("c", title="RETRACTED: " + title, year=2018, retracted=True)
    (joined,) = deduplicate([one, marked])
    assert joined.retracted
    assert same_venue("J. Alloys Compd.", "Journal of Alloys and Compounds")


def test_a_preprint_is_tied_to_its_article_and_both_stay() -> None:
    title = "Ordering in complex concentrated alloys"
    preprint = Publication("10.48550/arxiv.1", title=title, doi="10.48550/arxiv.1", year=2019, authors=("Doe, J.",))
    article = Publication("10.5555/a", title=title, doi="10.5555/a", year=2020, authors=("Doe, Jane",))
    found = {p.key: p.version_of for p in deduplicate([preprint, article])}
    assert found == {"10.48550/arxiv.1": "10.5555/a", "10.5555/a": ""}
    assert deduplicate(deduplicate([article, preprint])) == deduplicate([preprint, article])


def test_references_are_identified() -> None:
    assert reference_of("Poe B, 2001, WEAR, DOI 10.5555/X.1") == "10.5555/x.1"
    assert reference_of("https://openalex.org/W123") == "openalex:W123"
    assert reference_of("Poe B, 2001, WEAR") == "Poe B, 2001, WEAR"


def test_bibtex_with_a_missing_brace_keeps_its_fields_and_says_so(read) -> None:  # type: ignore[no-untyped-def]
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
def test_json_of_more_services(read, document: object, expected: tuple[object, ...]) -> None:  # type: ignore[no-untyped-def]
    (found,) = read(json.dumps([document] if "bibjson" in str(document) else document), "a.json").publications
    assert (found.title, found.year, found.venue, found.doi) == (*expected, "10.5555/j.1")


def test_counts_organisations_and_what_zotero_keeps_beside(read) -> None:  # type: ignore[no-untyped-def]
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


def test_a_column_with_a_remark_does_not_hide_the_plain_one(read) -> None:  # type: ignore[no-untyped-def]
    text = 'Title,DOI,Authors,Authors (Raw Affiliation),PubYear\nT,10.5555/t.1,"Doe, J; Roe, A.","Doe, J (U; V)",2001\n'
    (found,) = read(text, "a.csv").publications
    assert found.authors == ("Doe, J", "Roe, A.")


def test_refworks_and_what_is_no_note(read) -> None:  # type: ignore[no-untyped-def]
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


def test_a_table_whose_fields_are_rows(read, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
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


def test_ovid_and_a_field_of_scopus_with_a_blank_in_its_name(read) -> None:  # type: ignore[no-untyped-def]
    text = "<1. >\nVN  - Ovid Technologies\nTI  - On glass\n      and more.\nSO  - Acta. 12 (3), 2018.\n"
    text += "AU  - Doe J.\nYR  - 2018\n"
    (found,) = read(text, "a.ovd").publications
    assert (found.title, found.venue, found.year, found.authors) == ("On glass and more.", "Acta", 2018, ("Doe, J.",))
    report = read("@ARTICLE{a,\ntitle={T},\nfunding_text\u00a01={Many},\nyear={2020},\n}\n", "a.bib")
    assert (report.publications[0].year, report.problems) == (2020, ())
    assert clean_doi("http://x.org/?id=doi:10.5555/a.1&atitle=b&volume=3") == "10.5555/a.1"


def test_abstracts_of_a_meeting_share_a_doi_and_stay_apart() -> None:
    first = Publication(
        key="10.5555/s.1",
        doi="10.5555/s.1",
        title="Quality of steel in bridges",
        abstract="Bridges were inspected twice every year by engineers.",
        authors=("Doe, J.",),
    )
    second = Publication(
        key="10.5555/s.1",
        doi="10.5555/s.1",
        title="Method of diagnosis for glasses",
        abstract="Silicate samples from three furnaces crystallised slowly.",
        authors=("Roe, A.",),
    )
    found = deduplicate([first, second])
    assert {p.title for p in found} == {first.title, second.title}
    assert deduplicate([second, *found, first]) == found
    assert len(deduplicate([first, replace(second, authors=("Doe, Jane",))])) == 1


def test_groups_hollow_brackets_and_unknown_kinds_of_xml(read) -> None:  # type: ignore[no-untyped-def]
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


def test_that_a_publication_was_retracted_comes_back_from_an_export(read) -> None:  # type: ignore[no-untyped-def]
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
def test_lists_of_references_are_no_note(read, text: str) -> None:  # type: ignore[no-untyped-def]
    report = read(text, "a.txt")
    assert (report.publications, "not a note" in report.problems[0]) == ((), True)


def test_letters_of_an_old_macintosh_and_twice_encoded_names(read, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "a.bib").write_bytes("@article{a, title={Über Kupfer}, author={Müller, J.}}".encode("mac_roman"))
    (found,) = read_publications(tmp_path / "a.bib").publications
    assert (found.title, found.authors) == ("Über Kupfer", ("Müller, J.",))
    twice = "Müller, J.".encode().decode("cp1252")
    (found,) = read(f'Title,Year,Authors,Journal\nOn it,2001,"{twice}",Acta Ã–sterreich\n', "a.csv").publications
    assert (found.authors, found.venue) == (("Müller, J.",), "Acta Österreich")


@pytest.mark.parametrize(
    ("one", "other"), [("Müller, J.", "Mueller, J."), ("Østby, A.", "Ostby, A."), ("Łuk, P.", "Luk, P.")]
)
def test_names_without_their_accents_are_the_same_people(one: str, other: str) -> None:
    title = "Phase stability of an alloy at high temperature"
    papers = [Publication(k, title=title, year=2020, authors=(a,)) for k, a in (("a", one), ("b", other))]
    assert len(deduplicate(papers)) == 1


def test_of_a_title_in_several_languages_the_english_one_is_taken(read) -> None:  # type: ignore[no-untyped-def]
    (found,) = read(
        json.dumps([{"title": {"de": "Zu Titan", "en-US": "On titanium"}, "year": [2013]}]), "a.json"
    ).publications
    assert (found.title, found.year) == ("On titanium", 2013)
