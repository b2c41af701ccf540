"""Read gold keyphrases from a folder or ZIP file and measure extraction on them."""

from __future__ import annotations

import re
import time
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Final

from hypograph.models.core.documents.literature import KeyphraseMethod, Keyphrases
from hypograph.models.core.errors import InputError, MissingFileError
from hypograph.models.literature.inspiration.passages import Embed
from hypograph.models.literature.keywords.gold_standard import ByMeaning, GoldDocument, Method, TfIdf, macro_f1, ours

Say = Callable[[str], None]
_SENTENCE_ENDS: Final = re.compile(r"[.!?]\s+[A-Z]")


def read_gold(path: Path) -> list[GoldDocument]:
    """Read documents (``docsutf8/NAME.txt``) and their keyphrases (``keys/NAME.key``, one a line).

    The title is the first line with the indented lines that follow it; without such lines it is the first
    line. A text of one line with several sentences is a paragraph without a title.

    Parameters
    ----------
    path
        A folder or a ZIP file; the two folders may lie at any depth.

    Returns
    -------
    list of GoldDocument
        In order of names; documents without a key file are left out.

    Raises
    ------
    MissingFileError
        If nothing is at `path`.
    InputError
        If it is neither folder nor ZIP file, or holds no document with keyphrases.
    """
    if not path.exists():
        raise MissingFileError("no such file or folder", where=str(path))
    files = _zip_texts(path) if path.is_file() else _folder_texts(path)
    texts = {PurePosixPath(n).stem: t for n, t in files.items() if n.lower().endswith(".txt") and _in_documents(n)}
    keys = {PurePosixPath(n).stem: t for n, t in files.items() if n.lower().endswith(".key")}
    documents = []
    for name in sorted(texts):
        gold = tuple(" ".join(line.split()) for line in keys.get(name, "").splitlines() if line.strip())
        if gold:
            documents.append(GoldDocument(name, *_title_and_body(texts[name]), gold))
    if not documents:
        raise InputError(
            "no document with keyphrases",
            where=str(path),
            expected="folders docsutf8 (NAME.txt) and keys (NAME.key)",
        )
    return documents


def _in_documents(name: str) -> bool:
    folder = PurePosixPath(name).parent.name.lower()
    return folder.startswith("docs") or folder in {"texts", "abstracts"}


def _zip_texts(path: Path) -> dict[str, str]:
    try:
        with zipfile.ZipFile(path) as file:
            names = [n for n in file.namelist() if n.lower().endswith((".txt", ".key"))]
            return {n: file.read(n).decode("utf-8", errors="replace") for n in names}
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError) as error:
        raise InputError(f"this is no readable ZIP file ({error})", where=str(path)) from error


def _folder_texts(path: Path) -> dict[str, str]:
    found = [p for p in sorted(path.rglob("*")) if p.suffix.lower() in {".txt", ".key"} and p.is_file()]
    return {p.relative_to(path.parent).as_posix(): p.read_text("utf-8", errors="replace") for p in found}


def _title_and_body(text: str) -> tuple[str, str]:
    lines = text.lstrip("\ufeff").splitlines()
    stop = 1
    while stop < len(lines) and lines[stop][:1] in {"\t", " "}:
        stop += 1
    flat = [" ".join(line.split()) for line in lines]
    if stop >= len(lines) and _SENTENCE_ENDS.search(" ".join(flat)):
        return "", " ".join(flat).strip()
    return " ".join(flat[:stop]).strip(), " ".join(flat[stop:]).strip()


def _yake() -> Method | None:
    """YAKE where it is installed; it is a comparison, not a dependency."""
    try:
        import yake
    except ImportError:
        return None
    extractor = yake.KeywordExtractor(lan="en", n=3, dedupLim=0.9, top=20)
    return lambda title, body: [phrase for phrase, _ in extractor.extract_keywords(f"{title}. {body}")]


def evaluate_keyphrases(
    path: Path,
    *,
    baselines: bool = True,
    embed: Embed | None = None,
    sample: int | None = None,
    say: Say = lambda text: None,
) -> Keyphrases:
    """Measure keyphrases on a gold standard, ours beside TF-IDF and YAKE.

    Parameters
    ----------
    path
        Folder or ZIP file, as for `read_gold`.
    baselines
        Also run the baselines; YAKE takes most of the time.
    embed
        Maps texts to unit vectors: ours is also measured with embeddings.
    sample
        Documents to measure on, evenly over those in order of names; None for all.
    say
        Called with a line of progress.

    Returns
    -------
    dict
        The document of `hypograph literature keyphrases`.

    Raises
    ------
    InputError
        As for `read_gold`.
    """
    documents = read_gold(path)
    if sample is not None and sample < len(documents):
        documents = [documents[i * len(documents) // sample] for i in range(sample)]
    methods: dict[str, Method] = {"ours": ours}
    if embed is not None:
        methods["ours_embeddings"] = ByMeaning(embed)
    if baselines:
        methods["tfidf"] = TfIdf(documents)
        yake = _yake()
        if yake is None:
            say("YAKE is not installed: left out (pip install 'hypograph[yake]')")
        else:
            methods["yake"] = yake
    rows: list[KeyphraseMethod] = []
    for name, method in methods.items():
        began = time.monotonic()
        five, ten = macro_f1(documents, method)
        rows.append({"method": name, "f1_at_5": five, "f1_at_10": ten, "seconds": round(time.monotonic() - began, 3)})
        say(f"{name}: F1@5 {five:.3f}, F1@10 {ten:.3f}")
    return {"documents": len(documents), "methods": rows}
