"""Requests under way: asked once by many, and counted where a run was killed."""

from __future__ import annotations

import contextlib
import signal
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import BaseModel

from hypograph.agents.answers.cache import AnswerCache
from hypograph.agents.answers.journal import Interrupted, Journal
from hypograph.agents.gateway.config import Budget, ModelConfig
from hypograph.agents.gateway.gateway import Gateway, connect
from hypograph.agents.gateway.questions import Question
from hypograph.flows.runtime.spending import block, line
from hypograph.models.core.errors import BudgetSpentError
from tests.agents.model_server import Ask, ModelServer, Sent, plain


class Said(BaseModel):
    text: str


ASKED = Question("judge", "Be brief.", "Is copper a metal?", Said)
RUN = """
import sys
from pathlib import Path
from tests.agents.test_gateway_journal import ASKED, gateway_of
gateway_of(sys.argv[1], Path(sys.argv[2])).ask(ASKED)
"""


def gateway_of(url: str, folder: Path, budget: Budget | None = None) -> Gateway:
    return connect(ModelConfig("stub", url, "stub", price_in=1.0), cache_folder=folder, budget=budget)


def journal_of(folder: Path) -> Journal:
    return Journal(AnswerCache(folder), folder, "f", "m", patience=10)


class Slow:
    """A server that keeps its first answer back until it is let go."""

    def __init__(self) -> None:
        self.asked, self.go = threading.Event(), threading.Event()

    def __call__(self, ask: Ask) -> Sent:
        self.asked.set()
        self.go.wait(30)
        return plain(ask)


def test_what_a_killed_run_had_sent_counts_once_in_the_next_and_is_said(tmp_path: Path) -> None:
    slow = Slow()
    with ModelServer(slow) as server:
        run = subprocess.Popen([sys.executable, "-c", RUN, server.url, str(tmp_path)], cwd=Path(__file__).parents[2])
        assert slow.asked.wait(60)
        run.send_signal(signal.SIGKILL)
        run.wait()
        slow.go.set()
        with pytest.raises(BudgetSpentError, match="1 calls"):
            gateway_of(server.url, tmp_path / "other", Budget(calls=1, interrupted=1)).ask(ASKED)
        gateway = gateway_of(server.url, tmp_path, Budget(calls=2))
        assert gateway.ask(ASKED).value == Said(text="text")
        assert len(server.sent) == 2
        spent = gateway.spent()
        assert (spent.calls, spent.interrupted) == (1, 1)
        assert spent.tokens > 55
        assert spent.cost > 0.05
        assert "1 answer was under way when an earlier run was killed" in line(block(gateway))
        assert gateway_of(server.url, tmp_path).ask(ASKED).cached
        again = gateway_of(server.url, tmp_path)
        again.ask(Question("judge", "Be brief.", "And tin?", Said))
        assert again.spent().interrupted == 0
    assert not list((tmp_path / "asking").iterdir())


def test_threads_with_one_question_pay_for_one_answer(tmp_path: Path) -> None:
    slow = Slow()
    with ModelServer(slow) as server, ThreadPoolExecutor(6) as pool:
        # Gateways of their own hold locks of their own, as processes do.
        answers = [pool.submit(gateway_of(server.url, tmp_path).ask, ASKED) for _ in range(6)]
        assert slow.asked.wait(30)
        slow.go.set()
        assert [a.result().value for a in answers] == [Said(text="text")] * 6
        assert len(server.sent) == 1
        assert sum(a.result().cached for a in answers) == 5


def test_a_kept_answer_is_not_counted_as_lost(tmp_path: Path) -> None:
    AnswerCache(tmp_path).put("kept", "yes")
    for key in ("kept", "lost", "lost"):
        journal_of(tmp_path).note(key, 10, 0.5)  # as a process that was killed leaves it
    journal = journal_of(tmp_path)
    assert journal.reconcile() == Interrupted(2, 20, 1.0)
    assert journal.reconcile() == journal_of(tmp_path).reconcile() == Interrupted()


def test_what_a_living_run_asks_is_left_alone(tmp_path: Path) -> None:
    with journal_of(tmp_path).asking("k") as entry:
        entry.sent(10, 0.5)
        assert journal_of(tmp_path).reconcile() == Interrupted()
    assert journal_of(tmp_path).reconcile() == Interrupted()


def test_a_fault_of_the_run_itself_leaves_nothing(tmp_path: Path) -> None:
    with contextlib.suppress(ValueError), journal_of(tmp_path).asking("k") as entry:
        entry.sent(10, 0.5)
        raise ValueError
    assert journal_of(tmp_path).reconcile() == Interrupted()


def test_whoever_waits_too_long_asks_all_the_same(tmp_path: Path) -> None:
    impatient = Journal(AnswerCache(tmp_path), tmp_path, "f", "m", patience=0)
    with journal_of(tmp_path).asking("k") as held, impatient.asking("k") as mine:
        held.sent(1, 0)
        mine.sent(1, 0)
        mine.close()
        assert AnswerCache(tmp_path).execute("SELECT COUNT(*) FROM under_way", ()).first == (1,)


def test_answers_and_entries_are_for_their_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    with journal_of(folder).asking("k") as entry:
        entry.sent(1, 0)
        files = [folder, *folder.rglob("*")]
        assert len(files) > 3
        assert [f for f in files if stat.S_IMODE(f.stat().st_mode) & 0o077] == []
