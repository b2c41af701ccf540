"""The web application: pages, the HTTP interface, assets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Event

from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import PlainTextResponse

from hypograph.graph import GraphStore, open_store
from hypograph.graph.maps import kept as maps
from hypograph.models.core.services import Services
from hypograph.ui import login
from hypograph.ui.api import routes as api
from hypograph.ui.assets import Assets
from hypograph.ui.config import UiConfig
from hypograph.ui.described import described_only
from hypograph.ui.pages.alloys import routes as alloys
from hypograph.ui.pages.campaigns import beginning_routes, comparison_routes, insight, laboratory_routes, plate_routes
from hypograph.ui.pages.campaigns import routes as campaigns
from hypograph.ui.pages.elements import routes as elements
from hypograph.ui.pages.flows import begin_run
from hypograph.ui.pages.flows import routes as flows
from hypograph.ui.pages.graph import pages as graph_pages
from hypograph.ui.pages.graph import routes as graph
from hypograph.ui.pages.hypotheses import questions, start_campaign
from hypograph.ui.pages.hypotheses import routes as hypotheses
from hypograph.ui.pages.map import routes as map_routes
from hypograph.ui.pages.models import routes as models
from hypograph.ui.pages.overview import routes as overview
from hypograph.ui.pages.overview import views
from hypograph.ui.pages.papers import ask as ask_papers
from hypograph.ui.pages.papers import bring
from hypograph.ui.pages.papers import routes as papers
from hypograph.ui.pages.reviews import routes as reviews
from hypograph.ui.problems import answer_with, handle_errors
from hypograph.ui.rendering import PAGES, make_templates
from hypograph.ui.security import HEADERS, guard
from hypograph.ui.sent_once import SentOnce
from hypograph.ui.uploads import Uploads

__all__ = ["PAGES", "create_app"]

# What stands first is asked first: `/campaigns/new` is no campaign, `/hypotheses/h1/campaign` no hypothesis.
ROUTERS = (
    *(beginning_routes.router, ask_papers.router, bring.router, begin_run.router, questions.router, insight.router),
    *(
        alloys.router,
        models.router,
        graph.router,
        comparison_routes.router,
        api.router,
        laboratory_routes.router,
        plate_routes.router,
    ),
    *(flows.router, reviews.router, start_campaign.router),
    *(
        overview.router,
        map_routes.router,
        papers.router,
        graph_pages.router,
        hypotheses.router,
        elements.router,
        campaigns.router,
        login.router,
    ),
)


def create_app(config: UiConfig, store: GraphStore | None = None, services: Services | None = None) -> FastAPI:
    """Make the application.

    Parameters
    ----------
    config
        Store, Prefect's API, who may look.
    store
        An open store; None opens (and closes) the configured one.
    services
        Readers of files, corpora and long work; without them the pages only show.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # The embedded server dies with the thread that starts it: this is the main one.
        # Pages browse under a credential that only reads; changes go through the writer's.
        app.state.store = store or open_store(config.store, reader=True)
        app.state.store.ensure_schema()
        ending = Event()
        if store is None:
            views.warm(app.state.store, ending)
        yield
        if store is None:
            ending.set()
            views.settle()
            maps.settle()
            app.state.store.close()

    app = FastAPI(
        title="hypograph",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        responses={400: {"description": "The address, or what it names, cannot be read."}},
    )
    app.state.config = config
    app.state.services = services or Services()
    app.state.uploads = Uploads(config.store.data_folder.with_name("uploads"))
    app.add_middleware(GZipMiddleware, minimum_size=800)
    app.add_middleware(SentOnce)
    assets = Assets()
    templates = app.state.templates = make_templates()
    answer = answer_with(templates, HEADERS)
    guard(app, config, answer)
    templates.env.globals |= {"csrf": app.state.changes.token, "static": assets.prefix}
    app.mount("/static", assets, name="static")
    for router in ROUTERS:
        app.include_router(described_only(router))
    for page in PAGES:  # those of other packages
        if page.router is not None:
            app.include_router(page.router)
    handle_errors(app, answer)

    @app.get("/healthz", include_in_schema=False)
    def healthz() -> PlainTextResponse:
        return PlainTextResponse("ok")

    return app
