"""Tools that an assistant may call: search, explain, list; and, where they are allowed, named changes to campaigns.

Every answer carries ids, passages and masses, so that the assistant can say what a claim rests on. Text from papers and
models is data: it comes back in fields, never as an instruction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hypograph.models.core.errors import InputError

if TYPE_CHECKING:
    from hypograph.flows.runtime.settings import Settings
    from hypograph.graph import GraphStore
    from hypograph.graph.campaigns.folder import CampaignFolder

MOST = 50


@dataclass(frozen=True)
class Tool:
    """A function an assistant may call.

    Attributes
    ----------
    changes
        Whether it changes a campaign; such tools are offered on request only.
    """

    work: Callable[..., dict[str, object]]
    changes: bool = False

    @property
    def name(self) -> str:
        """Name under which it is called."""
        return self.work.__name__

    @property
    def summary(self) -> str:
        """What it does, for the assistant."""
        return (self.work.__doc__ or "").strip()


@dataclass
class Toolbox:
    """The tools over one store.

    Parameters
    ----------
    store
        The open graph.
    settings
        Folders and language model.
    """

    store: GraphStore
    settings: Settings

    def tools(self, *, changes: bool = False) -> Sequence[Tool]:
        """Return the tools, those that change something only where `changes` is true."""
        reading = (
            self.search_papers, self.ask_papers, self.list_hypotheses, self.show_hypothesis, self.explain_alloy,
            self.list_campaigns, self.show_campaign,
        )  # fmt: skip
        changing = (self.suggest_experiments, self.record_outcome, self.undo)
        return [Tool(work) for work in reading] + [Tool(work, changes=True) for work in (changing if changes else ())]

    def search_papers(self, text: str, limit: int = 10) -> dict[str, object]:
        """Find publications in the graph whose title holds all words of the text. Gives key, title, year and DOI."""
        from hypograph.graph.queries.papers import PAPERS

        words = text.casefold().split()
        found = [
            dict(row)
            for row in self.store.read(PAPERS, limit=1_000_000)
            if all(w in str(row["title"] or "").casefold() for w in words)
        ]
        return {"papers": found[: _bounded(limit)], "total": len(found)}

    def ask_papers(self, question: str) -> dict[str, object]:
        """Answer a question from the corpus with numbered citations, or say that the passages do not carry it."""
        from hypograph.flows.literature.ask import ask
        from hypograph.flows.literature.library import MAIN, Library
        from hypograph.flows.runtime.sources import open_knowledge

        publications = Library(self.settings.home / "literature").corpus(MAIN).publications()
        if not publications:
            raise InputError("the corpus is empty", hint="`hypograph literature add FILE` fills it.")
        with open_knowledge(self.settings, None) as knowledge:
            return {**ask(publications, question, answerer=knowledge.answerer())}

    def list_hypotheses(self, text: str = "", limit: int = 10) -> dict[str, object]:
        """List hypotheses whose statement holds the text, with belief, ignorance and the id to show one."""
        from hypograph.graph.queries import pages

        rows = self.store.read(pages.HYPOTHESES, text=text.casefold(), low=0, high=99, limit=_bounded(limit))
        return {"hypotheses": [{k: v for k, v in row.items() if v is not None} for row in rows]}

    def show_hypothesis(self, id: str) -> dict[str, object]:
        """Show one hypothesis by its id (or its beginning): document, evidence, passages for and against."""
        from hypograph.flows.hypotheses.show import shown

        return shown(self.store, id)

    def explain_alloy(self, formula: str) -> dict[str, object]:
        """Say whether an alloy such as CoCrFeNi is single-phase: belief, ignorance, records and nearest alloys."""
        from hypograph.flows.evidence.explain import explain_alloy

        return {**explain_alloy(formula)}

    def list_campaigns(self) -> dict[str, object]:
        """List the laboratory campaigns that the graph knows, with how many experiments wait for a result."""
        return {"campaigns": [_line(campaign) for campaign in self._campaigns()]}

    def show_campaign(self, campaign: str) -> dict[str, object]:
        """Show a campaign by its id or name: its space, experiments and best result."""
        from hypograph.models.campaigns.laboratory import events, progress

        found = self._named(campaign)
        rows = [
            {"id": e.id, "parameters": dict(e.parameters), "values": dict(e.values), "status": e.status}
            for e in events.fold(found.definition, found.events)
        ]
        told = progress.status(found.definition, found.events)
        return {**told, "space": found.definition.space.record(), "experiments": rows}

    def suggest_experiments(self, campaign: str, count: int = 1) -> dict[str, object]:
        """CHANGES the campaign: adds suggested experiments that then wait for results. Says which ones."""
        from hypograph.flows.campaigns.laboratory import suggest
        from hypograph.graph.campaigns import folder as folders

        with folders.changing(self._named(campaign).folder) as held:
            made = suggest(held, _bounded(count), self.settings, self.store)
            folders.keep(self.store, held)
        keys = ("id", "parameters", "source", "reason", "mean", "sd")
        return {"changed": f"{len(made)} experiments suggested", "suggestions": [{k: e[k] for k in keys} for e in made]}

    def record_outcome(
        self, campaign: str, experiment: str, values: dict[str, float], note: str = ""
    ) -> dict[str, object]:
        """CHANGES the campaign: records the outcomes of one experiment, by the objectives' names."""
        from hypograph.models.campaigns.laboratory import events

        return self._change(
            campaign, lambda held: events.record(held.definition, held.events, experiment, values, note), "recorded"
        )

    def undo(self, campaign: str, experiment: str) -> dict[str, object]:
        """CHANGES the campaign: takes an experiment's outcome back, or withdraws a suggestion."""
        from hypograph.models.campaigns.laboratory import events

        return self._change(campaign, lambda held: events.undo(held.definition, held.events, experiment), "undone")

    def _change(
        self, campaign: str, make: Callable[[CampaignFolder], dict[str, object]], what: str
    ) -> dict[str, object]:
        from hypograph.graph.campaigns import folder as folders

        with folders.changing(self._named(campaign).folder) as held:
            event = make(held)
            held.append([event])
            folders.keep(self.store, held)
        return {"changed": f"{event['id']} {what}", "event": event}

    def _campaigns(self) -> list[CampaignFolder]:
        from hypograph.graph.campaigns.folder import folder_of, load
        from hypograph.models.core.errors import MissingFileError

        found = []
        for node in self.store.nodes("Campaign"):
            if node["props"].get("live"):
                try:
                    found.append(load(folder_of(self.store, str(node["key"]))))
                except MissingFileError:
                    continue
        return found

    def _named(self, campaign: str) -> CampaignFolder:
        every = self._campaigns()
        found = [c for c in every if campaign in (c.definition.id, c.definition.name)]
        if len(found) != 1:
            names = ", ".join(f"{c.definition.name} ({c.definition.id[:8]})" for c in every) or "there are none"
            what = "no campaign of this id or name" if not found else f"{len(found)} campaigns have this name"
            raise InputError(what, where=campaign, expected=names)
        return found[0]


def _line(campaign: CampaignFolder) -> dict[str, object]:
    from hypograph.models.campaigns.laboratory import progress

    told = progress.status(campaign.definition, campaign.events)
    return {k: told[k] for k in ("campaign", "name", "method", "pending", "done", "failed", "best")}


def _bounded(count: int) -> int:
    return max(1, min(int(count), MOST))
