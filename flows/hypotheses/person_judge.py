"""A person as judge: questions wait in the store until somebody answers them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hypograph.models.core.errors import BudgetSpentError
from hypograph.models.core.keys import digest
from hypograph.models.core.protocols import NO_CONTEXT, Candidate, JudgingContext, Verdict
from hypograph.models.core.records import Edge, Node, Outcome, Unit, Value

if TYPE_CHECKING:
    from hypograph.graph import GraphStore


class PersonJudge:
    """A person who answers later: what is not answered yet waits in the store.

    After `most` open questions the search stops, as if its budget were spent; run it again once they are
    answered and it goes on.
    """

    name = "person"

    def __init__(self, store: GraphStore, most: int = 10) -> None:
        self._store, self._most, self.waiting = store, most, 0

    def prefer(
        self, question: str, pairs: Sequence[tuple[Candidate, Candidate]], context: JudgingContext = NO_CONTEXT
    ) -> list[Verdict]:
        """Return given answers; queue the others.

        Raises
        ------
        BudgetSpentError
            If enough questions wait.
        """
        return [self._one(question, a, b) for a, b in pairs]

    def _one(self, question: str, first: Candidate, second: Candidate) -> Verdict:
        from hypograph.graph.queries.pages import COMPARISONS

        key = digest("person", question, first.id, second.id)
        for row in self._store.read(COMPARISONS, id=first.id):
            if row["c"]["id"] == key and row["c"].get("valid"):
                return Verdict(float(row["c"]["probability_first"]), answer=str(row["c"].get("answer", "")))
        if self.waiting >= self._most:
            raise BudgetSpentError(
                f"{self.waiting} comparisons wait for a person",
                hint="Answer them (`hypograph hypotheses answer`), then run the search again.",
            )
        self.waiting += 1
        props: dict[str, Value] = {
            "question": question,
            "first": first.id,
            "second": second.id,
            "judge": self.name,
            "valid": False,
        }
        nodes = [
            Node("Comparison", key, {**props, "answer": "waiting", "probability_first": 0.5}),
            *(Node("Hypothesis", c.id, {"statement": c.text.split("\n")[0]}) for c in (first, second)),
        ]
        edges = [
            Edge("COMPARES", ("Comparison", key), ("Hypothesis", c.id), {"side": side})
            for side, c in (("first", first), ("second", second))
        ]
        self._store.commit(Unit(digest("waiting", key), "hypothesis-question", Outcome({}, nodes, edges)))
        return Verdict(0.5, valid=False, answer="waiting for a person")
