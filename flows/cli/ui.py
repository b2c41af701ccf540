"""`hypograph ui`: serve the pages."""

from __future__ import annotations

import contextlib
import socket
from typing import Annotated

import typer

from hypograph.flows.cli.common import say
from hypograph.flows.cli.faults import Terminated
from hypograph.models.core.errors import PortTakenError

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)


@app.command("ui", help="Serve the pages, on this machine only unless a token is set.")
def ui(
    host: Annotated[str | None, typer.Option(help="Address to serve on.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port to serve on.")] = None,
    token: Annotated[str | None, typer.Option(help="Token that opens the pages; needed off loopback.")] = None,
) -> None:
    import uvicorn

    from hypograph.flows.evidence.desk import AlloyDesk
    from hypograph.flows.literature.shelf import CorpusShelf
    from hypograph.flows.runtime.settings import load_settings
    from hypograph.flows.server.access import configured_auth
    from hypograph.flows.server.answer_desk import AnswerDesk
    from hypograph.flows.server.jobs import Jobs
    from hypograph.flows.server.model_desk import ModelDesk
    from hypograph.flows.server.prefect_address import serving_file
    from hypograph.models.core.services import Services
    from hypograph.ui.app import create_app
    from hypograph.ui.config import UiConfig

    settings = load_settings(ui_host=host, ui_port=port, ui_token=token)
    secret = settings.ui_token.get_secret_value() if settings.ui_token else None
    config = UiConfig(
        settings.store_config(),
        prefect_api=settings.prefect_api_url,
        prefect_auth=configured_auth(),
        host=settings.ui_host,
        port=settings.ui_port,
        token=secret,
        serving=serving_file(settings.home / "prefect"),
        campaigns=settings.home / "campaigns",
    )
    jobs = Jobs(settings)
    desk = AlloyDesk(settings.home / "units")
    models = ModelDesk(settings)
    services = Services(
        shelf=CorpusShelf(settings.home / "literature"),
        workshop=jobs,
        metallurgist=desk,
        advisor=models,
        answers=AnswerDesk(models),
    )
    with _listener(config.host, config.port) as listener, contextlib.closing(jobs), contextlib.closing(desk):
        say(f"pages at http://{config.host}:{config.port}/ (Ctrl-C ends them)")
        app = create_app(config, services=services)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", server_header=False))
        with contextlib.suppress(Terminated):  # the pages have ended in order by then
            server.run(sockets=[listener])


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio turns Nagle's algorithm off only where it is: else each page waits 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise PortTakenError(
            f"cannot listen ({error.strerror})", where=f"{host}:{port}", hint="Choose another --port."
        ) from error
    return listener
