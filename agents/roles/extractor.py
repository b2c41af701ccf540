"""The extractor of keywords and relations over a language model."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field

from hypograph.agents.roles.judgement import Role
from hypograph.models.core.protocols import RELATION_KINDS, Mention, Related
from hypograph.models.core.records import Publication
from hypograph.models.literature.keywords.extraction import pieces
from hypograph.models.literature.keywords.relations import stands_there

MOST = 10  # keywords, and relations, of one publication


def _first(value: Any) -> Any:
    """Keep the first of what is too much, instead of dropping the whole answer."""
    return value[:MOST] if isinstance(value, list) else value


class _Keyword(BaseModel):
    keyword: str
    kind: Literal["material", "process", "property", "phrase"]
    sentence: str


class _Keywords(BaseModel):
    keywords: Annotated[list[_Keyword], BeforeValidator(_first)] = Field(max_length=MOST)


class _Relation(BaseModel):
    first: str
    relation: str
    second: str
    sentence: str


class _Relations(BaseModel):
    relations: Annotated[list[_Relation], BeforeValidator(_first)] = Field(max_length=MOST)


class ModelExtractor(Role):
    """Finds keywords and relations; what does not stand in the text word for word is dropped.

    A text that is longer than the model is shown at once is read in sections of whole sentences; a section whose answer
    cannot be used leaves the others.
    """

    role = "extractor"

    def extract(self, publication: Publication) -> list[Mention]:
        """Return mentions in the order of the answers, each keyword once."""
        found: dict[str, Mention] = {}
        for text in self._sections(publication):
            answer = self._gateway.ask(self._question(_Keywords, "extract", text=text))
            for k in answer.value.keywords if answer.value else ():
                if k.keyword and k.sentence and k.sentence in text and k.keyword.lower() in k.sentence.lower():
                    found.setdefault(k.keyword.lower(), Mention(k.keyword, k.kind, k.sentence))
        return list(found.values())

    def relate(self, publication: Publication) -> list[Related]:
        """Return relations in the order of the answers, without those that do not stand there."""
        kinds = ", ".join(RELATION_KINDS)
        found: dict[tuple[str, str, str], Related] = {}
        for text in self._sections(publication):
            answer = self._gateway.ask(self._question(_Relations, "extract_relations", text=text, kinds=kinds))
            for r in answer.value.relations if answer.value else ():
                row = Related(r.first, r.relation, r.second, r.sentence)
                if stands_there(row, publication):
                    found.setdefault((r.first.lower(), r.relation, r.second.lower()), row)
        return list(found.values())

    def _sections(self, publication: Publication) -> list[str]:
        """Cut a publication into texts that fit one prompt; one text where it fits as a whole."""
        whole = "\n".join([publication.title, publication.abstract, *publication.passages])
        if len(whole) <= self._longest:
            return [whole]
        sections: list[str] = []
        for piece in pieces(publication):
            if sections and len(sections[-1]) + len(piece) < self._longest:
                sections[-1] += f" {piece}"
            else:
                sections.append(piece[: self._longest])
        return sections
