"""Bytes of a file as text: encodings that spreadsheets and instruments write, and a refusal of what is no text."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Sequence
from typing import Final

from hypograph.models.core.errors import InputError

LARGEST: Final = 4_000_000_000  # bytes after unpacking: a table beyond this does not fit the memory it needs
_MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_BINARY: Final = (
    (b"SQLite format 3\x00", "a SQLite database"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"PAR1", "a Parquet file"),
    (b"\x89HDF", "an HDF5 file"),
    (b"BZh", "a compressed file"),
    (b"\xfd7zXZ", "a compressed file"),
    (b"7z\xbc\xaf", "a compressed file"),
    (b"Rar!", "a compressed file"),
    (b"PK\x03\x04", "a zip archive"),
    (b"\x7fELF", "a program"),
)
_EXPECTED: Final = "a table: .csv, .tsv, .txt, .xlsx, .ods or .xls"
_CONTROL: Final = bytes(set(range(32)) - {9, 10, 11, 12, 13, 27})


def unpacked(data: bytes, where: str) -> bytes:
    """Return the bytes without gzip's packing, where there is one.

    Raises
    ------
    InputError
        If the packing is broken, or what is in it is too large.
    """
    if not data.startswith(b"\x1f\x8b"):
        return data
    try:
        with gzip.open(io.BytesIO(data)) as file:
            found = file.read(LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError("the compressed file is broken", where=where, hint="Fetch or export it again.") from error
    if len(found) > LARGEST:
        raise InputError("the unpacked file is too large", where=where, expected=f"at most {LARGEST:,} bytes")
    return found


def decoded(data: bytes, where: str) -> tuple[str, Sequence[str]]:
    """Return a file's text, and notes on the encoding where it is not plain UTF-8.

    UTF-8 with or without mark and UTF-16 are certain. Anything else is read as Windows writes it (cp1252); where
    that gives mostly accented letters, charset-normalizer is asked.

    Raises
    ------
    InputError
        If the file is not text.
    """
    for head, name in _BINARY:
        if data.startswith(head):
            raise InputError(f"not a table: this is {name}", where=where, expected=_EXPECTED)
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strict(data, encoding, where), ()
    if (unmarked := _unmarked_utf16(data)) is not None:
        return _strict(data, unmarked, where), [f"read as {unmarked} without a mark"]
    if len(data) - len(data.translate(None, _CONTROL)):
        raise InputError("not a table: this is no text", where=where, expected=_EXPECTED)
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError:
        return _eight_bit(data, where)


def _strict(data: bytes, encoding: str, where: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(f"the text is broken ({encoding})", where=where, hint="Export it again as UTF-8.") from error
    if "\x00" in text:
        raise InputError("not a table: this is no text", where=where, expected=_EXPECTED)
    return text


def _unmarked_utf16(data: bytes) -> str | None:
    """Tell UTF-16 without a mark by the zero bytes at every second place."""
    head = data[:4096]
    if len(head) < 4 or len(data) % 2 or b"\x00" not in head:
        return None
    even, odd = head[0::2].count(0) / len(head[0::2]), head[1::2].count(0) / len(head[1::2])
    if odd > 0.6 and even < 0.1:
        return "utf-16-le"
    return "utf-16-be" if even > 0.6 and odd < 0.1 else None


def _eight_bit(data: bytes, where: str) -> tuple[str, Sequence[str]]:
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        text = ""
    letters = [c for c in text[:100_000] if c.isalpha()]
    foreign = sum(not c.isascii() for c in letters)
    if text and foreign <= 0.3 * len(letters):
        return text, ["not UTF-8: read as Windows writes it (cp1252)"]
    from charset_normalizer import from_bytes

    best = from_bytes(data[:200_000]).best()
    if best is None:
        raise InputError("the encoding is not known", where=where, hint="Save the file as UTF-8.")
    try:
        text = data.decode(best.encoding)
    except UnicodeDecodeError as error:
        raise InputError("the encoding is not known", where=where, hint="Save the file as UTF-8.") from error
    return text, [f"not UTF-8: read as {best.encoding}; save it as UTF-8 if names look wrong"]
