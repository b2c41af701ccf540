"""Templates of the pages: where they are, and how figures, spans and times are written in them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from jinja2 import Undefined
from markupsafe import Markup, escape
from starlette.exceptions import HTTPException

from hypograph.models.core.registry import Registry
from hypograph.ui.drawing import bars, figures, slices
from hypograph.ui.sent_once import fresh

HERE = Path(__file__).parent
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the menu.

    Attributes
    ----------
    name
        Its name for programs.
    path, label
        Where it is, and what the menu calls it.
    router
        Answers its addresses; None for ours, whose order `app` decides.
    templates
        Folder of its templates; they may extend ``layout`` as ours do (see `show`).
    """

    name: str
    path: str
    label: str
    router: APIRouter | None = None
    templates: Path | None = None


PAGES: Final = Registry(
    "hypograph.pages",
    Page,
    "page",
    (
        Page("overview", "/", "Overview"),
        Page("map", "/map", "Map"),
        Page("papers", "/papers", "Papers"),
        Page("hypotheses", "/hypotheses", "Hypotheses"),
        Page("elements", "/elements", "Elements"),
        Page("campaigns", "/campaigns", "Campaigns"),
        Page("flows", "/flows", "Flows"),
        Page("reviews", "/reviews", "Review"),
    ),
)
BEGIN = (
    ("/papers/ask", "Ask your papers", "and read the answer with its citations"),
    ("/questions/new", "Ask a question", "and let hypotheses be searched that answer it"),
    ("/campaigns/new", "Begin a campaign", "from a form or from a spreadsheet"),
    ("/papers/new", "Add papers", "from an export of a reference manager"),
    ("/alloys/new", "Predict alloys", "of a table, a list or a scan of amounts"),
    ("/runs/new", "Run a flow", "now, or by a schedule"),
)


def make_templates() -> Jinja2Templates:
    """Return the environment in which every page is written."""
    folders = [HERE / "templates", *sorted(p for p in (HERE / "pages").iterdir() if p.is_dir())]
    folders += [page.templates for page in PAGES if page.templates is not None]
    menu = tuple((page.path, page.label) for page in PAGES)
    templates = Jinja2Templates(directory=folders)
    templates.env.globals |= {"pages": menu, "begin": BEGIN, "course": figures.course, "once": fresh}
    templates.env.globals |= {
        "mass_bar": bars.mass,
        "duel_bar": bars.duel,
        "interval_bar": bars.interval,
        "share_bar": bars.part,
    }
    templates.env.globals |= {"slices": slices.slices, "front": slices.front}
    templates.env.filters |= {
        "figure": figure,
        "share": bars.share,
        "duration": duration,
        "when": lambda text: str(text or "").replace("T", " ").removesuffix("Z")[:16],
        "clock": lambda text: str(text or "").partition("T")[2][:8],
        "moment": moment,
        "plain": plain,
        "exact": exact,
    }
    return templates


def show(request: Request, template: str, status_code: int = 200, /, **values: object) -> HTMLResponse:
    """Return a page, or only its living part where a script follows it."""
    layout = "part.html" if request.query_params.get("part") == "live" else "base.html"
    found: HTMLResponse = request.app.state.templates.TemplateResponse(
        request, template, {"layout": layout, **values}, status_code=status_code
    )
    return found


def found(value: T | None, key: str) -> T:
    """Return what a page shows.

    Raises
    ------
    HTTPException
        404 where there is nothing.
    """
    if value is None:
        raise HTTPException(404, f"There is nothing called “{key[:80]}” in the graph.")
    return value


def figure(value: object, digits: int = 2) -> str:
    """Write a figure; a dash where there is none, or the row does not even name it."""
    if value is None or isinstance(value, Undefined):
        return "–"
    return f"{value:.{digits}f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)


def duration(seconds: object) -> str:
    """Write seconds as a person would: 8.2 s, 3 min 20 s, 2 h 5 min."""
    if not isinstance(seconds, int | float):
        return "–"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def moment(text: object) -> Markup:
    """Write a time: in UTC as it comes, in the reader's own zone once our script has seen it."""
    if not text or isinstance(text, Undefined):
        return Markup("–")
    said = str(text)
    known = said if said.endswith("Z") or "+" in said[10:] else said + "Z"
    shown = said.replace("T", " ").removesuffix("Z")[:16]
    return Markup('<time datetime="{}">{} UTC</time>').format(known, escape(shown))


def exact(value: object) -> str:
    """Write a value as it is: a number with all its digits and no more, everything else as text."""
    if value is None or isinstance(value, Undefined):
        return "–"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.12g}"
    return str(value)


# Signs that turn the direction of what follows them, or show nothing: a name made of them could pass for another.
_UNSEEN = dict.fromkeys((*range(8203, 8208), *range(8234, 8239), *range(8288, 8298), 65279, 173))


def plain(text: object) -> str:
    """Write a name without signs that are not seen; letters of every script stay."""
    said = "" if text is None or isinstance(text, Undefined) else str(text)
    return said.translate(_UNSEEN) or said
