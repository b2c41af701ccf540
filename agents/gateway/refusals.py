"""What a server refuses and why, read from its own words."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import Enum

LONGEST_REASON = 300
_SECRET = re.compile(r"\b(?:sk|pk|key|gsk|xai|hf|ghp|AIza)[-_A-Za-z0-9]{12,}|(?<=Bearer )\S+", re.I)


_NUMBER = re.compile(r"[\w-]*\d[\w-]*")


class Kind(Enum):
    """Why a request was refused."""

    KEY = "the key"
    ACCESS = "the account, place or network"
    MONEY = "money or quota"
    MODEL = "the model's name"
    ADDRESS = "the address"
    CONTEXT = "the length of the prompt"
    FILTER = "a filter of contents"
    BUSY = "passing"
    REQUEST = "something in the request"


_QUOTA = re.compile(
    r"insufficient[ _-]?(?:quota|credits?|balance|funds)|current quota|billing|out of (?:credits?|quota|funds)|"
    r"(?:quota|credits?|balance) (?:is |are |has been |have been )?(?:exhausted|exceeded|used up|depleted|too low)|"
    r"credit balance|payment|purchase|top up|spending limit|usage limit reached|free tier",
    re.I,
)
_SOON = re.compile(r"per (?:second|minute|hour)|try again in|retry (?:in|after)|rate[ _-]?limit", re.I)
_IN = re.compile(
    r"(?:try again|retry)(?: in| after) (?=\d)(?:(?P<h>\d+) ?h(?:ours?)? ?)?(?:(?P<m>\d+) ?m(?:in\w*)?(?![a-z]) ?)?"
    r"(?:(?P<s>\d+(?:\.\d+)?) ?s(?:ec\w*)?)?(?:(?P<ms>\d+(?:\.\d+)?) ?ms)?",
    re.I,
)
_BAD_KEY = re.compile(r"api[ _-]?key (?:is )?(?:not valid|invalid|incorrect|expired)|invalid api[ _-]?key", re.I)
_CONTEXT = re.compile(
    r"context[ _-]?(?:length|window|size|limit)|maximum context|n_ctx|too many (?:input |prompt )?tokens|"
    r"prompt is too long|"
    r"(?:input|prompt|request)\b.{0,40}\b(?:too (?:long|large)|exceeds?)|reduce the length|"
    r"maximum (?:input|prompt) length",
    re.I,
)
_FILTER = re.compile(
    r"content[ _-]?(?:filter|policy|management|moderation)|filtered|moderation|safety (?:system|polic|filter|setting)|"
    r"responsible[ _-]?ai|flagged|harmful|usage policies",
    re.I,
)
_NO_MODEL = re.compile(
    r"\b(?:model|deployment|engine)\b.{0,120}?\b(?:not found|does ?n[o']t exist|not exist|unknown|not available|"
    r"no such|is not a valid|not supported by)|not a valid model|"
    r"\b(?:unknown|invalid|no such|unsupported) (?:model|deployment)\b",
    re.I | re.S,
)
_LOADING = re.compile(r"\bloading\b|warming up|starting up|overloaded|at capacity|temporarily unavailable", re.I)
_PASSING = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529})


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refused request.

    Attributes
    ----------
    status
        HTTP status; of an error in a successful response the code it names, else 200.
    reason
        The server's own words: cleaned, capped and without secrets.
    named
        What the error says is at fault beside its words (fields `param`, `loc`, `code`, `type`).
    retry_after
        Seconds to wait, where the server says so.
    """

    status: int
    reason: str
    named: tuple[str, ...] = ()
    retry_after: float | None = None

    @property
    def kind(self) -> Kind:
        """What kind of refusal it is; only status 401 is put down to the key."""
        words = f"{self.reason} {' '.join(self.named)}".replace("_", " ")
        soon = self.retry_after is not None or _SOON.search(words)
        if self.status == 401 or (self.status == 400 and _BAD_KEY.search(words)):
            return Kind.KEY
        if self.status == 402 or (_QUOTA.search(words) and not soon and self.status in (400, 403, 429)):
            return Kind.MONEY
        if self.status == 413 or (self.status < 500 and _CONTEXT.search(words)):
            return Kind.CONTEXT
        if self.status < 500 and _FILTER.search(words):
            return Kind.FILTER
        if _NO_MODEL.search(words) and self.status in (200, 400, 404, 422):
            return Kind.MODEL
        if self.status in _PASSING or _LOADING.search(words):
            return Kind.BUSY
        if self.status in (403, 451):
            return Kind.ACCESS
        if self.status in (404, 405):
            return Kind.ADDRESS
        return Kind.REQUEST

    def like(self, other: Refusal) -> bool:
        """Tell whether another refusal says the same, but for numbers and identifiers."""
        return self.status == other.status and _NUMBER.sub("", self.reason) == _NUMBER.sub("", other.reason)

    def names(self, *names: str) -> bool:
        """Tell whether the refusal is about one of these parameters or words, however they are spelt."""
        return any(_spelt(n).search(self.reason) or n in self.named for n in names)


def read_refusal(status: int, text: str, headers: Mapping[str, str], secrets: tuple[str, ...]) -> Refusal:
    """Read a refused response: JSON in any nesting, a page or plain text."""
    try:
        body = json.loads(text)
    except ValueError:
        body = re.sub(r"<(script|style|head)\b.*?</\1>|<[^>]+>", " ", text, flags=re.I | re.S)
    return _refusal(status, body, headers, secrets)


def refusal_within(body: Mapping[str, object], secrets: tuple[str, ...]) -> Refusal | None:
    """Return the refusal that stands in a successful response, if one does."""
    error, choice = body.get("error"), _first(body.get("choices"))
    if choice and choice.get("error"):  # a router's: the model behind it failed
        error, choice = choice["error"], None
    if choice and choice.get("finish_reason") not in (None, "error"):
        return None  # an answer stands beside it
    if not error and not body.get("choices") and not isinstance(body.get("message"), dict):
        error = _told(body)
    if not error:
        return None
    code = error.get("code", error.get("status")) if isinstance(error, dict) else None
    status = code if isinstance(code, int) and 400 <= code < 600 else 200
    return _refusal(status, error, {}, secrets)


def _first(choices: object) -> dict[str, object] | None:
    return choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else None


def _told(body: Mapping[str, object]) -> dict[str, object] | None:
    """Return a body that holds no completion and says why, in whatever field."""
    telling = {k: v for k, v in body.items() if k not in ("id", "object", "model", "choices", "usage", "created")}
    return telling if _words(telling)[0] else None


def cleaned(text: str, secrets: tuple[str, ...]) -> str:
    """Return text on one line, capped, without the given secrets and without what looks like one."""
    for secret in secrets:
        if len(secret) > 3:
            text = text.replace(secret, "…")
    kept = "".join(c if c.isprintable() else " " for c in _SECRET.sub("…", text))
    line = " ".join(kept.split())
    return line if len(line) <= LONGEST_REASON else line[: LONGEST_REASON - 1] + "…"


def _refusal(status: int, body: object, headers: Mapping[str, str], secrets: tuple[str, ...]) -> Refusal:
    messages, named = _words(body)
    after = _wait(headers, " ".join(messages))
    reason = cleaned("; ".join(dict.fromkeys(messages)), secrets)
    return Refusal(status, reason, tuple(dict.fromkeys(n for n in named if n not in secrets)), after)


def _wait(headers: Mapping[str, str], said: str) -> float | None:
    """Return the seconds to wait that a header gives, as a number or a date, or else the sentence."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            return max(0.0, float(headers.get(name, "")) * unit)
        except ValueError:
            continue
    try:
        when = parsedate_to_datetime(headers.get("retry-after", ""))
        return max(0.0, when.timestamp() - _server_clock(headers))
    except (TypeError, ValueError):
        pass
    found = _IN.search(said)
    if found is None or not any(found.groups()):
        return None
    return sum(float(found[k] or 0) * s for k, s in (("h", 3600), ("m", 60), ("s", 1), ("ms", 0.001)))


def _server_clock(headers: Mapping[str, str]) -> float:
    """Return the time of day by the server's own clock, where it gives one: ours may be wrong."""
    try:
        return parsedate_to_datetime(headers.get("date", "")).timestamp()
    except (TypeError, ValueError):
        return time.time()


def _words(value: object, key: str = "") -> tuple[list[str], list[str]]:
    """Return the sentences of an error and the names it gives, from any nesting of objects and lists."""
    if isinstance(value, str):
        if key in ("loc", "param", "parameter", "field", "code", "type", "status"):
            return [], [value]
        inner = value.strip()
        if inner[:1] in "{[":
            try:
                return _words(json.loads(inner), key)  # an upstream's error, passed on as text
            except ValueError:
                pass
        return ([inner], []) if inner and key in _TELLING else ([], [])
    messages: list[str] = []
    named: list[str] = []
    if isinstance(value, dict):
        for k, v in value.items():
            found = _words(v, str(k))
            messages += found[0]
            named += found[1]
    elif isinstance(value, list):
        for v in value:
            found = _words(v, key)
            messages += found[0]
            named += found[1]
    return messages, named


_TELLING = frozenset(
    {
        "",
        "message",
        "msg",
        "detail",
        "details",
        "error",
        "errors",
        "error_message",
        "description",
        "reason",
        "raw",
        "title",
        "status_msg",
        "base_resp",
        "err_msg",
        "errmsg",
        "error_description",
        "error_msg",
        "faultstring",
    }
)


def _spelt(name: str) -> re.Pattern[str]:
    """Match a name as snake case, camel case or words: ``max_tokens``, ``maxTokens``, ``max tokens``."""
    parts = [re.escape(p) for p in re.split(r"[_ ]", name) if p]
    return re.compile(rf"(?<![\w]){'[_ -]?'.join(parts)}(?![\w])", re.I)
