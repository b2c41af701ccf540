"""The web application: pages, the HTTP interface, assets."""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import parse_qs

from fastapi import FastAPI, Request
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from jinja2 import Undefined
from starlette.exceptions import HTTPException

from hypograph.graph import GraphStore, open_store
from hypograph.models.core.errors import HypographError, InputError
from hypograph.ui.api import routes as api
from hypograph.ui.config import UiConfig
from hypograph.ui.drawing import figures
from hypograph.ui.pages.campaigns import comparison_routes, laboratory_routes
from hypograph.ui.pages.campaigns import laboratory as live
from hypograph.ui.pages.campaigns import views as campaign_views
from hypograph.ui.pages.elements import views as element_views
from hypograph.ui.pages.flows import routes as flow_pages
from hypograph.ui.pages.graph import routes as graph_api
from hypograph.ui.pages.graph.atlas import atlas
from hypograph.ui.pages.graph.views import surroundings
from hypograph.ui.pages.hypotheses import start_campaign
from hypograph.ui.pages.overview import views
from hypograph.ui.pages.reviews import routes as reviews
from hypograph.ui.security import COOKIE, HEADERS, guard, session_value

HERE = Path(__file__).parent
TABLE_ROWS = 200
PAGES = (
    ("/", "Overview"),
    ("/graph", "Graph"),
    ("/hypotheses", "Hypotheses"),
    ("/elements", "Elements"),
    ("/campaigns", "Campaigns"),
    ("/flows", "Flows"),
    ("/reviews", "Review"),
)


def create_app(config: UiConfig, store: GraphStore | None = None) -> FastAPI:
    """Make the application.

    Parameters
    ----------
    config
        Store, Prefect's API, who may look.
    store
        An open store; None opens (and closes) the configured one.
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
            app.state.store.close()

    app = FastAPI(
        title="hypograph",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    app.state.config = config
    app.add_middleware(GZipMiddleware, minimum_size=800)
    templates = app.state.templates = _templates()
    answer = _answer(templates)
    guard(app, config, answer)
    templates.env.globals["csrf"] = app.state.changes.token
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    app.include_router(graph_api.router)
    app.include_router(comparison_routes.router)
    app.include_router(api.router)
    app.include_router(laboratory_routes.router)
    app.include_router(flow_pages.router)
    app.include_router(reviews.router)
    app.include_router(start_campaign.router)
    _pages(app, templates)
    _login(app, templates, config)
    _errors(app, answer)
    return app


def _templates() -> Jinja2Templates:
    templates = Jinja2Templates(directory=[HERE / "templates", *sorted((HERE / "pages").iterdir())])
    templates.env.globals["pages"] = PAGES
    templates.env.globals["course"] = figures.course
    templates.env.filters["figure"] = _figure
    templates.env.filters["duration"] = _duration
    templates.env.filters["when"] = lambda text: str(text or "").replace("T", " ").removesuffix("Z")[:16]
    templates.env.filters["clock"] = lambda text: str(text or "").partition("T")[2][:8]
    return templates


def _figure(value: Any, digits: int = 2) -> str:
    """Write a figure; a dash where there is none, or the row does not even name it."""
    if value is None or isinstance(value, Undefined):
        return "–"
    return f"{value:.{digits}f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)


def _duration(seconds: Any) -> str:
    """Write seconds as a person would: 8.2 s, 3 min 20 s, 2 h 5 min."""
    if not isinstance(seconds, int | float):
        return "–"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def _pages(app: FastAPI, templates: Jinja2Templates) -> None:
    def show(request: Request, name: str, **values: Any) -> HTMLResponse:
        return templates.TemplateResponse(request, name, values)

    @app.get("/", response_class=HTMLResponse, include_in_schema=False)
    def overview(request: Request) -> HTMLResponse:
        return show(request, "overview.html", **views.overview(request.app.state.store))

    @app.get("/graph", response_class=HTMLResponse, include_in_schema=False)
    def graph(request: Request, wanted: graph_api.Chosen) -> HTMLResponse:
        whole = atlas(request.app.state.store)
        rows = graph_api.matching(whole, wanted)
        return show(
            request,
            "graph.html",
            wanted=wanted,
            rows=rows[:TABLE_ROWS],
            matching=len(rows),
            query=request.url.query,
            no_path=bool(wanted.to) and not surroundings(whole, wanted)[0],
            sources=sorted({s for node in whole.hypotheses for s in node["sources"]}),
            communities=sorted({n["community"] for n in whole.nodes.values() if "community" in n}),
        )

    @app.get("/hypotheses", response_class=HTMLResponse, include_in_schema=False)
    def hypotheses(request: Request, text: str = "", low: int = 0, high: int = 99) -> HTMLResponse:
        rows = views.hypotheses(request.app.state.store, text, low, high, 500)
        return show(request, "hypotheses.html", text=text, low=low, high=high, rows=rows)

    @app.get("/hypotheses/{key}", response_class=HTMLResponse, include_in_schema=False)
    def hypothesis(request: Request, key: str) -> HTMLResponse:
        found = _found(views.hypothesis(request.app.state.store, key), key)
        return show(request, "hypothesis.html", methods=start_campaign.METHODS, **found)

    @app.get("/keywords/{name:path}", response_class=HTMLResponse, include_in_schema=False)
    def keyword(request: Request, name: str) -> HTMLResponse:
        return show(request, "keyword.html", **_found(views.keyword(request.app.state.store, name), name))

    @app.get("/elements", response_class=HTMLResponse, include_in_schema=False)
    def elements(request: Request, symbol: str = "") -> HTMLResponse:
        store = request.app.state.store
        found = element_views.substitutability(store, symbol or None)
        return show(
            request,
            "elements.html",
            table=element_views.PERIODIC,
            alloys=element_views.alloys(store),
            measure_next=element_views.measure_next(store, symbol or None),
            **found,
        )

    @app.get("/alloys/{key}", response_class=HTMLResponse, include_in_schema=False)
    def alloy(request: Request, key: str) -> HTMLResponse:
        return show(request, "alloy.html", **_found(views.alloy(request.app.state.store, key), key))

    @app.get("/campaigns/{group}", response_class=HTMLResponse, include_in_schema=False)
    def campaign(request: Request, group: str) -> HTMLResponse:
        store = request.app.state.store
        if (laboratory := live.campaign(store, group)) is not None:
            return show(request, "live.html", c=laboratory, said=None)
        return show(request, "campaign.html", **_found(campaign_views.experiments(store, group), group))

    @app.get("/healthz", include_in_schema=False)
    def healthz() -> PlainTextResponse:
        return PlainTextResponse("ok")


def _found(value: dict[str, Any] | None, key: str) -> dict[str, Any]:
    if value is None:
        raise HTTPException(404, f"There is nothing called “{key[:80]}” in the graph.")
    return value


def _login(app: FastAPI, templates: Jinja2Templates, config: UiConfig) -> None:
    @app.get("/login", response_class=HTMLResponse, include_in_schema=False)
    def ask(request: Request) -> HTMLResponse:
        return templates.TemplateResponse(request, "login.html", {"wrong": False})

    @app.post("/login", include_in_schema=False)
    async def login(request: Request) -> Response:
        given = parse_qs((await _short_body(request)).decode("utf-8", "replace")).get("token", [""])[0]
        if not config.token or not hmac.compare_digest(given.encode(), config.token.encode()):
            return templates.TemplateResponse(request, "login.html", {"wrong": True}, status_code=403)
        response = RedirectResponse("/", 303)
        secure = request.url.scheme == "https"
        response.set_cookie(COOKIE, session_value(config.token), httponly=True, samesite="strict", secure=secure)
        return response


async def _short_body(request: Request, limit: int = 4096) -> bytes:
    """Read a body that nobody has signed in for, and stop before it fills the memory."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise HTTPException(413, "That is too long for a token.")
    return body


def _answer(templates: Jinja2Templates) -> Callable[[Request, int, str], Response]:
    """Make what says a problem in one sentence: as JSON, as a part of the page that asked, or as a page."""

    def answer(request: Request, status: int, text: str) -> Response:
        if request.url.path.startswith("/api/"):
            return JSONResponse({"detail": text}, status, headers=HEADERS)
        if request.headers.get("HX-Request"):
            there = {**HEADERS, "HX-Retarget": "#problem", "HX-Reswap": "innerHTML"}
            return templates.TemplateResponse(
                request, "problem.html", {"text": text}, status_code=status, headers=there
            )
        shown = {"status": status, "text": text}
        return templates.TemplateResponse(request, "error.html", shown, status_code=status, headers=HEADERS)

    return answer


def _errors(app: FastAPI, answer: Callable[[Request, int, str], Response]) -> None:
    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        return answer(request, error.status_code, str(error.detail))

    @app.exception_handler(HypographError)
    async def ours(request: Request, error: HypographError) -> Response:
        return answer(request, 400 if isinstance(error, InputError) else 503, str(error))
