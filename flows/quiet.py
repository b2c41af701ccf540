"""Prefect as a guest: its files in our folder, no telemetry, console messages only where we fail to speak."""

from __future__ import annotations

import os

from hypograph.flows.settings import Settings


def quiet_prefect(settings: Settings, *, console: str = "CRITICAL") -> None:
    """Set Prefect's variables before anything imports it; a variable the user set is left alone.

    Parameters
    ----------
    settings
        Gives the home folder and the server's address.
    console
        Lowest level that Prefect writes to standard error.
    """
    wanted = {
        "PREFECT_HOME": str(settings.home / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": console,
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_UI_ENABLED": "true",
    }
    if settings.prefect_api_url is not None:
        wanted["PREFECT_API_URL"] = settings.prefect_api_url
    for name, value in wanted.items():
        os.environ.setdefault(name, value)
