from __future__ import annotations

import json
from pathlib import Path

import pytest
from pypdf import PdfWriter

from hypograph.flows.readers.publications.duplicates import deduplicate
from hypograph.flows.readers.publications.registry import read_publications
from hypograph.models.core.records import Publication

BIB = """@article{one, title={{Deep} Networks}, journal={J. Test}, year=2015, doi={10.1000/one},
keywords={a; b},
  abstract={We test.}}
@inproceedings{two, title = "Second", booktitle = "Conf", year = 2016}
"""
RIS = """TY  - JOUR
TI  - A RIS title
AB  - An abstract.
PY  - 2011
JO  - Journal
DO  - 10.1000/ris
KW  - alpha
KW  - beta
ER  -
"""
WORK = {
    "id": "https://openalex.org/W1",
    "doi": "https://doi.org/10.1000/OA",
    "display_name": "Open work",
    "publication_year": 2020,
    "cited_by_count": 7,
    "is_retracted": True,
    "primary_location": {"source": {"display_name": "Open Journal"}},
    "keywords": [{"display_name": "Graph"}],
    "abstract_inverted_index": {"world": [1], "Hello": [0]},
}
JATS = """<article
article-type="research-article"><front><journal-meta><journal-title>J</journal-title></journal-meta>
<article-meta><article-id pub-id-type="doi">10.1000/jats</article-id><title-group><article-title>On
<i>XML</i></article-title> </title-group><pub-date><year>2019</year></pub-date><abstract><p>First
part.</p><p>Second.</p></abstract>
<kwd-group><kwd>markup</kwd></kwd-group></article-meta></front><body><p>Body text.</p></body></article>"""


def one(path: Path) -> Publication:
    report = read_publications(path)
    assert not report.problems
    (found,) = report.publications
    return found


def test_bibtex(tmp_path: Path) -> None:
    path = tmp_path / "a.bib"
    path.write_text(BIB)
    first, second = read_publications(path).publications
    assert (first.key, first.title, first.year, first.venue) == (
        "10.1000/one",
        "Deep Networks",
        2015,
        "J. Test",
    )
    assert first.keywords == ("a", "b")
    assert second.venue == "Conf"
    path.write_text(BIB + "@article{three, title={never closed")
    report = read_publications(path)
    assert len(report.publications) == 2
    assert "entry three (line 5): the field title is not closed" in report.problems[0]


def test_ris(tmp_path: Path) -> None:
    path = tmp_path / "a.ris"
    path.write_text(RIS)
    found = one(path)
    assert (found.title, found.abstract, found.year, found.doi) == (
        "A RIS title",
        "An abstract.",
        2011,
        "10.1000/ris",
    )
    assert found.keywords == ("alpha", "beta")


@pytest.mark.parametrize("name", ["page.json", "work.json", "works.jsonl"])
def test_openalex(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(json.dumps({"results": [WORK]} if name == "page.json" else WORK))
    found = one(path)
    assert (found.key, found.title, found.abstract) == ("10.1000/oa", "Open work", "Hello world")
    assert (found.year, found.citations, found.venue, found.retracted) == (2020, 7.0, "Open Journal", True)
    assert found.keywords == ("Graph",)


def test_jats(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(JATS)
    found = one(path)
    assert (found.title, found.abstract, found.year) == ("On XML", "First part. Second.", 2019)
    assert found.passages == ("Body text.",)
    assert found.keywords == ("markup",)


def test_xml_that_reaches_outside_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><article>&x;</article>')
    report = read_publications(path)
    assert not report.publications
    assert "refused" in report.problems[0]


def pdf(path: Path, text: str) -> None:
    """A one-page PDF with a line of text."""
    writer = PdfWriter()
    page = writer.add_blank_page(300, 300)
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
    )
    content = DecodedStreamObject()
    content.set_data(f"BT /F1 12 Tf 10 200 Td ({text}) Tj ET".encode())
    page[NameObject("/Contents")] = writer._add_object(content)
    writer.add_metadata({"/Title": "A PDF title"})
    writer.write(path)


def test_pdf(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    pdf(path, "doi:10.1000/pdf We measured things")
    found = one(path)
    assert (found.title, found.doi) == ("A PDF title", "10.1000/pdf")
    assert "We measured things" in found.passages[0]


def test_a_folder_goes_on_past_a_broken_file(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.bib").write_text(BIB)
    (tmp_path / "sub" / "b.ris").write_text(RIS)
    (tmp_path / "sub" / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    (tmp_path / "note.txt").write_text("# A plain note about things\nIts text.")
    (tmp_path / ".hidden.txt").write_text("hidden")
    (tmp_path / "picture.png").write_bytes(b"x")
    report = read_publications(tmp_path)
    assert {p.title for p in report.publications} == {
        "Deep Networks",
        "Second",
        "A RIS title",
        "A plain note about things",
    }
    assert len(report.problems) == 1
    assert "broken.pdf" in report.problems[0]


def test_duplicates_join_by_doi_and_by_title() -> None:
    long = "A study of rather long titles"
    records = [
        Publication("10.1/a", title=long, doi="10.1/a", year=2000, citations=3, source="x"),
        Publication("h1", title=long.upper() + ".", abstract="More.", year=2001, source="y", retracted=True),
        Publication("h2", title=long, year=2010),
        Publication("10.1/b", title=long, doi="10.1/b", year=2000),
    ]
    found = {p.key: p for p in deduplicate(records)}
    assert set(found) == {"10.1/a", "10.1/b", "h2"}
    joined = found["10.1/a"]
    assert (joined.abstract, joined.citations, joined.retracted, joined.source) == ("More.", 3, True, "x, y")
    assert deduplicate(reversed(records)) == deduplicate(records)
