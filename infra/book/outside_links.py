"""The links of the book that lead outside, each asked once: `python infra/book/outside_links.py`.

Links within the book are checked when it is built. This needs the network, so it is no test: what does not answer is
listed with the reason and the pages that name it, and the command ends with 1 where an address is gone (404, 410).
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parents[2]
PLACES = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "docs")
GONE = {404, 410}
TIMEOUT = 20.0
_CODE = re.compile(r"```.*?```|`[^`]*`", re.S)
_LINK = re.compile(r"https?://[^\s<>\"'\])}|]+")
_HERE = re.compile(r"https?://(?:localhost|127\.0\.0\.1|[^/]*\.(?:invalid|example)|example\.(?:com|org))(?=[:/]|$)")


def links(text: str) -> Iterator[str]:
    """Yield the outside links of a page, code left out; marks that end a sentence are no part of one."""
    for found in _LINK.findall(_CODE.sub("", text)):
        link = found.split("#")[0].rstrip(".,;:!?*_")
        if not _HERE.match(link):
            yield link


def pages() -> Iterator[Path]:
    """Yield the pages of the book, and those beside it."""
    for place in PLACES:
        path = ROOT / place
        yield from sorted([*path.rglob("*.md"), *path.rglob("*.py")]) if path.is_dir() else [path]


def by_link(paths: Sequence[Path]) -> dict[str, list[str]]:
    """Return each link with the pages that name it."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        for link in dict.fromkeys(links(path.read_text("utf-8"))):
            found[link].append(str(path.relative_to(ROOT)))
    return dict(sorted(found.items()))


def asked(link: str) -> tuple[int, str]:
    """Return the status that an address answers with, 0 and the reason where it does not answer."""
    import httpx

    head = {"User-Agent": "hypograph link check"}
    try:
        with httpx.Client(timeout=TIMEOUT, follow_redirects=True, headers=head) as client:
            answer = client.head(link)
            if answer.status_code >= 400:  # some answer a page only to a whole request
                with client.stream("GET", link) as answer:
                    return answer.status_code, answer.reason_phrase
            return answer.status_code, answer.reason_phrase
    except httpx.HTTPError as error:
        return 0, str(error) or type(error).__name__


def report(found: Mapping[str, Sequence[str]]) -> int:
    """Ask every link, print what was answered, and return 1 where an address is gone."""
    with ThreadPoolExecutor(8) as pool:
        answers = dict(zip(found, pool.map(asked, found), strict=True))
    for link, (status, reason) in answers.items():
        state = "well" if 200 <= status < 300 else "GONE" if status in GONE else "unsure"
        why = "" if state == "well" else f"  ({reason}; {', '.join(found[link])})"
        sys.stdout.write(f"{state:7} {status or '-':>4} {link}{why}\n")
    gone = [link for link, (status, _) in answers.items() if status in GONE]
    silent = sum(status == 0 for status, _ in answers.values())
    sys.stdout.write(f"{len(answers)} links: {len(gone)} gone, {silent} did not answer\n")
    return 1 if gone else 0


if __name__ == "__main__":
    sys.exit(report(by_link(list(pages()))))
