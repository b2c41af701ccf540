"""Answering a question from passages: which carry it, the answer, and citations that exist."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from hypograph.models.core.records import Publication
from hypograph.models.literature.inspiration.concept import Sentence
from hypograph.models.literature.inspiration.passages import Embed, Passage, PassageIndex
from hypograph.models.literature.inspiration.retrieval import Bm25, terms
from hypograph.models.literature.text.spelling import american
from hypograph.models.literature.text.title_share import AVERAGE, title_share

# Share of a question's information that a passage and its title must hold. Chosen with the questions of
# benchmarks/literature_ask.py in view, all thirty.
CARRIES: Final = 0.55
SHOWN: Final = 8
LOOKED_AT: Final = 40
# Words that ask, and words that any publication answers with.
_ASKING_WORDS: Final = """what which how why who when where does do did is are was were can could between among kind
type example name give tell show find report study value effect role mean long much many"""
_ASKING: Final = frozenset(_ASKING_WORDS.split())
_SENTENCE: Final = re.compile(r"(?<![RF][ei][fg]\.)(?<!\bal\.)(?<!\bEq\.)(?<!\bvs\.)(?<=[.!?;])\s+(?=[A-Z(\[])")
REFUSED: Final = "The passages of the corpus do not carry an answer."


class Answerer(Protocol):
    """Answers a question from numbered passages."""

    def answer(self, question: str, passages: Sequence[str]) -> list[Sentence]:
        """Return sentences with the numbers of the passages that state them; none where no passage does."""
        ...


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage that an answer cites, by its number there."""

    n: int
    publication: str
    title: str
    passage: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the corpus says to a question.

    Attributes
    ----------
    question, answer
        The answer cites by [n]; where the passages do not carry one it says so.
    sentences
        The answer's sentences with the numbers that each cites; none where the passages do not carry one.
    answered
        Whether they do.
    citations
        The passages that are cited, in order of their numbers.
    passages
        What was found, best first.
    """

    question: str
    answer: str
    sentences: tuple[Sentence, ...]
    answered: bool
    citations: tuple[Citation, ...]
    passages: tuple[Passage, ...]


@functools.cache
def _stemmer() -> Callable[[str], str]:
    import snowballstemmer

    stem: Callable[[str], str] = snowballstemmer.stemmer("english").stemWord
    return functools.lru_cache(maxsize=65536)(stem)


@functools.lru_cache(maxsize=65536)
def stems(text: str) -> tuple[str, ...]:
    """Stems of the content words of a text; those that only ask are left out."""
    stem = _stemmer()
    return tuple(stem(word) for word in terms(text) if word not in _ASKING)


def _share(weights: Mapping[str, float], text: str) -> float:
    held, whole = set(stems(text)), sum(weights.values())
    return sum(w for stem, w in weights.items() if stem in held) / whole if whole else 0.0


class Corpus:
    """Publications that can be asked.

    Parameters
    ----------
    publications
        The corpus; retracted publications are left out.
    embed
        Maps texts to vectors: passages are ranked by meaning too.
    """

    def __init__(self, publications: Sequence[Publication], embed: Embed | None = None) -> None:
        self._library = PassageIndex(publications, embed, stems)
        texts = [" ".join([p.title, p.abstract, *p.passages]) for p in self._library.by_key.values()]
        self._words = Bm25(texts, stems)

    @property
    def publications(self) -> Mapping[str, Publication]:
        """The publications by their keys, without those that were retracted."""
        return self._library.by_key

    def ask(self, question: str, answerer: Answerer | None = None, most: int = SHOWN) -> Answer:
        """Answer a question from the corpus.

        Parameters
        ----------
        question
            In English.
        answerer
            A language model, or None: then the best passage that holds what was asked is quoted.
        most
            Passages looked at.

        Returns
        -------
        Answer
        """
        weights = self._weights(question)
        near = self._library.find(question, LOOKED_AT, LOOKED_AT)
        held = [self._held(weights, p) for p in near]
        # Of two that hold as much, the text goes before the title: it says what was found.
        titles = [p.text == self._library.by_key[p.publication].title for p in near]
        order = sorted(range(len(near)), key=lambda i: (-round(held[i], 6), titles[i], i))[:most]
        found = [near[i] for i in order]
        carrying = [near[i] for i in order if held[i] >= CARRIES]
        if answerer is None:
            quoted = self._quoted(weights, carrying[0]) if carrying else []
            said = [Sentence(text, (found.index(carrying[0]) + 1,)) for text in quoted]
        else:
            said = answerer.answer(question, [p.text for p in found]) if found else []
        return self._told(question, said, found)

    def _weights(self, question: str) -> dict[str, float]:
        """Weight of each stem of a question: its information, less for words of prose, which titles seldom hold."""
        weights: dict[str, float] = {}
        for word in terms(question):
            for stem in stems(word):
                weights[stem] = self._words.information(stem) * min(title_share(american(word)) / AVERAGE, 1.0)
        return weights

    def _held(self, weights: Mapping[str, float], passage: Passage) -> float:
        """Share of the weight of a question that a passage holds together with its title."""
        title = self._library.by_key[passage.publication].title
        return _share(weights, f"{title} . {passage.text}")

    def _quoted(self, weights: Mapping[str, float], passage: Passage) -> list[str]:
        """Return the sentence of a passage that holds most of a question, and one that holds more of the rest."""
        sentences = _SENTENCE.split(passage.text)
        best = max(sentences, key=lambda s: _share(weights, s))
        held = set(stems(best))
        rest = {stem: weight for stem, weight in weights.items() if stem not in held}
        second = max(sentences, key=lambda s: _share(rest, s))
        return [s for s in sentences if s == best or (s == second and _share(rest, s) > 0)]

    def _told(self, question: str, said: Sequence[Sentence], found: Sequence[Passage]) -> Answer:
        cited = sorted({n for sentence in said for n in sentence.cites})
        renumbered = {n: i for i, n in enumerate(cited, 1)}
        sentences = tuple(Sentence(s.text, tuple(renumbered[n] for n in s.cites)) for s in said)
        text = " ".join(f"{s.text} {''.join(f'[{n}]' for n in s.cites)}" for s in sentences)
        citations = tuple(
            Citation(renumbered[n], p.publication, self._library.by_key[p.publication].title, p.text)
            for n in cited
            for p in [found[n - 1]]
        )
        return Answer(question, text or REFUSED, sentences, bool(said), citations, tuple(found))
