"""Keywords of a publication without a language model; each with the passage it stands in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hypograph.models.keywords.chunks import noun_phrases
from hypograph.models.keywords.materials import keyword_kind, lexicon_name, material_mentions, snippet
from hypograph.models.keywords.text import normalise
from hypograph.models.protocols import Mention
from hypograph.models.records import Publication

_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+(?=[A-Z(\[])")
# "Purity: >= 99.9 wt%": what stands before the colon names a field of the record, not a thing.
_FIELD: Final = re.compile(r"[\w -]{2,40}:\s*(?:\[[^\]]*\]|[^,;]*)")


def passages(publication: Publication) -> list[str]:
    """Title, sentences of the abstract, further passages: every piece that a mention can point at."""
    pieces = [publication.title, *_SENTENCE.split(publication.abstract), *publication.passages]
    return [p.strip() for p in pieces if p.strip()]


@dataclass(frozen=True)
class PhraseExtractor:
    """The knowledge-free `Extractor`: noun phrases by boundaries, and material terms by lexicon.

    A keyword depends on its own publication only, so that extraction is causal and a corpus can grow or
    shrink without redoing the rest.

    Attributes
    ----------
    materials
        Also look for elements, compounds, phases and processing steps.
    most
        Keywords a publication at most; author keywords come first, then material terms, then phrases.
    """

    materials: bool = True
    most: int = 24
    name: str = "phrases"

    def extract(self, publication: Publication) -> Sequence[Mention]:
        """Return mentions, best first; every passage stands verbatim in the publication."""
        found: dict[str, Mention] = {}
        pieces = passages(publication)
        for keyword in publication.keywords:
            _keep(found, Mention(normalise(keyword), "phrase", keyword))
        if self.materials:
            for piece in pieces:
                for mention in material_mentions(piece):
                    _keep(found, mention)
        for piece in pieces:
            plain = _FIELD.sub(";", piece) if piece in publication.passages else piece
            for phrase in noun_phrases(plain):
                start = max(piece.find(phrase), 0)
                _keep(found, Mention(normalise(phrase), "phrase", snippet(piece, start, start + len(phrase))))
        return list(found.values())[: self.most]


def _keep(found: dict[str, Mention], mention: Mention) -> None:
    known = lexicon_name(mention.keyword)
    name = known[1] if known else mention.keyword
    if name and name not in found:
        found[name] = Mention(name, keyword_kind(name), mention.passage, mention.score)
