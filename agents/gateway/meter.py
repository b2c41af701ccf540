"""What one question's requests have used: counted in the budget, the ledger and the journal of what is under way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypograph.agents.answers.journal import Entry
from hypograph.agents.gateway.reply import Reply
from hypograph.models.core.keys import digest
from hypograph.models.core.records import ModelCall

if TYPE_CHECKING:
    from hypograph.agents.gateway.gateway import Gateway


class CallMeter:
    """Counts one question's requests in the gateway's budget and ledger."""

    def __init__(self, gateway: Gateway, purpose: str, key: str, prompt_hash: str, entry: Entry) -> None:
        self._gateway, self._purpose, self.key, self.prompt_hash = gateway, purpose, key, prompt_hash
        self._entry, self._n = entry, 0

    def before(self, length: int) -> None:
        """Count a request, of so many characters, before it is sent."""
        self._gateway.budget.reserve()
        self._entry.sent(length // 4, length / 4000 * self._gateway.config.price_in)

    def undo(self) -> None:
        """Take back a request that got no answer."""
        self._gateway.budget.release()
        self._entry.undo()

    def after(self, reply: Reply, seconds: float) -> None:
        """Count what an answer has used, whether or not it can be used."""
        config = self._gateway.config
        cost = (reply.tokens_in * config.price_in + reply.tokens_out * config.price_out) / 1000
        self._gateway.budget.add(reply.tokens_in + reply.tokens_out, cost, reply.tokens_thought)
        self._gateway.count_call(reply, seconds, cost)
        self._gateway.notice_thoughts(reply)
        self._n += 1
        self._gateway.log(
            ModelCall(
                id=digest(self.key, config.settings_key, self._n),
                model=config.model,
                purpose=self._purpose,
                prompt_hash=self.prompt_hash,
                tokens_in=reply.tokens_in,
                tokens_out=reply.tokens_out,
                cost=cost,
                seconds=round(seconds, 4),
                cached=False,
                ok=reply.usable,
            )
        )
