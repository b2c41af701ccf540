"""From a keyword set to a stated concept: who writes, who reads passages, and both without a language model."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final, Protocol, runtime_checkable

from hypograph.models.core.knowledge_free import KnowledgeFree
from hypograph.models.literature.inspiration.logic_graph import Claim
from hypograph.models.literature.inspiration.retrieval import terms
from hypograph.models.literature.text.doubt import doubts

SEVERITIES: Final = ("fatal", "major", "minor", "negligible")
# Mass of one reading where no skill was measured: what arXiv 2502.14631 gives one answer, a = 1/(3·5).
UNMEASURED: Final = 1 / 15
_DOI: Final = r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?10\.\d{4,9}/[^\s\])},;]+"
_NAMED: Final = r"[A-Z][\w'’-]+(?:\s+(?:and|&)\s+[A-Z][\w'’-]+|\s+et\s+al\.?)?,?\s+\(?(?:19|20)\d\d[a-z]?\)?"
_CITED: Final = re.compile(
    rf"\[[^\]]{{0,80}}\]|\({_NAMED}\)|{_DOI}|https?://\S+|[A-Z][\w'’-]+\s+et\s+al\.?(?:,?\s+\(?\d{{4}}\)?)?"
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a statement, and the numbers of the passages that it rests on."""

    text: str
    cites: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Critique:
    """An objection, and how grave it is: one of `SEVERITIES`."""

    text: str
    severity: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a passage says of a claim: probabilities in [0, 1], the rest is that it says nothing.

    `trust` in [0, 1] is the measured skill of the reader; an answer that could not be used has trust 0.
    """

    supports: float
    contradicts: float
    trust: float
    answer: str = ""
    provenance: str = ""


@runtime_checkable
class PassageReader(Protocol):
    """Reads passages for what they say of claims."""

    @property
    def name(self) -> str:
        """What results are keyed by."""
        ...

    def read(self, questions: Sequence[tuple[str, str]]) -> Sequence[Said]:
        """Return what each passage says of its claim; questions are (claim, passage)."""
        ...


@runtime_checkable
class Writer(Protocol):
    """Writes what a keyword set may mean; '' or nothing where it has nothing to say.

    Passages are numbered from 1 in the order given; what is written may cite those numbers only.
    """

    @property
    def name(self) -> str:
        """What results are keyed by."""
        ...

    def concept(self, keywords: Sequence[str], passages: Sequence[str]) -> str:
        """Link the keywords into one concept."""
        ...

    def goal(self, keywords: Sequence[str], concept: str) -> str:
        """Propose what the concept is good for."""
        ...

    def thesis(self, keywords: Sequence[str], concept: str, goal: str) -> str:
        """State it so that it can be tested."""
        ...

    def logic(self, thesis: str, passages: Sequence[str]) -> Sequence[Claim]:
        """Give rationales and the intermediates drawn from them; the concept itself is added by the caller."""
        ...

    def critiques(self, thesis: str, passages: Sequence[str]) -> Sequence[Critique]:
        """Say what speaks against it."""
        ...

    def statement(self, thesis: str, claims: Sequence[Claim], passages: Sequence[str]) -> Sequence[Sentence]:
        """Write it up with citations."""
        ...


def holds(text: str, keyword: str) -> bool:
    """Whether a text holds every word of a keyword."""
    wanted = set(terms(keyword))
    return bool(wanted) and wanted <= set(terms(text))


@dataclass(frozen=True)
class TemplateWriter(KnowledgeFree):
    """The knowledge-free `Writer`: which pairs of keywords a passage ties, in fixed words.

    Without keywords it ties nothing: the place of a writer, until it is known what is written about.
    """

    keywords: tuple[str, ...] = ()
    name: str = "template"

    def concept(self, keywords: Sequence[str], passages: Sequence[str]) -> str:
        """Name the keywords."""
        listed = f"{', '.join(keywords[:-1])} and {keywords[-1]} together" if len(keywords) > 1 else keywords[0]
        return f"Study {listed}."

    def goal(self, keywords: Sequence[str], concept: str) -> str:
        """Nothing: a template has no goals."""
        return ""

    def thesis(self, keywords: Sequence[str], concept: str, goal: str) -> str:
        """The concept."""
        return concept

    def logic(self, thesis: str, passages: Sequence[str]) -> list[Claim]:
        """One rationale for each pair that a passage ties, with the first such passage."""
        claims: list[Claim] = []
        for first, second in combinations(self.keywords, 2):
            for number, text in enumerate(passages, 1):
                if holds(text, first) and holds(text, second):
                    claims.append(Claim(f"r{len(claims) + 1}", f"{first} occurs with {second}", (), (number,)))
                    break
        return claims

    def critiques(self, thesis: str, passages: Sequence[str]) -> list[Critique]:
        """Pairs that no passage ties: that is what is new, and what nobody vouches for."""
        tied = {c.text for c in self.logic(thesis, passages)}
        missing = [f"{a} with {b}" for a, b in combinations(self.keywords, 2) if f"{a} occurs with {b}" not in tied]
        return [Critique(f"No passage found ties {'; '.join(missing)}.", "minor")] if missing else []

    def statement(self, thesis: str, claims: Sequence[Claim], passages: Sequence[str]) -> list[Sentence]:
        """The thesis, what ties the pairs, and what does not."""
        tied = [Sentence(f"In the corpus, {c.text}.", c.cites) for c in claims if c.cites]
        return [Sentence(thesis), *tied, *(Sentence(c.text) for c in self.critiques(thesis, passages))]


@dataclass(frozen=True)
class WordReader(KnowledgeFree):
    """The knowledge-free `PassageReader`: shared words only, so that its masses are mostly ignorance."""

    name: str = "words"

    def read(self, questions: Sequence[tuple[str, str]]) -> list[Said]:
        """Support is the share of the claim's words that the passage holds; words of doubt turn it round."""
        return [self._read(claim, passage) for claim, passage in questions]

    def _read(self, claim: str, passage: str) -> Said:
        wanted = set(terms(claim))
        share = len(wanted & set(terms(passage))) / max(len(wanted), 1)
        if share < 0.5:
            return Said(0.0, 0.0, UNMEASURED, f"{share:.2f} of the words", self.name)
        doubt = doubts(claim, passage)
        for_, against = (0.0, share) if doubt else (share, 0.0)
        return Said(for_, against, UNMEASURED, f"{share:.2f} of the words{', with doubt' if doubt else ''}", self.name)


def scrub(text: str) -> tuple[str, int]:
    """Take citations out of a text: brackets, DOIs, addresses, names with years.

    Returns
    -------
    tuple
        The text, and how many were taken out. Citations are given by number beside the text, where code can
        check them; one within the text could name what does not exist.
    """
    cleaned, count = _CITED.subn("", text)
    return re.sub(r"\s+([.,;:)])", r"\1", " ".join(cleaned.split())).replace("()", "").strip(), count


def checked(sentences: Sequence[Sentence], retrieved: int) -> tuple[list[Sentence], int]:
    """Keep citations of retrieved passages only.

    Parameters
    ----------
    sentences
        As written.
    retrieved
        Passages there are, numbered from 1.

    Returns
    -------
    tuple
        Sentences that still say something, and the number of citations dropped.
    """
    kept, dropped = [], 0
    for sentence in sentences:
        text, count = scrub(sentence.text)
        cites = tuple(dict.fromkeys(n for n in sentence.cites if 1 <= n <= retrieved))
        dropped += count + len(set(sentence.cites)) - len(cites)
        if text:
            kept.append(Sentence(text, cites))
    return kept, dropped


def written_out(sentences: Sequence[Sentence], keys: Mapping[int, str]) -> str:
    """Write sentences as one text, each with the keys of what it cites in brackets."""
    parts = []
    for sentence in sentences:
        cited = list(dict.fromkeys(keys[n] for n in sentence.cites))
        end = f" [{'; '.join(cited)}]" if cited else ""
        body = sentence.text.rstrip()
        stop = body[-1] if body[-1:] in {".", "!", "?"} else "."
        parts.append(f"{body.rstrip('.!?')}{end}{stop}")
    return " ".join(parts)
