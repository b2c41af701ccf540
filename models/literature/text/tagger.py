"""A small tagger for academic English: which words can stand in a noun phrase.

Closed classes and a verb list decide most words, endings the rest, and the neighbours those that are as
often noun as verb. It has no statistics in it, so it is causal, and it reads about 1,500 abstracts a second.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Final

from hypograph.models.literature.text import english as en

# Boundary, verb, adjective or participle before a noun, noun, gerund that names a thing.
BOUNDARY, VERB, ADJECTIVE, NOUN, GERUND = "B", "V", "A", "N", "G"
_EITHER, _PARTICIPLE = "W", "D"
INSIDE: Final = frozenset({ADJECTIVE, NOUN, GERUND})
_DOUBLED: Final = frozenset(
    {
        "admit",
        "begin",
        "cut",
        "embed",
        "fit",
        "get",
        "incur",
        "infer",
        "let",
        "map",
        "occur",
        "permit",
        "plan",
        "prefer",
    }
    | {
        "put",
        "refer",
        "run",
        "set",
        "stem",
        "stop",
        "submit",
        "transmit",
        "win",
        "drop",
        "plot",
        "scan",
        "step",
        "trim",
    }
)
_ADJECTIVE_ENDINGS: Final = ("al", "ive", "ic", "ous", "able", "ible", "ful", "less", "ary")


def _inflect(verb: str) -> tuple[str, str, str]:
    """Third person, past and gerund of a regular verb."""
    stem = verb + verb[-1] if verb in _DOUBLED else verb
    if verb.endswith("e"):
        return verb + "s", verb + "d", verb[:-1] + "ing"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies", verb[:-1] + "ied", verb + "ing"
    third = verb + ("es" if verb.endswith(("s", "x", "ch", "sh", "z")) else "s")
    return third, stem + "ed", stem + "ing"


@functools.cache
def _known() -> dict[str, str]:
    """Tag of every listed word and its forms; later lists give way to earlier ones where that is noted."""
    tags: dict[str, str] = {}
    for verb in sorted(en.VERBS | en.BOTH):
        third, past, gerund = _inflect(verb)
        tags[verb] = tags[third] = _EITHER if verb in en.BOTH else VERB
        tags.setdefault(past, _PARTICIPLE)
        tags[gerund] = GERUND
    tags.update(dict.fromkeys(en.IRREGULAR, VERB))
    tags.update(dict.fromkeys(en.CLOSED, BOUNDARY))
    for word in en.ADJECTIVES:
        if tags.get(word) not in {VERB, _EITHER, BOUNDARY}:
            tags[word] = ADJECTIVE
    tags["data"] = NOUN
    return tags


@functools.lru_cache(maxsize=262144)
def is_adjective(word: str) -> bool:
    """Tell an adjective (lower case) by list or ending; of a hyphened word the last part counts."""
    if _known().get(word) == ADJECTIVE:
        return True
    last = word.rsplit("-", 1)[-1]
    if last in en.ADJECTIVES_AR:
        return True
    return len(last) > 4 and last.endswith(_ADJECTIVE_ENDINGS) and last not in en.NOUNS_LIKE_ADJECTIVES


@functools.lru_cache(maxsize=262144)
def _alone(word: str) -> str:
    """Tag of a lower-case word without its neighbours."""
    known = _known().get(word)
    if known is not None:
        return known
    wordlike = word[0].isalpha() or (word[0].isdigit() and any(c.isalpha() for c in word))
    if not wordlike or len(word) == 1 or word.endswith(("n't", "n’t")):
        return BOUNDARY
    if word.endswith("ly") and word not in en.NOT_ADVERBS:
        return BOUNDARY
    if word.endswith("ed") and len(word) > 4 and word not in en.NOT_PARTICIPLES:
        return _PARTICIPLE
    if word.endswith("ing") and len(word) > 5 and word not in en.NOT_GERUNDS:
        return GERUND
    return ADJECTIVE if is_adjective(word) else NOUN


def tag(words: Sequence[str]) -> list[str]:
    """Tag the words of a text.

    Parameters
    ----------
    words
        Tokens as `chunks.split` gives them, marks included.

    Returns
    -------
    list of str
        One of B, V, A, N, G a token.
    """
    low = [w.lower() for w in words]
    tags = [_alone(w) for w in low]
    for i, found in enumerate(tags):
        if found == _EITHER:
            tags[i] = _either(low, tags, i)
        elif found == _PARTICIPLE:
            tags[i] = _participle(low, tags, i)
        elif found == GERUND:
            tags[i] = _gerund(low, tags, i)
    return tags


def _either(low: Sequence[str], tags: Sequence[str], i: int) -> str:
    """Noun or finite verb: "the results", "to control", "the method uses a"."""
    before = low[i - 1] if i else "."
    after = low[i + 1] if i + 1 < len(low) else "."
    if before in en.BEFORE_VERBS or (i and tags[i - 1] == NOUN and after in en.DETERMINERS):
        return VERB
    return NOUN


def _participle(low: Sequence[str], tags: Sequence[str], i: int) -> str:
    """Before a noun and after neither noun nor auxiliary it is an adjective: "distributed systems"."""
    before = low[i - 1] if i else "."
    after = tags[i + 1] if i + 1 < len(low) else BOUNDARY
    free = before not in en.AUXILIARIES and before not in en.SUBJECTS and not (i and tags[i - 1] == NOUN)
    return ADJECTIVE if free and after in {NOUN, _EITHER, ADJECTIVE, GERUND} else VERB


def _gerund(low: Sequence[str], tags: Sequence[str], i: int) -> str:
    """Thing or act: "processing" names a thing; "using", "by solving the", "constructing charts" are acts."""
    word = low[i]
    before = low[i - 1] if i else "."
    after = low[i + 1] if i + 1 < len(low) else "."
    if word in en.VERBAL_GERUNDS or after in en.DETERMINERS or before in en.AUXILIARIES:
        return VERB
    if word in en.NOUN_GERUNDS:
        return NOUN
    heads = i == 0 or tags[i - 1] in {BOUNDARY, VERB}
    ends = i + 1 == len(low) or tags[i + 1] == BOUNDARY
    return VERB if heads and (ends or word in _known()) else NOUN
