"""Documents of the literature: corpora, keywords, keyword sets, potential."""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict

from hypograph.models.core.documents.figures import Spending, Value


class ListedPaper(TypedDict):
    """A publication of a corpus, as plain values; None where nothing is known."""

    key: str
    title: str
    year: int | None
    doi: str | None
    venue: str | None
    abstract: str
    authors: list[str]
    citations: float | None
    keywords: list[str]
    retracted: bool
    references: list[str]
    ids: list[str]
    version_of: str | None
    source: str | None


class Listed(TypedDict):
    """`literature list`: publications of a corpus in order of keys; `total` before the limit."""

    corpus: str
    publications: list[ListedPaper]
    total: int


class Found(Listed):
    """`literature search`: publications that hold all of the words, or where none does some of them."""

    matched: str


class ShownPaper(Listed):
    """`literature show`: one publication with its passages, and what of the corpus it cites and is cited by."""

    passages: list[str]
    cites: list[str]
    cited_by: list[str]


class YearRow(TypedDict):
    """Publications of a year, and up to it."""

    year: int
    publications: int
    total: int


class Years(TypedDict):
    """`literature years`: how a corpus grew."""

    corpus: str
    years: list[YearRow]
    without_year: int


class MentionRow(TypedDict):
    """A keyword of a publication: canonical, as a reader writes it, and the passage where it stands."""

    keyword: str
    name: str
    kind: str
    passage: str
    score: float


class RelationRow(TypedDict):
    """A relation between two keywords, and the passage that states it."""

    first: str
    relation: str
    second: str
    passage: str
    first_name: str
    second_name: str


class ExtractedPaper(TypedDict):
    """What an extractor found in a publication; `key` is its DOI where there is one."""

    key: str
    title: str
    mentions: list[MentionRow]
    relations: list[RelationRow]


class ExtractedDocument(TypedDict):
    """`literature extract`: keywords and relations whose passage is verbatim.

    `dropped` counts those without one, `saved` the publications whose extraction is kept beside the corpus.
    """

    extractor: str
    publications: list[ExtractedPaper]
    kept: int
    dropped: int
    saved: NotRequired[int | None]


class Built(TypedDict):
    """`literature build`: what stands in the graph; `pairs` occur together, `replaced` names the corpus before."""

    publications: int
    keywords: int
    edges: int
    pairs: int
    merges: int
    note: str
    corpus: str
    replaced: str | None
    graph_hash: str


class NearPaper(TypedDict):
    """A publication, and how similar it is."""

    publication: str
    similarity: float


class TiedPair(TypedDict):
    """A pair of a set that a publication holds together: a passage with both, else one with each; how many do."""

    publication: str
    pair: list[str]
    passage: NotRequired[str]
    passages: NotRequired[list[str]]
    publications: int


class InspiringSet(TypedDict):
    """A set of keywords with its potential and novelty, why it stands there, and the publications nearest to it."""

    keywords: list[str]
    potential: float
    novelty: float
    because: list[str]
    nearest: list[NearPaper]
    statement: str
    evidence: list[TiedPair]


class TopicPart(TypedDict):
    """A part of the topic: which keywords it names, or the nearest where it names none."""

    asked: str
    keywords: list[str]
    nearest: list[str]


class Inspired(TypedDict):
    """`literature inspire`: sets of keywords, best first; `entropy` over communities, `note` on the score."""

    sets: list[InspiringSet]
    entropy: float
    note: str
    topic: list[TopicPart]
    publications: int


class CitationRow(TypedDict):
    """A passage that an answer cites as [n]."""

    n: int
    publication: str
    title: str
    passage: str


class PassageFound(TypedDict):
    """A passage of a publication."""

    publication: str
    text: str


class SaidSentence(TypedDict):
    """A sentence of an answer, and the numbers of the passages that it cites."""

    text: str
    cites: list[int]


class Answered(TypedDict):
    """An answer from a corpus with citations; `answered` is false where no passage carries one."""

    question: str
    answer: str
    sentences: list[SaidSentence]
    answered: bool
    citations: list[CitationRow]
    passages: list[PassageFound]


class NamedPaper(TypedDict):
    """A paper by its title, authors, year and venue."""

    key: str
    title: str
    authors: list[str]
    year: int | None
    venue: str
    doi: str


class Asked(Answered):
    """`literature ask`: an answer from the corpus, and the papers that its passages are from."""

    papers: list[NamedPaper]


class AskedModel(Asked):
    """The same where a language model may have been asked; `llm` says what that took."""

    llm: Spending | None


class KeyphraseMethod(TypedDict):
    """Macro F1 of a method's first five and ten keyphrases."""

    method: str
    f1_at_5: float
    f1_at_10: float
    seconds: float


class Keyphrases(TypedDict):
    """`literature keyphrases`: methods on a gold standard."""

    documents: int
    methods: list[KeyphraseMethod]


class LabelFigures(TypedDict):
    """How well papers of one label are told apart: AUROC by method, calibration error of ours."""

    label: str
    positives: int
    n: int
    auroc: dict[str, Value | None]
    ece: dict[str, float]


class KeywordCounts(TypedDict):
    """Distinct keywords, and the most of one paper."""

    distinct: int
    most_per_paper: int


class EvaluationSeconds(TypedDict):
    """Seconds for the keywords, and in all."""

    keywords: float
    all: float


class LiteratureEvaluation(TypedDict):
    """`literature evaluate`: papers of the test years scored by models of earlier ones."""

    papers: int
    test_years: list[int]
    labels: list[LabelFigures]
    keywords: KeywordCounts
    seconds: EvaluationSeconds
    problems: NotRequired[int]
