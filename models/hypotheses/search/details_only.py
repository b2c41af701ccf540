"""What a judge model is shown of two hypotheses that start from the same idea."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypograph.models.core.protocols import NO_CONTEXT, Candidate, Judge, JudgingContext, Verdict


class DetailsOnly:
    """Tells a judge once what all candidates share, and then only what each adds.

    The coarse idea is the longest part of a hypothesis and the same on both sides: shown twice it makes each
    call dearer by half and says nothing about which side is better. It goes into the question, so that a
    server that keeps the start of a prompt works it out once.

    Parameters
    ----------
    judge
        The judge asked.
    root
        The coarse hypothesis that every candidate starts with.
    """

    def __init__(self, judge: Judge, root: str) -> None:
        self._judge, self._root = judge, root.strip().rstrip(".")
        self.name = judge.name

    def prefer(
        self, question: str, pairs: Sequence[tuple[Candidate, Candidate]], context: JudgingContext = NO_CONTEXT
    ) -> Sequence[Verdict]:
        """Return one verdict a pair."""
        shared = f"{question}\nBoth hypotheses refine this idea: {self._root}"
        return self._judge.prefer(shared, [(self._bare(a), self._bare(b)) for a, b in pairs], context)

    def _bare(self, candidate: Candidate) -> Candidate:
        added = candidate.text.removeprefix(self._root).lstrip("; ")
        return replace(candidate, text=added if added.strip(" .") else "the idea as it stands, without details")
