"""The proposer of hypotheses over a language model: one prompt an operator, all with the same beginning."""

from __future__ import annotations

from collections.abc import Mapping

from hypograph.agents.gateway.questions import Question
from hypograph.agents.prompts import data, one_line, template, write
from hypograph.agents.roles.judgement import Role
from hypograph.models.hypotheses.search.operators import A, Block, Operator

PASSAGE = 1500  # characters of a passage that are shown
# Tokens that a whole document may take; with the account of its changes where the model has room.
ROOM = {"compact": 2_500, "full": 6_000}
# What operators are shown beside the block; each prompt uses those that it needs.
PARTS = ("document", "other", "critique", "ledger", "other_ledger", "lines", "reading", "lessons", "verdicts",
         "attempt", "problems")  # fmt: skip


class ModelDocumentProposer(Role):
    """Writes, criticises and rewrites hypotheses as documents."""

    role = "proposer"

    def ask(self, operator: Operator, block: Block, parts: Mapping[str, str], schema: type[A], sample: int) -> A | None:
        """Return the answer to one request, None where nothing usable came back or no skill was measured."""
        if self.skill == 0.0:
            return None
        user = f"{beginning(block)}\n{instructions(operator, parts)}"
        system = template("system").template.strip()
        found = self._gateway.ask(
            Question(self.role, system, user, schema, sample, max_tokens=ROOM[self._gateway.config.size])
        )
        return found.value if isinstance(found.value, schema) else None


def beginning(block: Block) -> str:
    """Return the text that every request of a search begins with."""
    return write(
        "hypothesis_block",
        question=block.question,
        survey=block.survey,
        idea=block.idea,
        passages=[(key, one_line(data(text, PASSAGE))) for key, text in block.passages],
        leads=list(block.leads),
        criterion=block.criterion,
    )


def instructions(operator: Operator, parts: Mapping[str, str]) -> str:
    """Return what an operator is asked, with its parts fenced as data; a part that is empty leaves no heading."""
    fields = template("hypothesis_fields").template.strip()
    return write(f"hypothesis_{operator}", **{**dict.fromkeys(PARTS, ""), **parts, "fields": fields})
