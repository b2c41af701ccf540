"""The lock of local models that ships with the package."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class LockedModel:
    """One line of the lock: a file, its checksum, and where its bytes come from."""

    name: str
    file: str
    sha256: str
    size: int
    url: str
    wheels: str
    licence: str
    default: bool = False


@cache
def locked_models() -> dict[str, LockedModel]:
    """Read the lock."""
    text = (resources.files("hypograph.agents.local") / "models.toml").read_text("utf-8")
    return {
        name: LockedModel(
            name,
            row["file"],
            row["sha256"],
            row["bytes"],
            row["url"],
            row["wheels"],
            row["licence"],
            row.get("default", False),
        )
        for name, row in tomllib.loads(text).items()
    }


def default_model() -> LockedModel:
    """Return the model that is used where none is named."""
    return next(m for m in locked_models().values() if m.default)


def wheel_lines(model: LockedModel) -> list[str]:
    """Return the lines of the lock of wheels: ``name==version --hash=sha256:…``."""
    text = (resources.files("hypograph.agents.local") / model.wheels).read_text("utf-8")
    return [line for line in text.splitlines() if line.strip()]
