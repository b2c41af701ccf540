from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from scripted_hypotheses import Knowing, Scripted, document

from hypograph.models.core.errors import BudgetSpentError
from hypograph.models.hypotheses.campaign_space import INTERVENTION, deciding_experiment, factors, space_toml, warnings
from hypograph.models.hypotheses.document import from_statement, named_text, text_of
from hypograph.models.hypotheses.ledger import Change, ledger, near_duplicate, silent_losses, unchanged
from hypograph.models.hypotheses.search.allocation import Standing, take
from hypograph.models.hypotheses.search.documents import DocumentSearch
from hypograph.models.hypotheses.search.lines import operator_entropy
from hypograph.models.hypotheses.search.operators import Block, Critique, Fault
from hypograph.models.hypotheses.search.plan import schedule, shares
from hypograph.models.hypotheses.search.writing import with_rivals

BLOCK = Block("How can heat be harvested?", "Water orders around sulfate ions in gels.", "Anisotropic hydrogels")


def searched(budget: int, proposer: Scripted | None = None, judge: Knowing | None = None, seed: int = 0):  # type: ignore[no-untyped-def]
    judge = judge or Knowing()

    def ask(first, second):  # type: ignore[no-untyped-def]
        from hypograph.models.core.protocols import Candidate

        pair = tuple(Candidate(x.document.id, text_of(x.document)) for x in (first, second))
        return judge.prefer(BLOCK.question, [pair])[0]

    search = DocumentSearch(BLOCK, proposer or Scripted(), ask, budget, np.random.default_rng(seed))
    return search, search.run(schedule(budget))


def test_a_plan_spends_its_budget_and_ends_with_both_orders_of_the_final_pair() -> None:
    for budget in range(3, 130):
        assert sum(shares(budget).values()) == budget == len(schedule(budget)), budget
    assert Counter(schedule(16)) == shares(16)
    for budget in (8, 16, 40):
        assert schedule(budget)[0] == "direct"
        assert schedule(budget)[-2:] == ["judge", "judge"]


@pytest.mark.parametrize("budget", [1, 2, 5, 8, 16, 40])
def test_a_search_keeps_its_budget_and_says_why_it_stopped(budget: int) -> None:
    search, found = searched(budget)
    assert search.calls <= budget
    assert found.stopped
    assert found.answer is not None
    if found.chance is not None:
        assert sum(found.chance) == pytest.approx(1)


def test_a_better_document_replaces_the_direct_answer_only_when_that_is_sure() -> None:
    _, found = searched(60)
    assert found.direct is not None
    assert "phosphate" in found.answer.document.statement  # type: ignore[union-attr]
    assert found.better_than_direct >= 0.8  # type: ignore[operator]
    _, kept = searched(60, judge=Knowing(["sulfate", "phosphate"]))
    assert kept.answer is kept.direct
    # One verdict in favour is not enough.
    _, short = searched(5, judge=Knowing(["sulfate"]))
    assert short.answer is short.direct
    assert short.better_than_direct < 0.8  # type: ignore[operator]


def test_the_direct_answer_is_never_edited() -> None:
    search, found = searched(40)
    assert found.direct.document == document()  # type: ignore[union-attr]
    assert all(0 in line.parents or line.parents != () for line in search.log.lines if line.operator == "revise")


def test_a_line_alone_has_no_probability_of_being_best() -> None:
    _, found = searched(1)
    assert found.chance is None
    assert len(found.order) == 1


def test_a_judge_that_always_names_the_first_is_found_and_changes_nothing() -> None:
    judge = Knowing(lean=3.0)
    search, found = searched(60, judge=judge)
    assert "prefers what is shown first" in found.stopped
    assert search.leaning()["mean"] > 1
    assert found.answer is found.direct
    assert len(judge.asked) < shares(60)["judge"]


def test_each_pair_is_asked_once_before_any_is_asked_the_other_way_round() -> None:
    search, _ = searched(16)
    pairs = [frozenset((a.first, a.second)) for a in search.log.asked]
    assert len(set(pairs[:-2])) == len(pairs[:-2])
    orders = {(a.first, a.second) for a in search.log.asked}
    assert any((b, a) in orders for a, b in orders)  # the final pair, in both orders


def test_broken_answers_are_asked_again_then_missing() -> None:
    proposer = Scripted(fail=["critique"])
    search, found = searched(16, proposer)
    assert search.log.missing >= 1
    assert [o for o, _ in proposer.asked].count("critique") == 2 * search.log.missing
    assert found.answer is not None
    nothing, none = searched(8, Scripted(fail=["direct", "readings", "propose", "critique"]))
    assert none.answer is None
    assert none.chance is None
    assert nothing.calls <= 8


def test_a_spent_budget_leaves_the_best_so_far() -> None:
    class Poor(Scripted):
        def ask(self, *arguments):  # type: ignore[no-untyped-def]
            if len(self.asked) >= 4:
                raise BudgetSpentError("tokens are spent")
            return super().ask(*arguments)

    _, found = searched(16, Poor())
    assert "tokens are spent" in found.stopped
    assert found.answer is not None


def test_a_revision_that_loses_a_fact_is_sent_back_once_then_the_parent_stands() -> None:
    proposer = Scripted(lose=True)
    search, found = searched(16, proposer)
    assert search.log.refused
    assert not [line for line in found.order if line.operator in ("revise", "combine")]
    problems = [p["problems"] for p in proposer.parts if p.get("problems")]
    assert any("lost without a reason: amount: guanidinium" in p for p in problems)


def test_an_opinion_becomes_a_rival_and_a_quotation_that_stands_nowhere_is_an_opinion() -> None:
    search, _ = searched(16)
    revised = next(line for line in search.log.lines if line.operator == "revise")
    assert any(r.observation == "conductivity against dilution" for r in revised.document.rivals)
    critique = search.log.lines[0].critique
    assert critique is not None
    assert all(not f.passage for f in critique.faults)


def test_every_request_holds_the_readings_lines_and_lessons_it_needs() -> None:
    proposer = Scripted()
    searched(40, proposer)
    asked = dict(reversed(list(zip((o for o, _ in proposer.asked), proposer.parts, strict=True))))
    assert "reading" in asked["propose"]["reading"]
    assert "Guanidinium sulfate" in asked["propose"]["lines"]
    assert "[0]" in asked["lessons"]["verdicts"]
    assert "A: Guanidinium" in asked["lessons"]["verdicts"]
    assert "the salt decides" in asked["lessons"]["verdicts"]
    assert "(core): sulfate ions" in next(
        p["ledger"] for (o, _), p in zip(proposer.asked, proposer.parts, strict=True) if o == "revise"
    )


def test_near_duplicates_are_one() -> None:
    assert near_duplicate(document(), document(nearest="Other words about the same."))
    assert not near_duplicate(document(), document("citrate"))
    search, _ = searched(1)
    search._admit(document(), "propose", ())
    assert len(search.log.lines) == 1
    assert search.log.duplicates == 1


def test_the_ledger_holds_typed_facts_and_finds_what_was_lost() -> None:
    kinds = Counter(f.kind for f in ledger(document()))
    assert kinds == {"mechanism": 2, "component": 2, "amount": 2, "condition": 3, "prediction": 1}
    same = document(conditions=["freeze at 253.15 K for 720 min", "temperature difference of 10 K to 30 K"])
    assert silent_losses(document(), same, [], []) == []
    other = document(conditions=["freeze at -80 °C for 12 h", "temperature difference between 10 and 30 K"])
    assert silent_losses(document(), other, [], []) == ["lost without a reason: condition: -20 °C"]
    told = [Change("freeze at -20 °C", "replace", "colder freezes finer")]
    assert silent_losses(document(), other, told, []) == []


def test_a_core_claim_falls_on_a_passage_only() -> None:
    claim = document().mechanisms[0]
    child = document(mechanisms=["heat flows faster", document().mechanisms[1]], statement="Gels raise the voltage.")
    passage = "Sulfate ions do not order the water around ferricyanide."
    told = [Change(claim, "replace", "it is wrong", "the ions pair")]
    assert silent_losses(document(), child, told, [passage])[0].startswith("a core claim was given up on an opinion")
    told = [Change(claim, "replace", "it is wrong", "sulfate ions do not order the water")]
    assert silent_losses(document(), child, told, [passage]) == []


def test_the_space_holds_what_the_hypothesis_states_and_its_prediction() -> None:
    import tomllib

    from hypograph.models.campaigns.space.space import space_from

    space = space_toml(document())
    assert space is not None
    record = tomllib.loads(space)
    read = space_from(record)
    assert read["arm"].options == (INTERVENTION, "no salt", "isotropic gel")
    assert (read["temperature difference"].low, read["temperature difference"].high) == (10, 30)
    assert read["salt"].options == ("guanidinium sulfate", "guanidinium chloride")
    assert record["objectives"] == [{"name": "thermopower", "direction": "max"}]
    assert "# Held: freeze at -20 °C for 12 h" in space
    assert space_toml(from_statement("Gels are good.")) is None
    assert factors(from_statement("Gels are good.")) == []


def test_conditions_that_cannot_be_are_named() -> None:
    odd = document(conditions=["reflux in methanol at 80 °C", "cool to -300 °C"])
    assert any("boiling point of methanol" in w for w in warnings(odd))
    assert any("absolute zero" in w for w in warnings(odd))
    assert warnings(document()) == []


def test_the_deciding_experiment_names_prediction_rival_and_refutation() -> None:
    told = deciding_experiment(document(), document("citrate"))
    for part in ("thermopower > 2 mV/K", "stays below 1.5 mV/K", "pH at equal salt"):
        assert part in told


def test_only_committed_choices_are_the_answer() -> None:
    assert "chloride" not in text_of(document())
    assert "chloride" in named_text(document())


def test_the_entropy_of_operators_is_logged() -> None:
    assert operator_entropy(["direct", "judge", "direct", "propose"]) == pytest.approx([0.0, 0.0, 0.9183], abs=1e-4)


def test_calls_go_to_operators_whose_documents_proved_better() -> None:
    rng = np.random.default_rng(0)
    arms = ("propose", "revise", "combine", "judge", "critique")
    few = [Standing("revise", 5, 3, 3)]
    assert [take(kind, arms, few, True, rng) for kind in arms] == list(arms)
    assert rng.random() == np.random.default_rng(0).random()  # the plan holds, and nothing was drawn
    found = [Standing("revise", 9, 8, 8), Standing("combine", 8, 8, 0), Standing("propose", 8, 8, 1)]
    given = Counter(take("combine", arms, found, True, rng) for _ in range(200))
    assert given["revise"] >= 180
    assert set(given) <= {"propose", "revise", "combine"}
    # Without a document that waits for its revision, a revision begins with a critique.
    assert Counter(take("combine", arms, found, False, rng) for _ in range(50))["critique"] >= 40
    assert take("judge", arms, found, True, rng) == "judge"


def test_a_search_says_what_became_of_each_operators_documents() -> None:
    search, _ = searched(40)
    told = {one.operator: one for one in search.standings()}
    assert "direct" not in told
    for name, one in told.items():
        assert one.children == sum(line.operator == name for line in search.log.lines)
        assert 0 <= one.ahead <= one.judged <= one.children
        assert 0 < one.worth < 1
    block, rng = search.writing.block, np.random.default_rng(0)
    free = DocumentSearch(block, Scripted(), search.ask, 40, rng)
    found = free.run(schedule(40), allocate=True)
    assert found.answer is not None
    assert free.calls <= 40
    assert free.log.exchanged == sum(a != b for a, b in zip(free.log.moves, schedule(40), strict=False))


def test_the_same_seed_gives_the_same_search() -> None:
    one, other = (searched(40, seed=3)[1] for _ in range(2))
    assert [x.document.id for x in one.order] == [x.document.id for x in other.order]
    assert one.chance == other.chance


def test_a_revision_that_adds_controls_alone_is_another_document_and_a_verdict_tells_it_apart() -> None:
    class Tidy(Scripted):
        def _answer(self, operator, parts, schema, sample):  # type: ignore[no-untyped-def]
            if operator != "revise":
                return super()._answer(operator, parts, schema, sample)
            more = document(controls=["no salt", "isotropic gel", "version of the gel without a couple"])
            return {"changes": [], "document": more.model_dump(mode="json")}

    assert near_duplicate(document(), document(controls=["another"]))
    assert not unchanged(document(), document(controls=["another"]))
    assert unchanged(document(), document())
    search, found = searched(8, Tidy(), Knowing(["sulfate"]))
    assert [line.operator for line in search.log.lines] == ["direct", "propose", "revise"]
    assert len({line.place for line in search.log.lines}) == 3
    assert search.log.verdicts_on(2) == 2
    assert found.better_than_direct != pytest.approx(0.5)


def test_eight_calls_judge_what_was_proposed_and_ask_one_pair_with_the_direct_answer_both_ways() -> None:
    for seed in range(6):
        search, _ = searched(8, judge=Knowing(["phosphate", "citrate", "sulfate"][:: 1 - 2 * (seed % 2)]), seed=seed)
        pairs = [(a.first, a.second) for a in search.log.asked]
        assert [p for p in pairs if p[::-1] in pairs and 0 in p]
        assert search.log.verdicts_on(1) >= 1


def test_an_objection_is_a_rival_only_where_it_hits_a_core_claim_that_stands() -> None:
    def fault(claim: str, **changes: str) -> Fault:
        told = {"severity": "major", "claim": claim, "reason": f"About {claim}.", "passage": "",
                "observation": "o", "repair": "r"}  # fmt: skip
        return Fault.model_validate({**told, **changes})

    core, wording = "sulfate ions order the water", "the statement names two electrophiles"
    faults = (fault(core), fault(wording), fault(core, passage="p"), fault(core, severity="minor"), fault(core))
    made = with_rivals(document(), Critique(keep=(), faults=faults, missing=()))
    assert [r.statement for r in made.rivals[1:]] == [f"About {core}."]


def test_lessons_are_drawn_from_what_was_compared_and_a_refused_rewriting_is_shown_again() -> None:
    proposer = Scripted(lose=True)
    searched(16, proposer)
    again = [p for (o, _), p in zip(proposer.asked, proposer.parts, strict=True) if o == "revise" and p["attempt"]]
    assert again
    assert "lithium" in again[0]["attempt"]
    assert "lost without a reason" in again[0]["problems"]
