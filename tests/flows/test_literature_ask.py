"""Questions to the corpus: citations exist, what the passages do not carry is refused."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hypograph.flows.cli.literature.commands import app
from hypograph.flows.literature.ask import ask
from hypograph.models.core.errors import InputError
from hypograph.models.core.records import Publication
from hypograph.models.literature.inspiration.answers import Corpus
from hypograph.models.literature.inspiration.concept import Sentence

PAPERS = [
    Publication("a", title="Hardness of steel", abstract="Quenching hardens steel. Tempering softens it again."),
    Publication("b", title="Corrosion of copper", abstract="Chloride corrodes copper pipes in seawater."),
    Publication("c", title="A withdrawn work", abstract="Seawater hardens gold pipes.", retracted=True),
]


class Inventive:
    """Says one thing that rests on a passage, and cites passages that are not there."""

    def answer(self, question: str, passages: Sequence[str]) -> list[Sentence]:
        """One sentence on the second passage, none where there is one only."""
        return [Sentence("So it is.", (2,))] if len(passages) > 1 else []


def test_a_carried_question_is_quoted_with_its_citation() -> None:
    said = ask(PAPERS, "What corrodes copper pipes in seawater?")
    assert said["answered"]
    assert said["answer"] == "Chloride corrodes copper pipes in seawater. [1]"
    assert [(c["n"], c["publication"]) for c in said["citations"]] == [(1, "b")]
    assert all(c["passage"] in " ".join(f"{p.title} {p.abstract}" for p in PAPERS) for c in said["citations"])


@pytest.mark.parametrize("question", ["Which enzyme breaks down lactose?", "What hardens gold pipes?", "zzz"])
def test_what_the_passages_do_not_carry_is_refused(question: str) -> None:
    said = ask(PAPERS, question)
    assert not said["answered"]
    assert said["citations"] == []
    assert "do not carry" in said["answer"]


def test_a_models_citations_are_renumbered_and_none_is_a_refusal() -> None:
    said = ask(PAPERS, "steel quenching hardness", answerer=Inventive())
    assert said["answer"] == "So it is. [1]"
    assert said["citations"][0]["passage"] == said["passages"][1]["text"]
    assert not ask(PAPERS[1:2], "chloride", answerer=Inventive())["answered"] or len(PAPERS[1:2]) > 1


def test_an_empty_question_and_an_empty_corpus_are_told() -> None:
    with pytest.raises(InputError):
        ask(PAPERS, "  ")
    with pytest.raises(InputError):
        ask([], "What?")


def test_the_command_gives_the_document(tmp_path: Path) -> None:
    papers = tmp_path / "papers.jsonl"
    rows = [{"doi": f"10.5555/{p.key}", "title": p.title, "abstract": p.abstract} for p in PAPERS[:2]]
    papers.write_text("\n".join(map(json.dumps, rows)))
    command = ["ask", "What softens steel?", "--papers", str(papers), "--words-only", "--json"]
    result = CliRunner().invoke(app, command, env={"HYPOGRAPH_HOME": str(tmp_path)})
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert {"question", "answer", "answered", "citations", "passages"} <= set(document)
    assert document["citations"][0]["publication"] == "10.5555/a"


def test_stop_words_and_thesaurus_are_checked_and_kept(tmp_path: Path) -> None:
    good, bad = tmp_path / "same.csv", tmp_path / "bad.csv"
    good.write_text("label,replace by\nrecurrent networks,Neural Networks\nnoise,\n", "utf-8-sig")
    bad.write_text("a,b\n1,2\n")
    (tmp_path / "stop.txt").write_text("# mine\nbig data\n")
    env = {"HYPOGRAPH_HOME": str(tmp_path / "home")}
    told = CliRunner().invoke(app, ["words", "--thesaurus", str(bad)], env=env)
    assert isinstance(told.exception, InputError)
    command = ["words", "--thesaurus", str(good), "--stop", str(tmp_path / "stop.txt"), "--json"]
    kept = CliRunner().invoke(app, command, env=env)
    assert json.loads(kept.stdout) == {"stop_words": 1, "replaced": 2}


def test_spellings_of_a_formula_are_one_and_a_title_is_no_answer() -> None:
    corpus = Corpus(
        [
            Publication(
                "a",
                title="Hardness of Ti-6Al-4V",
                abstract="Sheets of Ti-6Al-4V were rolled (Ref. [3]). The Vickers hardness was 350 HV. Pores were few.",
            ),
            Publication("b", title="Methane over TiO2", abstract="TiO2 made methane in light."),
        ]
    )
    said = corpus.ask("What hardness has Ti6Al4V?")
    assert "350 HV" in said.answer
    assert "Ref. [3]" in said.answer or "Sheets" not in said.answer
    assert corpus.ask("methane over TiO₂ in light").answered
