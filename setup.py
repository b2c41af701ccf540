"""Where each room of the package lies: the top-level folders are its subpackages."""

from setuptools import find_namespace_packages, setup

ROOMS = ("models", "agents", "graph", "flows", "ui", "infra")
HIDDEN = ("*__pycache__*", "*node_modules*")


def packages() -> list[str]:
    """Every package, data folders included, under its import name."""
    found = ["hypograph"]
    for room in ROOMS:
        found += [
            f"hypograph.{room}",
            *(f"hypograph.{room}.{p}" for p in find_namespace_packages(room, exclude=HIDDEN)),
        ]
    return found


setup(
    packages=packages(),
    package_dir={"hypograph": "src/hypograph"} | {f"hypograph.{room}": room for room in ROOMS},
)
