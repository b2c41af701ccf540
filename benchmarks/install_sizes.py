"""What each extra adds to an installation: size on disk and number of packages, from the metadata of this environment.

The requirements of the library, and of it with each extra, are followed through what is installed; what is not
installed is named and not counted. The files that were installed are counted, compiled modules among them. Nothing is
downloaded.

python benchmarks/install_sizes.py [--quick]
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from harness import arguments, write
from packaging.requirements import Requirement

OWN = "hypograph"
SETS: dict[str, tuple[str, ...]] = {
    "library": (),
    "server": ("server",),
    "local": ("local",),
    "chem": ("chem",),
    "live": ("live",),
    "otel": ("otel",),
    "all": ("all",),
    "all and development": ("all", "dev"),
}
LARGEST = 8
# Packages of NVIDIA's libraries come with PyTorch's build for CUDA only.
CUDA = re.compile(r"^(nvidia|cuda|triton)\b")


def plain(name: str) -> str:
    """Name of a package as the index compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def found(name: str) -> Distribution | None:
    """An installed package."""
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def wanted(package: Distribution, extras: frozenset[str]) -> Iterator[Requirement]:
    """Requirements of a package with some extras, on this system."""
    for line in package.requires or ():
        need = Requirement(line)
        if need.marker is None or any(need.marker.evaluate({"extra": e}) for e in extras or {""}):
            yield need


def closure(extras: tuple[str, ...]) -> tuple[dict[str, Distribution], set[str]]:
    """Packages that the library with some extras needs, itself included, and those that are not installed."""
    here, absent = dict[str, Distribution](), set[str]()
    done, left = set[tuple[str, frozenset[str]]](), [(OWN, frozenset({"", *extras}))]
    while left:
        name, asked = left.pop()
        if (name, asked) in done:
            continue
        done.add((name, asked))
        package = found(name)
        if package is None:
            absent.add(name)
            continue
        here[name] = package
        left += [(plain(need.name), frozenset({"", *need.extras})) for need in wanted(package, asked)]
    return here, absent


@cache
def size(name: str) -> int:
    """Bytes of a package's files."""
    package = found(name)
    files = [] if package is None else package.files or []
    places = {Path(str(file.locate())) for file in files}
    return sum(place.stat().st_size for place in places if place.is_file())


def megabytes(size: int) -> float:
    return round(size / 1e6, 1)


def row(extras: tuple[str, ...], library: set[str]) -> dict[str, object]:
    """Size of the library with extras, and what they add."""
    here, absent = closure(extras)
    sizes = {name: size(name) for name in here if name != OWN}
    largest = sorted(sizes, key=lambda n: -sizes[n])[:LARGEST]
    return {
        "packages": len(sizes),
        "megabytes": megabytes(sum(sizes.values())),
        "added_packages": len(sizes.keys() - library),
        "added_megabytes": megabytes(sum(n for name, n in sizes.items() if name not in library)),
        "largest": {name: megabytes(sizes[name]) for name in largest},
        "not_installed": sorted(absent),
    }


def main() -> None:
    given = arguments(__doc__).parse_args()
    library = set(closure(())[0])
    torch = found("torch")
    result = {
        "sets": {name: row(extras, library) for name, extras in SETS.items()},
        "torch": None if torch is None else torch.version,
        "cuda_megabytes": megabytes(sum(size(name) for name in closure(("all",))[0] if CUDA.match(name))),
    }
    print(json.dumps(result, indent=1))
    write("install_sizes", result, quick=given.quick)


if __name__ == "__main__":
    main()
