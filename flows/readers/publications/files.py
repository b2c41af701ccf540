"""Files of publications as bytes and text: packing, encodings, the head by which a format is told."""

from __future__ import annotations

import codecs
import contextlib
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final, cast

HEAD: Final = 1 << 16  # bytes by which a format is told
_ODD: Final = re.compile("(?<=[A-Za-z])[†‡•ŠŽŸ‰‹›¤€™…ƒ„˜¨©«¬®°±²³´¶·¸¹º»¼½¾¿](?=[a-z])")
_GZIP: Final = b"\x1f\x8b"


def open_bytes(path: Path) -> IO[bytes]:
    """Open a file, through gzip where it is packed or its name says so."""
    with path.open("rb") as file:
        packed = file.read(2) == _GZIP
    if packed or path.name.lower().endswith(".gz"):
        return cast("IO[bytes]", gzip.open(path, "rb"))
    return path.open("rb")


def read_head(path: Path) -> bytes:
    """Return the first bytes of a file, unpacked; what can be read of it where the packing is broken."""
    with open_bytes(path) as file:
        head = b""
        with contextlib.suppress(EOFError, zlib.error, gzip.BadGzipFile):
            while len(head) < HEAD and (part := file.read(4096)):
                head += part
        return head


def head_text(head: bytes) -> str:
    """Return the head of a file as text, for telling its format only."""
    if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return head.decode("utf-16", "replace")
    for encoding in ("utf-16-le", "utf-16-be"):
        if _unmarked(head) == encoding:
            return head.decode(encoding, "replace")
    return head.decode("utf-8-sig", "replace")


@contextlib.contextmanager
def open_text(path: Path) -> Iterator[io.TextIOWrapper]:
    """Open a file as text; a byte order mark is dropped.

    The encoding is UTF-8, UTF-16 (with its mark or seen by its zeros), or what charset-normalizer finds where the
    bytes are no UTF-8 and hold no character of it either. Single bytes that are no UTF-8 come as lone surrogates, so
    that the record they stand in can be named.
    """
    with contextlib.ExitStack() as stack:
        with open_bytes(path) as first:
            encoding = encoding_of(first)
        raw = stack.enter_context(open_bytes(path))
        errors = "surrogateescape" if encoding == "utf-8-sig" else "replace"
        yield stack.enter_context(io.TextIOWrapper(raw, encoding=encoding, errors=errors, newline=""))


def encoding_of(file: IO[bytes]) -> str:
    """Tell the encoding of a file from all its bytes."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    known, start = False, b""
    try:
        while part := file.read(1 << 20):
            if not start:
                start = part
                if part[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
                    return "utf-16"
                if unmarked := _unmarked(part[:HEAD]):
                    return unmarked
            known = known or not decoder.decode(part).isascii()
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        data = bytes(error.object)
        return "utf-8-sig" if known or _is_mostly_utf8(data) else _guessed(data[:HEAD])
    except (OSError, EOFError, zlib.error):
        return "utf-8-sig"  # reading it will say what is broken, after the rows that are not
    return "utf-8-sig"


def _unmarked(head: bytes) -> str:
    """Tell UTF-16 without a mark by its zeros."""
    zeros = head.count(0)
    if zeros < len(head) // 4 or len(head) < 8:
        return ""
    return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"


def _is_mostly_utf8(data: bytes) -> bool:
    """Whether most bytes beyond ASCII make up letters of UTF-8: then the others are faults, not another encoding."""
    high = sum(b > 127 for b in data)
    return sum(b > 127 for b in data.decode("utf-8", "ignore").encode()) > high / 2


def _is_chinese(data: bytes) -> bool:
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return False
    beyond = [c for c in text if not c.isascii()]
    return sum("\u4e00" <= c <= "\u9fff" or "\u3000" <= c <= "\u303f" for c in beyond) > 0.9 * len(beyond)


def _guessed(data: bytes) -> str:
    """Tell an encoding of one byte a letter, or of East Asia; Windows-1252 where little speaks for another."""
    from charset_normalizer import from_bytes

    high = sum(b > 127 for b in data)
    pairs = sum(len(run) % 2 == 0 for run in re.findall(rb"[\x81-\xfe]{2,}", data))
    if pairs and len(re.findall(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])", data)) == 0 and _is_chinese(data):
        return "gb18030"
    if high < 20:  # a few accents say nothing; Windows' Latin is by far the most frequent
        # But "MŸller" is what it makes of Müller from an older Macintosh.
        odd = _ODD.search(data.decode("cp1252", "replace")) and not _ODD.search(data.decode("mac_roman"))
        return "mac_roman" if odd else "cp1252"
    best = from_bytes(data).best()
    return best.encoding if best is not None and best.encoding not in {"ascii", "utf_8"} else "cp1252"
