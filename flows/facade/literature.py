"""Publications and the keyword graph in Python."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypograph.flows.facade.frames import Rows
from hypograph.models.core.errors import InputError
from hypograph.models.core.records import Publication

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd


@dataclass(frozen=True)
class Papers(Sequence[Publication]):
    """Publications that were read.

    Attributes
    ----------
    publications
        Each once, in the order of the files.
    problems
        What could not be read, a sentence each with file and row.
    notes
        How the files were understood.
    """

    publications: tuple[Publication, ...]
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.publications)

    def __iter__(self) -> Iterator[Publication]:
        return iter(self.publications)

    def __getitem__(self, key: Any) -> Any:
        return self.publications[key]

    def to_dataframe(self) -> pd.DataFrame:
        """Return title, year, venue, DOI and citations of each, indexed by key."""
        import pandas as pd

        columns = ("key", "title", "year", "venue", "doi", "citations")
        rows = [{c: getattr(p, c) for c in columns} for p in self.publications]
        return pd.DataFrame(rows, columns=list(columns)).set_index("key")

    def _repr_html_(self) -> str:
        from html import escape

        problems = "".join(f"<li>{escape(p)}</li>" for p in self.problems)
        return f"{self.to_dataframe().to_html(escape=True, max_rows=20)}<ul>{problems}</ul>"


def read_publications(*paths: Path | str) -> Papers:
    """Read publications from exports of reference managers and services, PDFs, or folders of them.

    The content of a file tells its format: Web of Science, PubMed, EndNote, RIS, BibTeX, CSL-JSON, Crossref, OpenAlex,
    Semantic Scholar, JATS and others.

    Parameters
    ----------
    *paths
        Files or folders.

    Returns
    -------
    Papers
        Each publication once, with what could not be read.

    Raises
    ------
    MissingFileError
        If a file is not there.
    InputError
        If a file is of no known format.

    Examples
    --------
    >>> import hypograph as hg, pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "mine.bib"
    >>> _ = path.write_text("@article{a, title={Annealing of CoCrFeNi}, author={Doe, Jane}, year={2021}}")
    >>> [p.title for p in hg.read_publications(path)]
    ['Annealing of CoCrFeNi']
    """
    from hypograph.flows.readers.publications.duplicates import deduplicate
    from hypograph.flows.readers.publications.registry import read_publications as read

    if not paths:
        raise InputError("no file is named", where="read_publications", expected="one or more files or folders")
    reports = [read(Path(p)) for p in paths]
    found = [p for r in reports for p in r.publications]
    return Papers(
        tuple(deduplicate(found) if len(reports) > 1 else found),
        tuple(t for r in reports for t in r.problems),
        tuple(t for r in reports for t in r.notes),
    )


@dataclass(frozen=True)
class KeywordGraph:
    """A weighted graph of keywords, and keyword sets that are promising and not yet explored.

    Attributes
    ----------
    publications
        What it was built from.
    n_keywords, n_edges, n_pairs
        Keywords, pairs of them that stand out, and pairs that stand together in a publication.
    note
        What the potential of keyword sets rests on.
    seed, significance
        As `from_publications` takes them.

    Examples
    --------
    >>> import hypograph as hg
    >>> from hypograph.flows.readers.publications.registry import hea_literature
    >>> graph = hg.KeywordGraph.from_publications(hea_literature(limit=120))
    >>> graph.n_keywords > 20
    True
    >>> len(graph.inspire(n=3)) <= 3
    True
    """

    publications: tuple[Publication, ...]
    n_keywords: int
    n_edges: int
    note: str = ""
    seed: int = 0
    n_pairs: int = 0
    significance: float = 0.05

    @classmethod
    def from_publications(
        cls, publications: Sequence[Publication], *, seed: int = 0, significance: float = 0.05
    ) -> KeywordGraph:
        """Build the graph.

        Parameters
        ----------
        publications
            What `read_publications` gave, or any publications.
        seed
            Seed of communities and of the search for sets.
        significance
            Pairs of keywords below it are edges; 1 keeps all, as a small corpus may need.

        Raises
        ------
        InputError
            If there is no publication.
        """
        chosen = tuple(publications)
        found = _outcome(chosen, seed, 1, "", level=significance)
        return cls(chosen, found.keywords, found.edges, found.note, seed, found.pairs, significance)

    def inspire(self, topic: str = "", n: int = 10) -> Rows[Any]:
        """Propose keyword sets, best first.

        Parameters
        ----------
        topic
            Keywords of which every set holds one, parted by commas.
        n
            Sets wanted.

        Raises
        ------
        InputError
            If the topic names nothing in the corpus.
        """
        found = _outcome(self.publications, self.seed, n, topic, level=self.significance).sets
        return Rows(found, [{**asdict(s), "keywords": ", ".join(s.keywords)} for s in found])

    def to_networkx(self) -> nx.Graph:
        """Return the graph with weights of association on its edges, and the number of publications on its nodes."""
        import networkx as nx

        store = _Kept()
        _outcome(self.publications, self.seed, 1, "", store, fresh=True, level=self.significance)
        graph = nx.Graph()
        graph.add_nodes_from(
            (n.key, {k: v for k, v in n.props.items() if isinstance(v, str | int | float)})
            for n in store.nodes
            if n.label == "Keyword"
        )
        graph.add_edges_from((e.start[1], e.end[1], dict(e.props)) for e in store.edges if e.type == "CO_OCCURS")
        return graph

    def __repr__(self) -> str:
        edges = f"{self.n_edges} edges of {self.n_pairs} pairs"
        return f"KeywordGraph({len(self.publications)} publications, {self.n_keywords} keywords, {edges})"

    def _repr_html_(self) -> str:
        """Show the counts and what the potential of sets rests on."""
        from html import escape

        return f"<p>{escape(repr(self))}</p><p>{escape(self.note)}</p>"


class _Kept:
    """A store in memory that keeps what units write."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.edges: list[Any] = []

    def commit(self, unit: Any) -> bool:
        self.nodes += unit.outcome.nodes
        self.edges += unit.outcome.edges
        return True

    def has_unit(self, key: str) -> bool:
        return False


def _outcome(
    publications: tuple[Publication, ...],
    seed: int,
    sets: int,
    topic: str,
    store: Any = None,
    *,
    fresh: bool = False,
    level: float = 0.05,
) -> Any:
    import tempfile

    from hypograph.flows.literature.inspire import NoStore
    from hypograph.flows.literature.units import literature_units
    from hypograph.flows.runtime.settings import load_settings
    from hypograph.flows.runtime.units import UnitRunner

    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) if fresh else load_settings().home / "units" / "without-store"
        runner = UnitRunner(store or NoStore(), kept)
        return literature_units(runner, publications, sets=sets, topic=topic, seed=seed, level=level)
