"""What a hypothesis rests on: passages for and against it, and the nearest papers."""

from __future__ import annotations

from dataclasses import dataclass

from hypograph.models.hypotheses.tasks.corpus import Passages
from hypograph.models.literature.text.doubt import doubts, nearest_sentence

LIKENESS = 0.25  # share of a hypothesis's information that a passage must hold to count


@dataclass(frozen=True)
class Ground:
    """Passages for and against, as (publication, passage, similarity), and the nearest publications."""

    support: tuple[tuple[str, str, float], ...]
    contradict: tuple[tuple[str, str, float], ...]
    nearest: tuple[tuple[str, float], ...]

    @property
    def novelty(self) -> float:
        """One less the similarity of the nearest publication, in [0, 1]."""
        return 1.0 - (self.nearest[0][1] if self.nearest else 0.0)


def ground(statement: str, passages: Passages, n: int = 5, length: int = 400) -> Ground:
    """Find what a corpus says for and against a statement.

    A passage is taken for the side of its sentence that is nearest to the statement: doubt about something else in the
    same abstract does not count against it.

    Parameters
    ----------
    statement
        The hypothesis in words.
    passages
        The corpus.
    n
        Passages a side at most.
    length
        Characters kept of a passage.
    """
    if not passages.texts:
        return Ground((), (), ())
    nearest = tuple(passages.nearest_publications(statement, n))
    like = dict(passages.nearest_publications(statement, 10 * n))
    support: list[tuple[str, str, float]] = []
    contradict: list[tuple[str, str, float]] = []
    for place, _ in passages.nearest(statement, 10 * n):
        key, text = passages.publications[place], passages.texts[place]
        similarity = like.get(key, 0.0)
        if similarity < LIKENESS:
            continue
        sentence = nearest_sentence(statement, text)
        side = contradict if doubts(statement, text) else support
        shown = text[:length] if sentence in text[:length] else sentence[:length]
        if len(side) < n and all(shown != old[1] for old in side):
            side.append((key, shown, round(similarity, 6)))
    return Ground(tuple(support), tuple(contradict), nearest)
