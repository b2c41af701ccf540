"""GROBID, where its address is set: a PDF goes there, its TEI comes back; without it, a sentence and nothing else."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

from hypograph.flows.readers.publications.formats.tei import parsed
from hypograph.models.core.errors import MalformedRowError

SERVICE: Final = "/api/processFulltextDocument"
CONNECT: Final = 5.0  # seconds
ANSWER: Final = 180.0
AGAIN: Final = 60.0  # seconds after which an address that did not answer is tried again
_HINT: Final = "It was read without GROBID. Start it, or unset HYPOGRAPH_GROBID_URL."
_silent: Final[dict[str, float]] = {}


def ask_grobid(address: str, path: Path) -> tuple[dict[str, object], MalformedRowError | None]:
    """Have GROBID read a PDF.

    Parameters
    ----------
    address
        Where it is served, such as ``http://127.0.0.1:8070``.
    path
        The PDF.

    Returns
    -------
    tuple
        The fields that it found, and the reason where it found none.
    """
    import httpx

    def failed(what: str) -> tuple[dict[str, object], MalformedRowError]:
        return {}, MalformedRowError(f"GROBID at {address} {what}", where=str(path), hint=_HINT)

    if time.monotonic() - _silent.get(address, -AGAIN) < AGAIN:
        return failed("did not answer a moment ago and was not asked")
    try:
        with path.open("rb") as file:
            answer = httpx.post(
                address.rstrip("/") + SERVICE,
                files={"input": (path.name, file, "application/pdf")},
                data={"consolidateHeader": "0", "consolidateCitations": "0", "includeRawCitations": "1"},
                timeout=httpx.Timeout(ANSWER, connect=CONNECT),
            )
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        _silent[address] = time.monotonic()
        return failed(f"cannot be reached ({error})")
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        return failed(f"gave no answer ({error or type(error).__name__})")
    if answer.status_code != httpx.codes.OK:
        what = {204: "found nothing in this PDF", 503: "is busy"}.get(answer.status_code, "refused this PDF")
        return failed(f"{what} (status {answer.status_code})")
    try:
        return parsed(answer.text), None
    except ValueError as error:
        return failed(f"gave no answer that can be read: {error}")
