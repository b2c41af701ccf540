"""Registries: what can be chosen by name, ours and that of other packages.

A package adds to a registry through the entry point group of its name. Names are known from the package's metadata, so
that a help text imports nothing; the thing itself is loaded when it is first used.
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import EntryPoint
from typing import Generic, Protocol, TypeVar

from hypograph.models.core.errors import InputError, UnavailableError


class Named(Protocol):
    """Something with a name by which it is chosen."""

    @property
    def name(self) -> str:
        """Its name."""
        ...


T = TypeVar("T", bound=Named)


class Registry(Generic[T]):
    """Things of one kind by name: ours in their order, then those of other packages.

    Parameters
    ----------
    group
        The entry point group, such as ``hypograph.methods``. An entry point's name is the thing's; it names the thing,
        or a function without arguments that returns it.
    kind
        Class of the things.
    noun
        What one is called in messages.
    ours
        Those of this package.
    """

    def __init__(self, group: str, kind: type[T], noun: str, ours: Iterable[T] = ()) -> None:
        self.group, self.kind, self.noun = group, kind, noun
        self._own = {thing.name: thing for thing in ours}
        self._others: dict[str, T] = {}
        self._points: dict[str, EntryPoint] | None = None

    @property
    def own(self) -> tuple[str, ...]:
        """Names of those of this package."""
        return tuple(self._own)

    def register(self, thing: T) -> T:
        """Make a thing known in this process; one of the same name is replaced."""
        self._others[thing.name] = thing
        return thing

    def names(self) -> tuple[str, ...]:
        """Return all names, without loading anything."""
        return tuple(dict.fromkeys((*self._own, *self._found(), *self._others)))

    def __contains__(self, name: object) -> bool:
        return name in self.names()

    def __iter__(self) -> Iterator[T]:
        return (self.get(name) for name in self.names())

    def get(self, name: str, where: str = "") -> T:
        """Return the thing of a name.

        Parameters
        ----------
        where
            What named it, for the message; the name itself if empty.

        Raises
        ------
        InputError
            If there is none.
        UnavailableError
            If the package that offers it cannot be loaded.
        """
        if name in self._others:
            return self._others[name]
        if name in self._own:
            return self._own[name]
        point = self._found().get(name)
        if point is None:
            raise InputError(
                f"no such {self.noun}" + (f": {name!r}" if where else ""),
                where=where or name,
                expected=", ".join(self.names()),
            )
        return self.register(self._loaded(point))

    def origin(self, name: str) -> str:
        """Return distribution and version behind a thing of another package, "" for ours: part of a result's key."""
        point = None if name in self._own else self._found().get(name)
        return f"{point.dist.name} {point.dist.version}" if point is not None and point.dist is not None else ""

    def _found(self) -> Mapping[str, EntryPoint]:
        if self._points is None:
            points = importlib.metadata.entry_points(group=self.group)
            self._points = {point.name: point for point in points if point.name not in self._own}
        return self._points

    def _loaded(self, point: EntryPoint) -> T:
        try:
            made = point.load()
            made = made if isinstance(made, self.kind) else made()
            if not isinstance(made, self.kind) or made.name != point.name:
                raise TypeError(f"{made!r:.80} is no {self.kind.__name__} of the name {point.name!r}")
        except Exception as error:  # whatever the other package does wrong
            raise UnavailableError(
                f"a {self.noun} of another package cannot be loaded ({error})",
                where=f"{self.group}: {point.name}",
                hint="Mend or uninstall that package.",
            ) from error
        return made
