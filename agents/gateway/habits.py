"""What one model's endpoint was found to refuse or to need, with the server's reason and the day it was found."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

SCHEMA_WAYS = ("json_schema", "json_object", "tool", "prompt")
NO_JSON = "no json"
_TOLD = {
    "json_object": "json_object is asked for, and the schema is put into the prompt",
    "tool": "the schema is handed over as that of a tool",
    "prompt": "the schema is put into the prompt and the answer checked",
}


@dataclass(frozen=True, slots=True)
class Habit:
    """One finding: its value, the server's reason, and the day."""

    value: str | int
    reason: str
    since: str


@dataclass(frozen=True, slots=True)
class Habits:
    """Findings by name.

    ``omit NAME``, ``rename NAME``, ``limit NAME``, ``keyword NAME``, ``schema``, ``system``, ``stream``, ``key
    header``, ``room``, ``told`` (the schema stands in the prompt as well), ``no logprobs``,
    ``no json`` and ``thinks``.
    """

    found: Mapping[str, Habit] = field(default_factory=dict)

    def put(self, name: str, value: str | int, reason: str) -> Habits:
        """Return the habits with one more finding of today."""
        today = datetime.datetime.now(datetime.UTC).date().isoformat()
        return Habits({**self.found, name: Habit(value, reason, today)})

    def __contains__(self, name: str) -> bool:
        return name in self.found

    def text(self, name: str, otherwise: str = "") -> str:
        """Return a finding as text."""
        return str(self.found[name].value) if name in self.found else otherwise

    def number(self, name: str, otherwise: int) -> int:
        """Return a finding as a number."""
        return int(self.found[name].value) if name in self.found else otherwise

    def named(self, kind: str) -> list[str]:
        """Return the names that stand behind `kind`, as in ``omit seed``."""
        return [name.removeprefix(f"{kind} ") for name in self.found if name.startswith(f"{kind} ")]

    @property
    def schema_way(self) -> str:
        """How a schema is handed over: one of `SCHEMA_WAYS`."""
        return self.text("schema", SCHEMA_WAYS[0])

    def as_dict(self) -> dict[str, dict[str, str | int]]:
        """Return the findings for a file."""
        return {k: {"value": h.value, "reason": h.reason, "since": h.since} for k, h in self.found.items()}

    @classmethod
    def from_dict(cls, document: Mapping[str, Mapping[str, str | int]]) -> Habits:
        """Read what `as_dict` wrote."""
        return cls({k: Habit(v["value"], str(v["reason"]), str(v["since"])) for k, v in document.items()})

    def notes(self) -> list[str]:
        """Say of each finding what was refused and what is done instead, one sentence each."""
        return [note for name, habit in self.found.items() if (note := _note(name, habit))]


def _note(name: str, habit: Habit) -> str:
    kind, _, what = name.partition(" ")
    because = f" (“{habit.reason}”, {habit.since})" if habit.reason else f" ({habit.since})"
    match kind:
        case "omit":
            return f"{what} is refused{because}: it is left out, and the server's own value holds."
        case "rename":
            return f"{what} is refused{because}: {habit.value} is sent instead."
        case "limit":
            return f"{what} is refused above a limit{because}: at most {habit.value} is asked for."
        case "keyword":
            return f"The schema keyword {what} is refused{because}: it is left out, and the answer is checked here."
        case "schema":
            return f"A stricter schema is refused{because}: {_TOLD.get(str(habit.value), habit.value)}."
        case "told":
            return f"The server does not enforce a schema{because}: it stands in the prompt, the answer is checked."
        case "system":
            return f"A system message is refused{because}: its text goes to the first message of the user."
        case "stream":
            return f"The server wants streams{because}: answers are read as they come." if habit.value else ""
        case "key":
            return f"The key is also sent as api-key{because}."
        case "no" if name == NO_JSON:
            return f"No answer could be read as JSON{because}: questions with a schema get no answer from this model."
        case "no":
            return f"Log-probabilities are not given{because}: closed questions are asked with reasons."
        case "room":
            return f"The model reasons before it answers{because}: {habit.value} tokens are allowed on top."
    return ""
