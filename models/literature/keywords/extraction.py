"""Keywords of a publication without a language model; each with the passage it stands in."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hypograph.models.core.knowledge_free import KnowledgeFree
from hypograph.models.core.protocols import Mention, Related
from hypograph.models.core.records import Publication
from hypograph.models.literature.chemistry.reading import not_chemistry
from hypograph.models.literature.keywords.choice import Found, candidates
from hypograph.models.literature.text.abbreviations import abbreviations
from hypograph.models.literature.text.chunks import noun_phrases
from hypograph.models.literature.text.materials import keyword_kind, lexicon_name, material_mentions, snippet
from hypograph.models.literature.text.spelling import normalise

_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+(?=[A-Z(\[])")
# "Purity: >= 99.9 wt%": what stands before the colon names a field of the record, not a thing.
_FIELD: Final = re.compile(r"[\w -]{2,40}:\s*(?:\[[^\]]*\]|[^,;]*)")


# "© 2015 Elsevier Ltd. All rights reserved.", also with a broken sign: the publisher's, not the authors'.
_IMPRINT: Final = re.compile(
    r"(?:©|\(c\)|\bcopyright\b|ï¿½|�)\s*(?:©\s*)?(?:(?:19|20)\d\d|by\b|the\b).{0,200}$|\ball rights reserved\b.{0,80}$"
    r"|\bpublished by\s+[A-Z].{0,120}$"
    r"|\b(?:19|20)\d\d\s+(?:[A-Z][\w.&-]*\s+){1,6}(?:Ltd|Inc|GmbH|B\.V|LLC|Society|Publishing)\b.{0,80}$",
    re.IGNORECASE | re.DOTALL,
)
_SIGNED: Final = re.compile(r"(?:©|ï¿½|�)\s*(?:(?:19|20)\d\d|the\b|copyright\b)[^.]{0,120}\.", re.IGNORECASE)


def without_imprint(text: str) -> str:
    """Cut the publisher's copyright line out of an abstract."""
    text = _SIGNED.sub(" ", text)
    match = _IMPRINT.search(text, max(0, len(text) - 320))
    return text[: match.start()].rstrip() if match is not None else text


def pieces(publication: Publication) -> list[str]:
    """Title, sentences of the abstract, further passages: every piece that a mention can point at."""
    found = [publication.title, *_SENTENCE.split(publication.abstract), *publication.passages]
    return [p.strip() for p in found if p.strip()]


def is_verbatim(mention: Mention, publication: Publication) -> bool:
    """Whether the passage of a mention stands in the publication, white space aside."""
    wanted = " ".join(mention.passage.split())
    texts = (publication.title, publication.abstract, *publication.passages, *publication.keywords)
    return bool(wanted) and any(wanted in " ".join(text.split()) for text in texts)


def material_keywords(publication: Publication, most: int = 20) -> list[Mention]:
    """Elements, compounds, phases and processing steps of a publication that is about materials.

    "Aging" or "casting" mean processing only where the publication names an element or compound too, so
    others get none.
    """
    found: dict[str, Mention] = {}
    parts = pieces(publication)
    short = not_chemistry(abbreviations(" ".join(parts)))
    for piece in parts:
        for mention in material_mentions(piece, abbreviations=short):
            found.setdefault(mention.keyword, mention)
    if not any(m.kind in {"element", "material"} for m in found.values()):
        return []
    return list(found.values())[:most]


def phrase_candidates(publication: Publication) -> Found:
    """Candidate phrases of title and abstract; what the authors call a keyword counts as a title's."""
    found = candidates(publication.title, without_imprint(publication.abstract))
    for passage in publication.passages:
        for chunk in noun_phrases(_FIELD.sub(";", passage)):
            name = normalise(chunk.text)
            if 2 <= name.count(" ") + 1 <= 3:
                found.setdefault(name, [0, 0, 1, 1])[0] += 1
    for given in publication.keywords:
        entry = found.setdefault(normalise(given), [0, 1, 1, 1])
        entry[0] += 2
        entry[1] = 1
    found.pop("", None)
    return {name: entry for name, entry in found.items() if lexicon_name(name) is None}


@functools.lru_cache(maxsize=4096)
def mention_pattern(keyword: str) -> re.Pattern[str]:
    """Pattern of a keyword in a text: plural and hyphen may differ, the stems of its words stand in order."""
    stems = [re.escape(w[:-1] if len(w) > 4 else w) + r"\w{0,3}" for w in keyword.split()]
    return re.compile(r"\b" + r"[\s\-–]+".join(stems) + r"\b", re.IGNORECASE)


def passage_of(publication: Publication, keyword: str) -> str:
    """Return the piece of a publication that a keyword stands in, '' where its words are not together."""
    pattern = mention_pattern(keyword)
    for piece in [*pieces(publication), *publication.keywords]:
        match = pattern.search(piece)
        if match:
            return snippet(piece, *match.span())
    return ""


def introduced(publication: Publication) -> dict[str, str]:
    """Abbreviations that the publication introduces, both sides normalised."""
    text = " ".join(pieces(publication))
    return {normalise(short): normalise(long) for short, long in abbreviations(text).items()}


@dataclass
class PhraseExtractor(KnowledgeFree):
    """The knowledge-free `Extractor`: material terms by lexicon, then noun phrases by boundaries.

    It sees one publication only; `candidates.select` chooses among the candidates of a corpus by what was
    known before each publication.

    Attributes
    ----------
    most
        Mentions a publication at most; author keywords come first.
    """

    most: int = 24
    name: str = "phrases"

    def extract(self, publication: Publication) -> Sequence[Mention]:
        """Return mentions, best first; every passage stands verbatim in the publication."""
        found: dict[str, Mention] = {}
        for given in publication.keywords:
            name = normalise(given)
            found.setdefault(name, Mention(name, keyword_kind(name), given))
        for mention in material_keywords(publication):
            found.setdefault(mention.keyword, mention)
        candidate = phrase_candidates(publication)
        ranked = sorted(candidate, key=lambda n: (-candidate[n][1], -candidate[n][0] * n.count(" "), n))
        for name in ranked:
            passage = passage_of(publication, name) if " " in name else ""
            if passage:
                found.setdefault(name, Mention(name, "phrase", passage))
        found.pop("", None)
        return list(found.values())[: self.most]

    def relate(self, publication: Publication) -> Sequence[Related]:
        """Return hosts with their dopants, and what was made by which process."""
        from hypograph.models.literature.keywords.relations import relations

        return relations(publication)
