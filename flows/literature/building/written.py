"""What the graph holds of each publication, and a hash of it, so that only what changed is written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hypograph.flows.literature.extract import text_hash
from hypograph.graph.records.literature import mention_edges, publication_node, relation_edges
from hypograph.models.core.protocols import Mention
from hypograph.models.core.records import Edge, Publication
from hypograph.models.literature.graph.bibliographic import citation_links
from hypograph.models.literature.keywords.extracted import Extracted
from hypograph.models.literature.keywords.extraction import passage_of

if TYPE_CHECKING:
    from hypograph.flows.literature.units import Prepared


@dataclass(frozen=True)
class Written:
    """A publication as the graph has it: its keywords, their passages (worked out only when written), its relations.

    Attributes
    ----------
    names
        Its keywords that the graph keeps.
    materials
        Passages of material terms, as reading found them: (keyword, kind, passage).
    extracted
        What an extractor found in it, or None.
    related
        Relationships between keywords that stand in it.
    """

    publication: Publication
    names: Sequence[str]
    materials: Sequence[Sequence[Any]]
    extracted: Extracted | None
    related: Sequence[Edge]

    def edges(self) -> Iterator[Edge]:
        """Yield its relations, and its mentions with their passages."""
        yield from self.related
        told = self.extracted.passages if self.extracted else {}
        passages = told | {name: passage for name, _, passage in self.materials}
        mentions = [Mention(n, "", passages.get(n) or passage_of(self.publication, n)) for n in self.names]
        yield from mention_edges(self.publication, mentions)

    def inputs(self) -> list[object]:
        """Return everything that its records depend on."""
        told = self.extracted.passages if self.extracted else {}
        related = [(e.start[1], e.end[1], e.key, dict(e.props)) for e in self.related]
        props = dict(publication_node(self.publication).props)
        return [props, list(self.names), text_hash(self.publication), dict(told), related]


def written_of(prepared: Prepared, i: int, kept: Collection[str]) -> Written:
    """Return what is written of publication number `i`; `kept` are the keywords of the graph."""
    publication = prepared.chosen[i]
    found = prepared.extracted.get(publication.key)
    related = relation_edges(found, kept, prepared.renamed) if found else []
    names = [name for name in prepared.keywords[i] if name in kept]
    return Written(publication, names, prepared.read[i]["materials"], found, related)


def citation_edges(publications: Sequence[Publication]) -> list[Edge]:
    """Join each publication to those of the same corpus that it cites."""
    return [Edge("CITES", ("Publication", a), ("Publication", b), {}) for a, b in citation_links(publications)]


def short_hash(value: object) -> str:
    """Hash plain values (JSON) into 16 hexadecimal digits."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
