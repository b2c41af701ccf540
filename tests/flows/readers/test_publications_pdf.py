"""PDF: whose it is, from what stands on its first page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from hypograph.flows.readers.publications.registry import ReadReport, read_publications
from hypograph.models.core.errors import SettingError
from hypograph.models.core.records import Publication

Page = Sequence[tuple[str, int]]
TITLE: Page = (("Hardness of annealed sheets", 18), ("of a nickel alloy", 18), ("Jane Doe, Alex van der Roe", 10))
ABSTRACT: Page = (
    ("A B S T R A C T", 10),
    ("Sheets were annealed between 800 and 1100 C, and their hard-", 10),
    ("ness was measured after each hour in the furnace.", 10),
    ("Keywords: hardness; annealing", 10),
    ("1. Introduction", 10),
)


def pdf(path: Path, pages: Sequence[Page], metadata: dict[str, str] | None = None, password: str = "") -> ReadReport:
    """Write a PDF of lines, each with its size, and read it."""
    writer = PdfWriter()
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    for lines in pages:
        page = writer.add_blank_page(600, 840)
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
        )
        content, y = "", 800
        for text, size in lines:
            plain = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
            content += f"BT /F1 {size} Tf 1 0 0 1 60 {y} Tm ({plain}) Tj ET\n"
            y -= size + 6
        stream = DecodedStreamObject()
        stream.set_data(content.encode("latin-1"))
        page[NameObject("/Contents")] = writer._add_object(stream)
    writer.add_metadata(metadata or {})
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    writer.write(path)
    return read_publications(path)


def only(report: ReadReport) -> Publication:
    assert report.problems == ()
    (found,) = report.publications
    return found


@pytest.mark.parametrize(
    ("lines", "doi"),
    [
        (["doi:10.5555/own.1"], "10.5555/own.1"),
        (["https://doi.org/10.5555/own.1", "0000-0000/(c) 2018 Example"], "10.5555/own.1"),
        (["J. Ex. 12 (2018) 1-9  https://doi.org/10.5555/own.1"], "10.5555/own.1"),
        (["Digital Object Identifier 10.5555/OWN.1"], "10.5555/own.1"),
        (["To cite this article: J. Doe 2018 Ex. Lett. 3 12, doi: 10.5555/own.1"], "10.5555/own.1"),
        (["Sheets were cast as in doi:10.5555/cited.1 and polished."], ""),
        (["Data are available at", "https://doi.org/10.5555/data.1"], ""),
        (["see https://doi.org/10.5555/cited.1"], ""),
        (["[1] A. Poe, J. Ex. 3 (2004) 12. https://doi.org/10.5555/cited.1"], ""),
        (["1. Poe A, Moe B. Wear. J Ex 2010;86:27. doi:10.5555/cited.1"], ""),
        (["A. Poe, J. Ex. 3 (2004), doi:10.5555/cited.1"], ""),
        (["References", "doi:10.5555/cited.1"], ""),
        (["doi:10.5555/one.1", "doi:10.5555/two.2"], ""),
    ],
)
def test_a_cited_doi_is_never_the_documents_own(tmp_path: Path, lines: list[str], doi: str) -> None:
    page = [*TITLE, *ABSTRACT, ("Sheets are used in many places.", 10), *((line, 10) for line in lines)]
    assert only(pdf(tmp_path / "a.pdf", [page, [("2. Results", 10)]])).doi == doi


def test_the_title_is_the_largest_text_unless_the_document_names_it(tmp_path: Path) -> None:
    page = [("Exemplary Materials 123 (2018) 1-10", 10), *TITLE, *ABSTRACT]
    for name in ("Microsoft Word - final_v7.docx", "untitled", "main.dvi", "10.5555/x", ""):
        found = only(pdf(tmp_path / "a.pdf", [page], {"/Title": name}))
        assert found.title == "Hardness of annealed sheets of a nickel alloy"
    assert found.authors == ("Doe, Jane", "van der Roe, Alex")
    assert found.abstract.startswith("Sheets were annealed")
    assert "their hardness was measured" in found.abstract
    assert found.abstract.endswith("furnace.")
    assert found.keywords == ("hardness", "annealing")
    assert found.year == 2018
    named = only(pdf(tmp_path / "b.pdf", [page], {"/Title": "Hardness of Annealed Sheets"}))
    assert named.title == "Hardness of Annealed Sheets"


def test_the_stamp_of_arxiv_names_year_and_number_and_no_doi(tmp_path: Path) -> None:
    page = [("arXiv:1701.91234v2 [cond-mat] 5 Jan 2017", 10), *TITLE, *ABSTRACT, ("as in arXiv:1602.00001", 10)]
    found = only(pdf(tmp_path / "a.pdf", [page]))
    assert (found.ids, found.year, found.doi) == (("arxiv:1701.91234",), 2017, "")
    cited = only(pdf(tmp_path / "b.pdf", [[*TITLE, *ABSTRACT, ("as in arXiv:1602.00001", 10)]]))
    assert cited.ids == ()


def test_references_are_no_text_of_the_document(tmp_path: Path) -> None:
    last = [("3. Conclusion", 10), ("Sheets are hard.", 10), ("REFERENCES", 10), ("[1] A. Poe, On unicorns, 2004.", 10)]
    found = only(pdf(tmp_path / "a.pdf", [[*TITLE, *ABSTRACT], last]))
    assert "Sheets are hard." in found.passages[1]
    assert not any("unicorns" in passage for passage in found.passages)


def test_scans_and_encrypted_files_are_said(tmp_path: Path) -> None:
    assert "pictures" in pdf(tmp_path / "scan.pdf", [[], []]).problems[0]
    assert "encrypted" in pdf(tmp_path / "locked.pdf", [TITLE], password="secret").problems[0]
    part = pdf(tmp_path / "part.pdf", [[*TITLE, *ABSTRACT], [], [], []])
    assert "3 of 4 pages hold no text" in part.problems[0]
    assert len(part.publications) == 1


@pytest.mark.parametrize(
    ("lines", "year", "doi"),
    [
        ([("Cite this: Exempl. Phys., 2014, 16, 1234", 8)], 2014, ""),
        ([("Received 1st May 2013, Accepted 3rd June 2013", 8)], 2013, ""),
        ([("EXEMPLARY TRANSACTIONS, VOL. 60, NO. 3, MARCH 2012", 8)], 2012, ""),
        ([("(c) 2011 Exemplary Institute of Physics. [doi:10.5555/1.3567]", 8)], 2011, "10.5555/1.3567"),
        ([("June 2009", 8)], 2009, ""),
    ],
)
def test_year_and_doi_in_the_imprints_of_publishers(tmp_path: Path, lines: Page, year: int, doi: str) -> None:
    found = only(pdf(tmp_path / "a.pdf", [[*lines, *TITLE, *ABSTRACT]]))
    assert (found.year, found.doi) == (year, doi)


@pytest.mark.parametrize(
    "people",
    ["Jane Doe,1,a) and Alex Roe2", "Jane Doe, Member, IEEE, and Alex Roe, Fellow, IEEE", "Jane Doe a,* , Alex Roe b"],
)
def test_people_with_marks_and_a_page_that_stays_one_passage(tmp_path: Path, people: str) -> None:
    found = only(pdf(tmp_path / "a.pdf", [[*TITLE[:2], (people, 10), ("Index Terms: alloys, glasses, and more", 10)]]))
    assert (found.authors, len(found.passages)) == (("Doe, Jane", "Roe, Alex"), 1)


TEI = """<?xml version="1.0" encoding="UTF-8"?>
<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc>
<titleStmt><title level="a" type="main">Hardness of annealed sheets of Ni<hi rend="subscript">3</hi>Al</title>
</titleStmt>
<publicationStmt><publisher/><date type="published" when="2019-05">May 2019</date></publicationStmt>
<sourceDesc><biblStruct><analytic>
<author><persName><forename type="first">Jane</forename><surname>Doe</surname></persName></author>
<author><persName><forename type="first">Alex</forename><surname>van der Roe</surname></persName></author>
<title level="a" type="main">Hardness</title><idno type="DOI">10.5555/grobid.1</idno></analytic>
<monogr><title level="j">Journal of Sheets</title><imprint><date when="2019-06"/></imprint></monogr>
</biblStruct></sourceDesc>
</fileDesc><profileDesc><textClass><keywords><term>hardness</term></keywords></textClass>
<abstract><div><p>Sheets were annealed for an hour.</p></div></abstract></profileDesc></teiHeader>
<text><body><div><head>Introduction</head><p>Sheets are hard.</p></div></body><back><div type="references"><listBibl>
<biblStruct><analytic><title>Earlier sheets</title><author><persName><surname>Old</surname></persName></author>
<idno type="DOI">10.5555/cited.1</idno></analytic><monogr><imprint><date when="2001"/></imprint></monogr></biblStruct>
</listBibl></div></back></text></TEI>"""


@pytest.fixture
def grobid(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int, str], None]]:
    """A server on this machine that gives a recorded answer to every PDF."""
    answer = [200, TEI]

    class Recorded(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"]))
            right = self.path == "/api/processFulltextDocument" and b"%PDF-" in sent and b'name="input"' in sent
            self.send_response(int(answer[0]) if right else 400)
            self.end_headers()
            self.wfile.write(str(answer[1]).encode())

        def log_message(self, *parts: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Recorded)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    monkeypatch.setenv("HYPOGRAPH_GROBID_URL", f"http://127.0.0.1:{server.server_port}")

    def says(status: int, text: str) -> None:
        answer[:] = [status, text]

    yield says
    server.shutdown()
    server.server_close()


def test_a_grobid_is_asked_where_its_address_is_set(tmp_path: Path, grobid: Callable[[int, str], None]) -> None:
    found = only(pdf(tmp_path / "a.pdf", [(*TITLE, *ABSTRACT)]))
    assert (found.title, found.year, found.doi) == ("Hardness of annealed sheets of Ni3Al", 2019, "10.5555/grobid.1")
    assert (found.venue, found.abstract) == ("Journal of Sheets", "Sheets were annealed for an hour.")
    assert found.authors == ("Doe, Jane", "van der Roe, Alex")
    assert found.passages == ("Sheets are hard.",)
    assert any("10.5555/cited.1" in r for r in found.references)
    # What the first page names as its own goes before what was found in the text.
    own = only(pdf(tmp_path / "b.pdf", [(("https://doi.org/10.5555/own.1", 10), *TITLE, *ABSTRACT)]))
    assert own.doi == "10.5555/own.1"
    (tmp_path / "a.tei.xml").write_text(TEI, "utf-8")
    assert only(read_publications(tmp_path / "a.tei.xml")).title == found.title


@pytest.mark.parametrize(
    ("status", "text", "told"),
    [(503, "", "is busy"), (204, "", "found nothing"), (500, "", "refused this PDF"), (200, "<html/>", "no TEI")],
)
def test_without_an_answer_of_grobid_a_pdf_is_read_here_and_it_is_said(
    tmp_path: Path, grobid: Callable[[int, str], None], status: int, text: str, told: str
) -> None:
    grobid(status, text)
    report = pdf(tmp_path / "a.pdf", [(*TITLE, *ABSTRACT)])
    assert report.publications[0].title == "Hardness of annealed sheets of a nickel alloy"
    (problem,) = report.problems
    assert told in problem
    assert "read without GROBID" in problem


def test_a_grobid_that_cannot_be_reached_is_named_and_one_elsewhere_needs_encryption(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HYPOGRAPH_GROBID_URL", "http://127.0.0.1:9")
    for name in ("a.pdf", "b.pdf"):
        report = pdf(tmp_path / name, [(*TITLE, *ABSTRACT)])
        assert report.publications[0].title.startswith("Hardness")
        assert "GROBID at http://127.0.0.1:9" in report.problems[0]
    monkeypatch.setenv("HYPOGRAPH_GROBID_URL", "http://grobid.example.org:8070")
    with pytest.raises(SettingError, match="not encrypted"):
        pdf(tmp_path / "c.pdf", [(*TITLE, *ABSTRACT)])
