"""Answers questions from numbered passages over a language model; what rests on no passage is left out."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, Field

from hypograph.agents.roles.judgement import Role
from hypograph.agents.roles.writer import PASSAGE, PASSAGE_FULL, SHOWN, numbered
from hypograph.models.literature.inspiration.concept import Sentence, scrub


class _Sentence(BaseModel):
    text: str
    passages: list[int] = Field(max_length=6)


class _Answer(BaseModel):
    answerable: bool
    sentences: list[_Sentence] = Field(max_length=6)


class ModelAnswerer(Role):
    """Answers from passages, one question each; a sentence that cites no passage that was shown is dropped."""

    role = "reader"

    def answer(self, question: str, passages: Sequence[str]) -> list[Sentence]:
        """Return the sentences of the answer, none where the passages do not carry one.

        Parameters
        ----------
        question
            What was asked.
        passages
            Best first; more than fit one prompt are left out.
        """
        full = self._gateway.config.size == "full"
        shown = numbered(passages, PASSAGE_FULL if full else PASSAGE)
        asked = self._question(_Answer, "answer", question=question, passages=shown)
        found = self._gateway.ask(asked).value
        if found is None or not found.answerable:
            return []
        most = min(len(passages), SHOWN)
        said = [
            Sentence(
                scrub(" ".join(s.text.split()))[0].strip(),
                tuple(dict.fromkeys(n for n in s.passages if 1 <= n <= most)),
            )
            for s in found.sentences
        ]
        return [s for s in said if s.text and s.cites]
