"""How long work tells what it does: one listener, set for a command or a run, found wherever work is done.

How this works. A command, a page or a flow sets a listener with `listening`; functions that take long say where they
are through `progress`. The listener lives in a context variable, so two runs side by side never hear each other, and
tests and libraries that set none hear nothing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Protocol


class Progress(Protocol):
    """Hears what long work does."""

    def step(self, name: str, text: str) -> None:
        """Hear that a step of a run began, or what came of it."""
        ...

    def unit(self, kind: str, done: int, skipped: int) -> None:
        """Hear that a unit of work ended: how many were done so far, and how many found done."""
        ...

    def say(self, text: str) -> None:
        """Hear one sentence."""
        ...


class Silence:
    """Hears nothing."""

    def step(self, name: str, text: str) -> None:
        """Do nothing."""

    def unit(self, kind: str, done: int, skipped: int) -> None:
        """Do nothing."""

    def say(self, text: str) -> None:
        """Do nothing."""


_current: ContextVar[Progress | None] = ContextVar("hypograph_progress", default=None)


def progress() -> Progress:
    """Return the listener in force."""
    return _current.get() or Silence()


@contextlib.contextmanager
def listening(listener: Progress) -> Iterator[None]:
    """Let a listener hear the work done within."""
    token = _current.set(listener)
    try:
        yield
    finally:
        _current.reset(token)
