from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from hypograph.flows.cli.literature.commands import pairs_left
from hypograph.flows.literature.build import build, others_in_graph, stands_beside
from hypograph.flows.literature.corpus import Corpus
from hypograph.flows.literature.extract import Extractions, extract
from hypograph.flows.literature.inspire import inspire
from hypograph.flows.literature.merges import decide_merges, merge_queue
from hypograph.flows.readers.publications.registry import hea_literature
from hypograph.flows.readers.publications.services import query_publications
from hypograph.graph import GraphStore
from hypograph.graph.queries.core import READ_EDGES
from hypograph.graph.queries.operations import UNITS_BY_CODE
from hypograph.models.core.errors import InputError, NetworkError
from hypograph.models.core.protocols import Mention, Related
from hypograph.models.core.records import Node, Outcome, Publication, Unit
from hypograph.models.literature.inspiration.retrieval import Bm25
from hypograph.models.literature.inspiration.ties import Ties
from hypograph.models.literature.keywords.extraction import PhraseExtractor


def test_a_corpus_that_grew_and_shrank_has_the_graph_of_a_fresh_build(graph_store: GraphStore, tmp_path: Path) -> None:
    papers = hea_literature(limit=60)
    corpus = Corpus(tmp_path / "corpus")
    corpus.add(papers[:40])
    build(graph_store, tmp_path / "units", corpus.publications())
    small = graph_store.content_hash()
    corpus.add(papers[40:])
    build(graph_store, tmp_path / "units", corpus.publications())
    large = graph_store.content_hash()
    assert large != small
    corpus.remove([p.key for p in papers[40:]])
    build(graph_store, tmp_path / "units", corpus.publications())
    assert graph_store.content_hash() == small
    corpus.add(papers)
    build(graph_store, tmp_path / "units", corpus.publications())
    assert graph_store.content_hash() == large


def test_what_people_decided_about_merges_is_kept_and_applied(graph_store: GraphStore, tmp_path: Path) -> None:
    papers = [
        dataclasses.replace(p, keywords=("heat treatment" if i % 2 else "arc melting",))
        for i, p in enumerate(hea_literature(limit=30))
    ]
    decided = {
        "first": "arc melting",
        "second": "heat treatment",
        "similarity": 0.5,
        "reason": "r",
        "status": "accepted",
    }
    graph_store.commit(Unit("k", "test", Outcome({}, [Node("MergeCandidate", "m1", decided)])))
    build(graph_store, tmp_path / "units", papers)
    names = {node["key"] for node in graph_store.nodes("Keyword")}
    assert len(names & {"arc melting", "heat treatment"}) == 1
    kept = {node["key"]: node["props"]["status"] for node in graph_store.nodes("MergeCandidate")}
    assert kept["m1"] == "accepted"


def _spelled_apart(names: tuple[str, str]) -> list[Publication]:
    return [
        dataclasses.replace(p, keywords=(names[0] if i % 3 else names[1],))
        for i, p in enumerate(hea_literature(limit=30))
    ]


def test_a_reviewed_merge_changes_the_next_build_and_can_be_taken_back(graph_store: GraphStore, tmp_path: Path) -> None:
    papers = _spelled_apart(("heat treatment", "heat-treatments of ingots"))
    build(graph_store, tmp_path / "units", papers)
    before = graph_store.content_hash()
    names = {node["key"] for node in graph_store.nodes("Keyword")}
    first, second = sorted(name for name in names if "heat treatment" in name)
    assert {first, second} <= names
    assert all(entry["status"] == "open" for entry in merge_queue(graph_store, "all"))
    entry = {"first": first, "second": second, "similarity": 0.9, "reason": "r", "status": "open"}
    graph_store.commit(Unit("k", "test", Outcome({}, [Node("MergeCandidate", "feed1", entry)])))
    assert decide_merges(graph_store, ["feed"], "accepted")[0]["status"] == "accepted"
    assert {node["key"] for node in graph_store.nodes("Keyword")} == names  # nothing changes before the build
    build(graph_store, tmp_path / "units", papers)
    after = {node["key"]: node["props"] for node in graph_store.nodes("Keyword")}
    assert len({first, second} & set(after)) == 1
    assert after[first if first in after else second]["aliases"] == [second if first in after else first]
    decide_merges(graph_store, ["feed1"], "open")
    build(graph_store, tmp_path / "units", papers)
    assert graph_store.content_hash() == before


def test_merges_that_are_not_there_are_bad_input(graph_store: GraphStore) -> None:
    entry = {"first": "a", "second": "b", "similarity": 0.5, "reason": "r", "status": "open"}
    nodes = [Node("MergeCandidate", key, entry) for key in ("aa1", "aa2")]
    graph_store.commit(Unit("k", "test", Outcome({}, nodes)))
    with pytest.raises(InputError, match="2 entries"):
        decide_merges(graph_store, ["aa1", "aa"], "accepted")
    with pytest.raises(InputError, match="no entry"):
        decide_merges(graph_store, ["b"], "rejected")
    assert [row["status"] for row in merge_queue(graph_store)] == ["open", "open"]
    with pytest.raises(InputError, match="status"):
        merge_queue(graph_store, "maybe")


def test_a_small_corpus_says_how_many_pairs_it_keeps_and_keeps_all_on_request(
    graph_store: GraphStore, tmp_path: Path
) -> None:
    papers = hea_literature(limit=12)
    few = build(graph_store, tmp_path / "units", papers)
    assert few.edges < few.pairs
    told = pairs_left(few.edges, few.pairs)[0]
    assert f"{few.pairs - few.edges} of {few.pairs} pairs" in told
    assert "--significance 1" in told
    every = build(graph_store, tmp_path / "units", papers, level=1.0)
    assert (every.edges, pairs_left(every.edges, every.pairs)) == (few.pairs, [])
    assert graph_store.counts()["CO_OCCURS"] == few.pairs


def test_an_empty_corpus_is_bad_input(graph_store: GraphStore, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="empty"):
        build(graph_store, tmp_path, [])


def test_a_corpus_removes_by_key_and_names_what_is_not_there(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path)
    assert corpus.publications() == []
    assert corpus.add([Publication("10.1/a", title="A", doi="10.1/a", keywords=("k",))]) == (1, 1)
    assert corpus.publications()[0].keywords == ("k",)
    with pytest.raises(InputError, match=r"10\.1/b"):
        corpus.remove(["10.1/b"])
    assert corpus.remove(["10.1/A"]) == 0


def test_extractions_enter_the_next_build_and_leave_with_their_text(graph_store: GraphStore, tmp_path: Path) -> None:
    papers = [
        Publication(f"10.1/{i}", title=f"Study {i}", abstract="Er3+-doped Y2O3 was prepared by ball milling. It glows.")
        for i in range(8)
    ]
    build(graph_store, tmp_path / "units", papers)
    plain = graph_store.content_hash()
    kept = Extractions(tmp_path / "literature")
    assert kept.keep(extract(PhraseExtractor(), papers[:4]), papers) == 4
    build(graph_store, tmp_path / "units", papers, extracted=kept.of(papers))
    rows = graph_store.read(READ_EDGES["RELATED_TO", "Keyword", "Keyword"])
    assert {(r["start"], r["props"]["relation"], r["end"]) for r in rows} == {
        ("Y2O3", "made by", "ball milling"),
        ("Y2O3", "doped with", "Er"),
    }
    text = {p.key: p.abstract for p in papers}
    assert all(r["props"]["passage"] in text[r["props"]["publication"]] for r in rows)
    changed = [dataclasses.replace(p, abstract=p.abstract + " Indeed.") for p in papers]
    assert kept.of(changed) == {}
    build(graph_store, tmp_path / "units", papers)
    assert graph_store.content_hash() == plain


class Inventive:
    """An extractor that also claims what does not stand there."""

    name = "inventive"

    def extract(self, publication: Publication) -> list[Mention]:
        return [Mention("graphs", "phrase", "We study graphs."), Mention("cats", "phrase", "We study cats.")]

    def relate(self, publication: Publication) -> list[Related]:
        there, gone = "We study graphs.", "We study cats."
        return [
            Related("We", "affects", "graphs", there),
            Related("We", "affects", "cats", gone),
            Related("We", "loves", "graphs", there),
            Related("dogs", "affects", "graphs", there),
        ]


def test_a_mention_that_does_not_stand_there_is_dropped() -> None:
    paper = Publication("k", title="On graphs", abstract="We study\n graphs.")
    found = extract(Inventive(), [paper])
    assert (found["kept"], found["dropped"]) == (2, 4)
    assert [(r["first"], r["second"]) for r in found["publications"][0]["relations"]] == [("We", "graphs")]
    assert [m["name"] for m in found["publications"][0]["mentions"]] == ["graph"]
    assert extract(PhraseExtractor(), [paper])["dropped"] == 0


def test_inspiration_cites_passages_of_the_corpus(tmp_path: Path) -> None:
    papers = hea_literature(limit=80)
    document = inspire(tmp_path, papers, sets=3)
    text = {p.key: " ".join([p.title, p.abstract, *p.passages]) for p in papers}
    assert document["sets"]
    assert 0.0 <= document["entropy"] <= 1.0
    for found in document["sets"]:
        assert all(name in found["statement"] for name in found["keywords"])
        assert all(e["passage"] in text[e["publication"]] for e in found["evidence"])
    assert inspire(tmp_path, papers, sets=3) == document


def test_bm25_prefers_rare_words_and_short_documents() -> None:
    index = Bm25(["the red car", "the red car and a long tale of many other things", "blue sky"])
    assert index.best("red cars").tolist() == [0, 1]
    assert index.best("nothing shared").tolist() == []


def test_ties_rest_on_publications_and_are_quoted() -> None:
    papers = [
        Publication("a", title="The red car", abstract="A red car tells a long tale."),
        Publication("b", title="Blue sky", abstract="A red  car waits. The sky is blue sky."),
    ]
    made = Ties(papers, [["red car"], ["blue sky"]]).state(["red car", "long tale", "blue sky"])
    assert {t.pair: t.passages for t in made.ties} == {
        ("red car", "long tale"): ("A red car tells a long tale.",),
        ("red car", "blue sky"): ("A red  car waits.", "Blue sky"),
    }
    assert made.open_pairs == (("long tale", "blue sky"),)
    assert made.novelty == pytest.approx(1 / 3)
    assert "No publication holds long tale with blue sky." in made.text


@pytest.mark.parametrize("source", ["openalex", "arxiv", "crossref", "semantic-scholar"])
def test_a_live_request_without_a_network_is_a_network_error(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setattr(time, "sleep", lambda seconds: None)  # the clients' polite pauses
    pytest.importorskip(
        {"openalex": "pyalex", "crossref": "habanero", "semantic-scholar": "semanticscholar"}.get(source, source)
    )
    with pytest.raises(NetworkError):
        query_publications("high entropy alloys", source, limit=1)


def test_unknown_sources_are_bad_input() -> None:
    with pytest.raises(InputError, match="no such source"):
        query_publications("x", "webofscience")
    with pytest.raises(InputError, match="empty"):
        query_publications(" ", "openalex")


def test_only_what_differs_is_written_and_citations_follow_the_corpus(graph_store: GraphStore, tmp_path: Path) -> None:
    papers = [
        Publication(
            f"10.5555/{i}",
            title=f"Hardness of CoCrFeNi sheets, part {i}",
            abstract="CoCrFeNi was annealed. The yield strength of CoCrFeNi fell.",
            year=2000 + i,
            doi=f"10.5555/{i}",
            authors=("Doe, Jane",),
            references=tuple(f"10.5555/{j}" for j in range(i)),
        )
        for i in range(6)
    ]
    note = "literature-write"
    build(graph_store, tmp_path / "units", papers[:5])
    kinds = graph_store.read(UNITS_BY_CODE)
    wrote = sum(row["n"] for row in kinds if row["kind"] == note)
    build(graph_store, tmp_path / "units", papers[:5])
    assert sum(row["n"] for row in graph_store.read(UNITS_BY_CODE) if row["kind"] == note) == wrote
    build(graph_store, tmp_path / "units", papers)
    cites = {(r["start"], r["end"]) for r in graph_store.read(READ_EDGES["CITES", "Publication", "Publication"])}
    assert cites == {(f"10.5555/{i}", f"10.5555/{j}") for i in range(6) for j in range(i)}
    nodes = {node["key"]: node["props"] for node in graph_store.nodes("Publication")}
    assert nodes["10.5555/5"]["authors"] == ["Doe, Jane"]
    build(graph_store, tmp_path / "units", papers[1:])
    assert {r["end"] for r in graph_store.read(READ_EDGES["CITES", "Publication", "Publication"])}.isdisjoint(
        {"10.5555/0"}
    )
    grown = graph_store.content_hash()
    build(graph_store, tmp_path / "elsewhere", papers[1:])
    assert graph_store.content_hash() == grown


def test_corpora_do_not_replace_each_other_in_silence(graph_store: GraphStore, tmp_path: Path) -> None:
    papers = hea_literature(limit=12)
    units = tmp_path / "units"
    build(graph_store, units, papers[:8], corpus="thesis")
    assert "8 publications of the corpus thesis" in others_in_graph(graph_store, units, papers[8:], "main")
    assert others_in_graph(graph_store, units, papers[:4], "thesis") == ""
    assert "the corpus thesis (8 publications)" in stands_beside(units, papers[6:])
    assert stands_beside(units, papers[:3]) == stands_beside(tmp_path / "nothing", papers) == ""


def test_where_no_set_is_found_that_is_said(tmp_path: Path) -> None:
    document = inspire(tmp_path, hea_literature(limit=3))
    assert not document["sets"]
    assert "No set was found" in document["note"]
