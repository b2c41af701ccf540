"""The code that each kind of unit can reach, hashed: comments, layout and docstrings do not count.

``python tests/unit_code.py`` renews ``tests/unit_code.json``. Raise a kind's version first where its results changed.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import json
from functools import cache
from pathlib import Path

from hypograph.flows.runtime.unit_kinds import UnitKind, kinds

LOCK = Path(__file__).with_suffix(".json")
FOLLOWED = ("hypograph.models.", "hypograph.agents.", "hypograph.graph.records.")


@cache
def _tree(module: str) -> ast.Module | None:
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        return None
    return ast.parse(Path(spec.origin).read_text("utf-8"))


def _is_module(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


@cache
def imported(module: str) -> frozenset[str]:
    """Modules of ours that a module imports anywhere in its text."""
    found = set()
    for node in ast.walk(_tree(module) or ast.Module([], [])):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{a.name}" for a in node.names)}
        elif isinstance(node, ast.Import):
            found |= {a.name for a in node.names}
    return frozenset(name for name in found if name.startswith(FOLLOWED) and _is_module(name))


@cache
def code_hash(module: str) -> str:
    """Hash what a module does, without what only people read."""
    tree = _tree(module)
    assert tree is not None, f"no module {module}"
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if (
            isinstance(body, list)
            and body
            and isinstance(body[0], ast.Expr)
            and isinstance(body[0].value, ast.Constant)
        ):
            del body[0]
    return hashlib.sha256(_shape(tree).encode()).hexdigest()


def _shape(node: object) -> str:
    """Write a tree the same on every Python: fields that are empty come and go between versions."""
    if isinstance(node, list):
        return f"[{','.join(map(_shape, node))}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    empty = None, []
    told = ((name, value) for name, value in ast.iter_fields(node) if name == "value" or value not in empty)
    return f"{type(node).__name__}({','.join(f'{name}={_shape(value)}' for name, value in told)})"


def reached(kind: UnitKind) -> list[str]:
    """Every module that the work of a kind can reach."""
    seen: set[str] = set()
    waiting = list(kind.code)
    while waiting:
        module = waiting.pop()
        if module not in seen:
            seen.add(module)
            waiting.extend(imported(module))
    return sorted(seen)


def current() -> dict[str, dict[str, object]]:
    """Version and code of every kind as they are now."""
    return {
        name: {
            "version": kind.version,
            "code": hashlib.sha256("".join(code_hash(m) for m in reached(kind)).encode()).hexdigest()[:16],
        }
        for name, kind in sorted(kinds().items())
    }


if __name__ == "__main__":
    LOCK.write_text(json.dumps(current(), indent=1) + "\n", encoding="utf-8")
