"""Progress: heard where a listener is set, nowhere else, and not by another run."""

from __future__ import annotations

import threading

from hypograph.models.core.progress import Silence, listening, progress


class Ear(Silence):
    def __init__(self) -> None:
        self.heard: list[str] = []

    def say(self, text: str) -> None:
        self.heard.append(text)


def test_work_is_heard_within_only() -> None:
    outer, inner = Ear(), Ear()
    progress().say("nobody")
    with listening(outer):
        progress().say("one")
        with listening(inner):
            progress().say("two")
        progress().say("three")
    progress().say("nobody")
    assert (outer.heard, inner.heard) == (["one", "three"], ["two"])


def test_two_runs_do_not_hear_each_other() -> None:
    ears = [Ear(), Ear()]
    ready = threading.Barrier(2)

    def run(number: int) -> None:
        with listening(ears[number]):
            ready.wait()
            for _ in range(20):
                progress().say(str(number))
            ready.wait()

    threads = [threading.Thread(target=run, args=(i,)) for i in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [set(ear.heard) for ear in ears] == [{"0"}, {"1"}]
