"""The extractor of keywords and relations over a language model."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field

from hypograph.agents.roles.judgement import Role
from hypograph.models.core.protocols import RELATION_KINDS, Mention, Related
from hypograph.models.core.records import Publication
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
    """Finds keywords; what does not stand in the text word for word is dropped."""

    role = "extractor"

    def extract(self, publication: Publication) -> list[Mention]:
        """Return mentions in the order of the answer."""
        text = "\n".join([publication.title, publication.abstract, *publication.passages])
        answer = self._gateway.ask(self._question(_Keywords, "extract", text=text))
        if answer.value is None:
            return []
        return [
            Mention(k.keyword, k.kind, k.sentence)
            for k in answer.value.keywords
            if k.keyword and k.sentence and k.sentence in text and k.keyword.lower() in k.sentence.lower()
        ]

    def relate(self, publication: Publication) -> list[Related]:
        """Return relations in the order of the answer, without those that do not stand there."""
        text = "\n".join([publication.title, publication.abstract, *publication.passages])
        kinds = ", ".join(RELATION_KINDS)
        answer = self._gateway.ask(self._question(_Relations, "extract_relations", text=text, kinds=kinds))
        found = answer.value.relations if answer.value else []
        rows = [Related(r.first, r.relation, r.second, r.sentence) for r in found]
        return [row for row in rows if stands_there(row, publication)]
