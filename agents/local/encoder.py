"""Sentence embeddings from a small BERT model's files, in NumPy: no server, no deep-learning framework.

Reads what sentence-transformers publishes (``model.safetensors``, ``vocab.txt``, ``config.json``), from a folder, or
from a ZIP file or wheel that holds one; nothing in it is run. Made for all-MiniLM-L6-v2: mean pooling, unit vectors.
"""

from __future__ import annotations

import json
import struct
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hypograph.models.core.errors import InputError, MissingFileError
from hypograph.models.core.keys import digest

Array = NDArray[np.float32]
FILES: Final = ("model.safetensors", "vocab.txt", "config.json")
LONGEST, BATCH = 256, 2048
_TYPES: Final = {"F32": np.float32, "F16": np.float16}


@dataclass(frozen=True)
class SentenceEncoder:
    """Texts to unit vectors.

    Parameters
    ----------
    weights
        Tensors by name, as published.
    vocabulary
        Number of each word piece.
    heads, epsilon
        Attention heads, and the constant of the layer norms.
    name
        The model's name with a hash of its words and shape.
    """

    weights: dict[str, Array]
    vocabulary: dict[str, int]
    heads: int
    epsilon: float
    name: str

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return unit vectors, shape ``(len(texts), d)``; texts are cut off at 256 word pieces."""
        pieces = [self.tokens(t) for t in texts]
        order = sorted(range(len(texts)), key=lambda i: len(pieces[i]))
        width = self.weights["embeddings.word_embeddings.weight"].shape[1]
        found = np.zeros((len(texts), width))
        start = 0
        while start < len(order):
            # As many texts at once as fill a batch with their word pieces.
            stop = start + 1
            while stop < len(order) and len(pieces[order[stop]]) * (stop + 1 - start) <= BATCH:
                stop += 1
            found[order[start:stop]] = self._encode([pieces[i] for i in order[start:stop]])
            start = stop
        return found

    def tokens(self, text: str) -> list[int]:
        """Numbers of a text's word pieces, with the marks of start and end (BERT, uncased)."""
        known = self.vocabulary
        inner = [n for word in _words(text) for n in self._pieces(word)]
        return [known["[CLS]"], *inner[: LONGEST - 2], known["[SEP]"]]

    def _pieces(self, word: str) -> list[int]:
        """Longest pieces first; a word that cannot be put together is unknown."""
        found, start = [], 0
        while start < len(word):
            for end in range(len(word), start, -1):
                number = self.vocabulary.get(("##" if start else "") + word[start:end])
                if number is not None:
                    found.append(number)
                    start = end
                    break
            else:
                return [self.vocabulary["[UNK]"]]
        return found if len(word) <= 100 else [self.vocabulary["[UNK]"]]

    def _encode(self, pieces: Sequence[Sequence[int]]) -> Array:
        size = max(len(p) for p in pieces)
        ids = np.zeros((len(pieces), size), np.int64)
        held = np.zeros((len(pieces), size), bool)
        for i, row in enumerate(pieces):
            ids[i, : len(row)], held[i, : len(row)] = row, True
        w = self.weights
        x = w["embeddings.word_embeddings.weight"][ids] + w["embeddings.position_embeddings.weight"][:size]
        x = self._norm(x + w["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        mask = np.where(held, 0.0, -1e9).astype(np.float32)[:, None, None, :]
        for layer in range(self.layers):
            x = self._layer(x, f"encoder.layer.{layer}", mask)
        pooled = (x * held[:, :, None]).sum(axis=1) / held.sum(axis=1, keepdims=True)
        return np.asarray(pooled / np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), 1e-12))

    @cached_property
    def layers(self) -> int:
        """Layers of the encoder."""
        return 1 + max(int(n.split(".")[2]) for n in self.weights if n.startswith("encoder.layer."))

    def _layer(self, x: Array, at: str, mask: Array) -> Array:
        batch, size, width = x.shape

        def split(name: str) -> Array:
            parts = self._linear(x, f"{at}.attention.self.{name}").reshape(batch, size, self.heads, -1)
            return parts.transpose(0, 2, 1, 3)

        query, key, value = split("query"), split("key"), split("value")
        scores = query @ key.transpose(0, 1, 3, 2) / np.float32(np.sqrt(width / self.heads)) + mask
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        mixed = (scores / scores.sum(axis=-1, keepdims=True)) @ value
        mixed = mixed.transpose(0, 2, 1, 3).reshape(batch, size, width)
        x = self._norm(x + self._linear(mixed, f"{at}.attention.output.dense"), f"{at}.attention.output.LayerNorm")
        inner = _gelu(self._linear(x, f"{at}.intermediate.dense"))
        return self._norm(x + self._linear(inner, f"{at}.output.dense"), f"{at}.output.LayerNorm")

    def _linear(self, x: Array, at: str) -> Array:
        return np.asarray(x @ self.weights[f"{at}.weight"].T + self.weights[f"{at}.bias"])

    def _norm(self, x: Array, at: str) -> Array:
        centred = x - x.mean(axis=-1, keepdims=True)
        spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + self.epsilon)
        return np.asarray(centred / spread * self.weights[f"{at}.weight"] + self.weights[f"{at}.bias"], np.float32)


def _gelu(x: Array) -> Array:
    """Multiply by the exact normal distribution function: x · Φ(x) (Hendrycks & Gimpel 2016, arXiv 1606.08415)."""
    from scipy.special import erf

    return np.asarray(0.5 * x * (1.0 + erf(x / np.float32(np.sqrt(2.0)))), np.float32)


def _words(text: str) -> Iterator[str]:
    """Lower case without accents, parted at white space and around each mark of punctuation."""
    plain = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(c) != "Mn")
    word = ""
    for c in plain:
        mark = not c.isalnum() and not c.isspace()
        if c.isspace() or mark:
            if word:
                yield word
            word = ""
            if mark and unicodedata.category(c) not in {"Cc", "Cf"}:
                yield c
        else:
            word += c
    if word:
        yield word


def load_encoder(path: Path) -> SentenceEncoder:
    """Read a sentence encoder.

    Parameters
    ----------
    path
        A folder with `FILES`, or a ZIP file or wheel that holds such a folder at any depth.

    Raises
    ------
    MissingFileError
        If nothing is there.
    InputError
        If a file is missing in it, or cannot be read as such a model.
    """
    if not (path.is_file() or path.is_dir()):  # a device may have no end
        raise MissingFileError("no such file or folder", where=str(path))
    try:
        files = _read(path)
        config, weights = json.loads(files["config.json"]), _tensors(files["model.safetensors"])
        words = files["vocab.txt"].decode("utf-8").splitlines()
        vocabulary = {word: i for i, word in enumerate(words)}
        shapes = sorted((name, list(w.shape)) for name, w in weights.items())
        name = f"{config.get('_name_or_path') or path.stem} {digest(words, shapes, length=12)}"
        encoder = SentenceEncoder(weights, vocabulary, config["num_attention_heads"], config["layer_norm_eps"], name)
        encoder(["test"])
    except (ValueError, KeyError, StopIteration, struct.error, zipfile.BadZipFile, OSError) as error:
        raise InputError(
            f"this is no sentence encoder ({type(error).__name__}: {error})", where=str(path), expected=", ".join(FILES)
        ) from error
    return encoder


def _read(path: Path) -> dict[str, bytes]:
    if path.is_dir():
        return {name: (path / name).read_bytes() for name in FILES}
    with zipfile.ZipFile(path) as packed:
        # The folder of the weights: other folders may hold files of the same names.
        home = next(PurePosixPath(n).parent for n in packed.namelist() if PurePosixPath(n).name == FILES[0])
        return {name: packed.read(str(home / name)) for name in FILES}


def _tensors(content: bytes) -> dict[str, Array]:
    """Read safetensors: the length of a JSON header, the header, then the numbers."""
    (size,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + size])
    found = {}
    for name, entry in header.items():
        if name == "__metadata__" or entry["dtype"] not in _TYPES:
            continue
        begin, end = (8 + size + n for n in entry["data_offsets"])
        flat = np.frombuffer(content[begin:end], _TYPES[entry["dtype"]])
        found[name.removeprefix("bert.")] = flat.reshape(entry["shape"]).astype(np.float32)
    return found
