"""What routes return is described by its type and sent as it is."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable

from fastapi import APIRouter
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.responses import Response

_DONE = "__sent_as_it_is__"


def described_only(router: APIRouter) -> APIRouter:
    """Let types describe the answers of a router, and never change them.

    FastAPI would leave out what a type does not name, and answer 500 where a store holds a value of another type: a
    store may be older or filled by others, and what it holds is what readers should see.
    """
    for route in router.routes:
        if isinstance(route, APIRoute) and route.response_field is not None and not hasattr(route.endpoint, _DONE):
            route.endpoint = route.dependant.call = _as_it_is(route.endpoint)
    return router


def _as_it_is(endpoint: Callable[..., object]) -> Callable[..., object]:
    """Turn what an endpoint returns into the answer itself."""

    def answer(found: object) -> Response:
        return found if isinstance(found, Response) else JSONResponse(jsonable_encoder(found))

    if inspect.iscoroutinefunction(endpoint):

        @functools.wraps(endpoint)
        async def later(*args: object, **kwargs: object) -> Response:
            return answer(await endpoint(*args, **kwargs))

        wrapped: Callable[..., object] = later
    else:

        @functools.wraps(endpoint)
        def now(*args: object, **kwargs: object) -> Response:
            return answer(endpoint(*args, **kwargs))

        wrapped = now
    setattr(wrapped, _DONE, True)
    return wrapped
