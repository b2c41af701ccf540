"""Noun phrases of a text, and the ones that best stand for it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

from hypograph.models.literature.text import english as en
from hypograph.models.literature.text.spelling import american, normalise, singular
from hypograph.models.literature.text.tagger import INSIDE, is_adjective, tag
from hypograph.models.literature.text.title_share import title_share

_TOKEN: Final = re.compile(r"[^\W_](?:[^\W_]|['’\-–/+.&](?=[^\W_]))*|[^\w\s]")
# "the user's needs": what owns and what is owned are two things.
_POSSESSIVE: Final = re.compile(r"['’]s?(?=\s)")


@dataclass(frozen=True, slots=True)
class Chunk:
    """A noun phrase as it stands, and how far into the text (0 first word, below 1)."""

    text: str
    offset: float


def split(text: str) -> list[str]:
    """Split into words (hyphens, slashes and inner points kept) and single marks."""
    return _TOKEN.findall(_POSSESSIVE.sub(" ,", text))


def noun_phrases(text: str) -> list[Chunk]:
    """Return the maximal noun phrases of a text.

    Leading words that say nothing ("new", "several") and trailing adjectives are cut off; phrases whose
    last noun says nothing ("results", "part") are left out.

    Parameters
    ----------
    text
        Title, abstract or passage.

    Returns
    -------
    list of Chunk
        In order of appearance, repeats included.
    """
    words = split(text)
    tags = tag(words)
    found: list[Chunk] = []
    start = 0
    for i in range(len(words) + 1):
        if i < len(words) and tags[i] in INSIDE:
            continue
        if i > start:
            phrase = _trim(words[start:i], tags[start:i])
            if phrase:
                found.append(Chunk(" ".join(phrase), start / len(words)))
        start = i + 1
    return found


def _trim(words: list[str], tags: list[str]) -> list[str]:
    first, last = 0, len(words)
    while first < last and words[first].lower() in en.GENERIC:
        first += 1
    while last > first and (tags[last - 1] == "A" or is_adjective(words[last - 1].lower())):
        last -= 1
    if first == last or words[last - 1].lower() in en.EMPTY_ENDS:
        return []
    return words[first:last]


def keyphrases(title: str, body: str, most: int = 10, longest: int = 5) -> list[str]:
    """Return the phrases that best stand for a document, without corpus or model.

    Phrases of two to `longest` words are ranked by title (1.6) or position (1 down to 0.5), the square root
    of how often they stand, their length in letters to the power 0.6 (long phrases say more), and the least title share
    of their words, up to 0.2, to the power 0.35 (`title_share`).

    Parameters
    ----------
    title, body
        The document.
    most
        Phrases at most.
    longest
        Words a phrase at most.

    Returns
    -------
    list of str
        As they stand, best first; ties in order of appearance.
    """
    return [phrase for phrase, _ in scored_keyphrases(title, body, longest)[:most]]


def scored_keyphrases(title: str, body: str, longest: int = 5) -> list[tuple[str, float]]:
    """Return all phrases of a document with their scores, best first; parameters as for `keyphrases`."""
    place: dict[str, float] = {}
    spelling: dict[str, str] = {}
    times: Counter[str] = Counter()
    for chunks, in_title in ((noun_phrases(title), True), (noun_phrases(body), False)):
        for chunk in chunks:
            name = normalise(chunk.text)
            if not 2 <= name.count(" ") + 1 <= longest:
                continue
            times[name] += 1
            place.setdefault(name, 1.6 if in_title else 1.0 - 0.5 * chunk.offset)
            spelling.setdefault(name, chunk.text)
    score = {
        name: place[name] * len(spelling[name]) ** 0.6 * times[name] ** 0.5 * min(_share(name), 0.2) ** 0.35
        for name in place
    }
    return [(spelling[name], score[name]) for name in sorted(score, key=lambda n: -score[n])]


def _share(name: str) -> float:
    return min(title_share(singular(american(word))) for word in name.split())
