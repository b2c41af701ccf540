from __future__ import annotations

import json
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from scripted_hypotheses import Knowing, Scripted
from typer.testing import CliRunner

from hypograph.flows.cli.hypotheses import app
from hypograph.flows.hypotheses.evaluate import _Files, evaluate_command
from hypograph.flows.hypotheses.person_judge import PersonJudge
from hypograph.flows.hypotheses.remembered import RememberedProposer
from hypograph.flows.hypotheses.search import Request, corpus_of, run_search
from hypograph.flows.readers.disciplines import load_discipline
from hypograph.flows.readers.published_hypotheses import read_papers
from hypograph.flows.runtime.units import UnitRunner
from hypograph.graph.core.schema import LABELS, RELATIONS
from hypograph.models.campaigns.space.space import space_from
from hypograph.models.core.errors import (
    BudgetSpentError,
    CapabilityError,
    InputError,
    MalformedRowError,
    MissingFileError,
)
from hypograph.models.core.protocols import Candidate
from hypograph.models.core.records import Publication, Unit
from hypograph.models.hypotheses.document import HypothesisDocument
from hypograph.models.hypotheses.search.operators import Block
from hypograph.models.hypotheses.tasks.corpus import passages_of
from hypograph.models.hypotheses.tasks.grounding import ground

SURVEY = (
    "Hydrogels harvest body heat. Guanidine sulfate salts out the polymer network. Directional freezing aligns "
    "channels in poly(vinyl alcohol) hydrogels at 60 °C for 2 h. Ion transport through aligned channels was fast. "
    "Without alignment the hydrogel failed at small strain."
)
PAPERS = (Publication("10.1/a", title="Directional freezing aligns channels in hydrogels", abstract=SURVEY),)


class MemoryStore:
    def __init__(self, fail_after: int | None = None) -> None:
        self.units: dict[str, Unit] = {}
        self.fail_after = fail_after

    def commit(self, unit: Unit) -> bool:
        if self.fail_after is not None and len(self.units) >= self.fail_after:
            raise KeyboardInterrupt
        return self.units.setdefault(unit.key, unit) is unit

    def has_unit(self, key: str) -> bool:
        return key in self.units


def run(
    folder: Path, store: MemoryStore, judge: Knowing | None = None, budget: int = 16, **more: Any
) -> dict[str, Any]:
    proposer = more.pop("proposer", None) or Scripted()
    request = Request("How can heat be harvested?", "Anisotropic hydrogels", SURVEY, calls=budget, **more)
    corpus = corpus_of(PAPERS, SURVEY)
    costs = lambda: {"calls": 0, "tokens": 0, "cost": 0.0}  # noqa: E731
    runner = UnitRunner(store, folder)
    return run_search(request, load_discipline("chemistry"), corpus, proposer, judge or Knowing(), runner, costs)


def test_a_search_reports_all_it_promises(tmp_path: Path) -> None:
    store = MemoryStore()
    found = run(tmp_path, store)
    assert {"id", "statement", "levels", "probability_best", "comparisons", "calls", "cost"} <= set(found)
    assert {"question_id", "document", "direct", "stopped"} <= set(found)
    assert {"statement", "mechanisms", "conditions", "prediction", "measurement"} <= set(found["document"])
    assert set(found["document"]["prediction"]) == {"quantity", "relation", "value", "unit"}
    assert [level["name"] for level in found["levels"]][-1] == "experimental conditions"
    assert {"slot": "time", "value": "12", "provenance": "scripted"} in found["levels"][-1]["details"]
    assert found["calls"] <= 16
    assert found["calls"] == sum(found["calls_by_operator"].values())
    assert sum(f["probability_best"] for f in found["finalists"]) == pytest.approx(1)
    assert space_from(tomllib.loads(found["space"]))["arm"].options[0] == "as stated"
    assert found["stopped"]
    assert found["direct"]["document"]["statement"].startswith("Guanidinium sulfate")
    nodes = {(n.label, n.key) for u in store.units.values() for n in u.outcome.nodes}
    assert ("Question", found["question_id"]) in nodes
    for unit in store.units.values():
        assert all(set(n.props) <= LABELS[n.label].props for n in unit.outcome.nodes)
        for edge in unit.outcome.edges:
            assert {edge.start, edge.end} <= nodes
            assert (edge.start[0], edge.end[0]) in RELATIONS[edge.type].joins
    json.dumps(found, allow_nan=False)


def test_passages_and_survey_reach_the_proposer_and_the_judge(tmp_path: Path) -> None:
    proposer, judge = Scripted(), Knowing()
    request = Request("Why do channels in hydrogels align?", "Freezing", SURVEY, calls=16)
    costs = lambda: {"calls": 0, "tokens": 0, "cost": 0.0}  # noqa: E731
    runner = UnitRunner(MemoryStore(), tmp_path)
    corpus = corpus_of(PAPERS, SURVEY)
    run_search(request, load_discipline("chemistry"), corpus, proposer, judge, runner, costs)
    block = proposer.blocks[0]
    assert block.survey == SURVEY
    assert any(key == "10.1/a" for key, _ in block.passages)
    assert "mechanism" in block.criterion
    context = judge.contexts[0]
    assert context.criterion == block.criterion
    assert context.survey.startswith("Hydrogels harvest")
    assert context.idea == "Freezing"


def test_killed_at_any_moment_it_ends_the_same_and_repeats_no_call(tmp_path: Path) -> None:
    whole = run(tmp_path / "whole", MemoryStore())
    for moment in (1, 4, 9, 15):
        store, judge = MemoryStore(fail_after=moment), Knowing()
        with pytest.raises(KeyboardInterrupt):
            run(tmp_path / str(moment), store, judge)
        asked = list(judge.asked)
        store.fail_after = None
        assert run(tmp_path / str(moment), store, judge) == whole
        # What was answered before the kill is not asked again, but for the unit under way.
        assert len(judge.asked) - len(asked) <= whole["comparisons"] - max(len(asked) - 1, 0)


def test_an_answer_is_asked_for_once(tmp_path: Path) -> None:
    proposer, runner = Scripted(), UnitRunner(MemoryStore(), tmp_path)
    memory = RememberedProposer(runner, proposer)
    block = Block("q")
    first = memory.ask("direct", block, {}, HypothesisDocument, 0)
    assert memory.ask("direct", block, {}, HypothesisDocument, 0) == first
    assert len(proposer.asked) == 1
    memory.ask("direct", block, {}, HypothesisDocument, 1)
    assert len(proposer.asked) == 2


def test_two_first_searches_at_once_on_a_fresh_home_pay_for_each_call_once(tmp_path: Path) -> None:
    store, proposer, judge = MemoryStore(), Scripted(), Knowing()
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(run, tmp_path / "new", store, judge, 8, proposer=proposer) for _ in range(2)]
        first, second = (b.result() for b in both)
    assert first == second
    assert len(proposer.asked) == len(set(proposer.asked)) == 5
    assert len(judge.asked) == len(set(judge.asked)) == 3


def test_a_revision_of_three_calls_answers_with_what_was_written_last(tmp_path: Path) -> None:
    found = run(tmp_path, MemoryStore(), strategy="revision")
    assert found["calls"] == 3
    assert found["calls_by_operator"] == {"direct": 1, "critique": 1, "revise": 1, "judge": 0}
    assert "version 0" in found["document"]["mechanisms"][-1]
    assert not found["direct"]["reported_first"]


def test_the_direct_prompt_is_one_call_without_a_probability(tmp_path: Path) -> None:
    found = run(tmp_path, MemoryStore(), strategy="direct")
    assert found["calls"] == 1
    assert found["probability_best"] is None
    assert found["direct"]["reported_first"]
    several = run(tmp_path / "n", MemoryStore(), strategy="best-of-n", budget=10)
    assert several["calls_by_operator"] == {"direct": 5, "judge": several["comparisons"]}
    assert several["probability_best"] is not None


def test_a_contradicting_sentence_counts_against_what_it_contradicts() -> None:
    text = "The pump failed twice. Aligned channels raise the thermopower of hydrogels."
    doubt = "Sulfate did not raise the thermopower of aligned hydrogels. The pump was new."
    corpus = passages_of([("a", [text]), ("b", [doubt])])
    found = ground("Aligned channels with sulfate raise the thermopower of hydrogels.", corpus)
    assert [p[0] for p in found.support] == ["a"]
    assert [p[0] for p in found.contradict] == ["b"]


class PersonStore:
    """As much of the store as a person's queue needs."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, object]] = {}

    def read(self, query: object, **parameters: object) -> list[dict[str, dict[str, object]]]:
        return [{"c": {"id": k, **v}} for k, v in self.rows.items() if parameters["id"] in (v["first"], v["second"])]

    def commit(self, unit: Unit) -> bool:
        for node in unit.outcome.nodes:
            if node.label == "Comparison":
                self.rows.setdefault(node.key, {}).update(node.props)
        return True


def test_a_person_is_asked_and_answers_later() -> None:
    store = PersonStore()
    judge = PersonJudge(store, most=2)  # type: ignore[arg-type]
    a, b, c = (Candidate(x, f"text {x}") for x in "abc")
    assert not judge.prefer("q", [(a, b)])[0].valid
    assert not judge.prefer("q", [(b, c)])[0].valid
    with pytest.raises(BudgetSpentError, match="wait for a person"):
        judge.prefer("q", [(a, c)])
    next(iter(store.rows.values())).update(valid=True, probability_first=1.0)
    again = PersonJudge(store, most=2)  # type: ignore[arg-type]
    verdict = again.prefer("q", [(a, b)])[0]
    assert verdict.valid
    assert verdict.probability == 1.0


def test_simulate_prints_the_promised_document() -> None:
    arguments = ["simulate", "--scenario", "A,H", "--budget", "30", "--strategies", "beam,ours", "--instances", "5"]
    done = CliRunner().invoke(app, [*arguments, "--json"])
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert [c["strategy"] for c in document["cells"]] == ["ours", "beam"] * 2
    assert {"scenario", "budget", "strategy", "score", "difference_to_ours"} <= set(document["cells"][0])
    assert document["cells"][0]["difference_to_ours"]["mean"] == 0
    assert document["against_best_published"][0]["best"] == "beam"


@pytest.mark.parametrize(
    "arguments",
    [
        ["simulate", "--scenario", "Z"],
        ["simulate", "--budget", "many"],
        ["simulate", "--budget", "1"],
        ["simulate", "--strategies", "luck"],
    ],
)
def test_wrong_arguments_are_explained(arguments: list[str]) -> None:
    done = CliRunner().invoke(app, arguments)
    assert isinstance(done.exception, InputError)
    assert done.exception.expected


def workbook(path: Path, rows: list[list[str]]) -> Path:
    import openpyxl

    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


HEADER = [
    "Title",
    "Background Little Survey",
    "Background Question",
    "Background Question (strict)",
    "Finegrained Hypothesis",
]


def test_the_benchmark_runs_without_a_model_only_when_asked_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYPOGRAPH_HOME", str(tmp_path / "home"))
    path = workbook(
        tmp_path / "papers.xlsx",
        [
            HEADER,
            ["T", SURVEY, "How can heat be harvested?", "NA", "Directional freezing aligns channels. PVA at 60 °C."],
        ],
    )
    (tmp_path / "processed_research_direction.json").write_text(
        json.dumps({"How can heat be harvested?": "Anisotropic hydrogels with aligned channels"})
    )
    assert read_papers(path)[0].coarse.startswith("Anisotropic")
    with pytest.raises(CapabilityError, match="judge model"):
        evaluate_command(path, None, 10, ["ours"], False, 0, lambda text: None)
    found = evaluate_command(path, None, 10, ["ours", "direct"], True, 0, lambda text: None)
    assert [m["method"] for m in found["methods"]] == ["ours", "direct", "coarse"]
    assert {m["recall"] for m in found["methods"]} == {"lexical"}
    # Without a model nothing is written: what is graded is the idea as it was given.
    assert len({m["hard"]["mean"] for m in found["methods"]}) == 1
    assert "not the published metric" in found["note"]
    assert _Files().has_unit("any")


def test_a_wrong_workbook_is_explained(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError):
        read_papers(tmp_path / "none.xlsx")
    (tmp_path / "text.xlsx").write_text("no workbook")
    with pytest.raises(InputError, match="not an Excel workbook"):
        read_papers(tmp_path / "text.xlsx")
    with pytest.raises(InputError, match="no column"):
        read_papers(workbook(tmp_path / "a.xlsx", [["Title"], ["x"]]))
    with pytest.raises(MalformedRowError, match="row 2"):
        read_papers(workbook(tmp_path / "b.xlsx", [HEADER, ["T", "s", "", "", "h"]]))


@pytest.mark.supplied
def test_the_supplied_benchmark_has_51_papers_with_their_directions(supplied: Path) -> None:
    papers = read_papers(supplied / "hypotheses" / "chem_research_2024_finegrained.xlsx")
    assert len(papers) == 51
    assert all(p.coarse != p.question for p in papers)
