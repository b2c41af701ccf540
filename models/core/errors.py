"""The one exception tree.

::

    HypographError
    ├── InputError                  what the user gave is wrong (exit 2)
    │   ├── MissingFileError        a named file or folder is not there
    │   ├── MalformedRowError       a row of a file cannot be read
    │   ├── UnknownElementError     a symbol is no chemical element
    │   ├── SettingError            a setting or environment variable is wrong
    │   ├── SpaceError              a parameter space or a point in it is wrong
    │   ├── OtherFileError          a file is not the one whose checksum is locked
    │   └── TotalConflictError      sources contradict each other completely
    └── UnavailableError            something outside is in the way (exit 1)
        ├── StoreError              the graph store
        │   ├── StoreUnreachableError
        │   ├── StoreCredentialsError
        │   └── StoreLockedError
        ├── ModelError              a language model or its endpoint
        │   ├── CapabilityError     the endpoint lacks what was asked of it
        │   └── BudgetSpentError    calls, tokens or money ran out
        ├── NetworkError            no route, or a forbidden live request
        ├── PortTakenError          somebody listens there already
        ├── DiskError               full or not writable
        └── DataAbsentError         a data set that was not fetched or supplied

Every message says what was wrong, with which input, what was expected and what to do.
"""

from __future__ import annotations


class HypographError(Exception):
    """Root of every error that hypograph raises on purpose.

    Parameters
    ----------
    what
        What is wrong, one sentence without a full stop.
    where
        The input at fault: file and row, setting name, source name.
    expected
        What would have been right.
    hint
        What to do now.

    Examples
    --------
    >>> import hypograph as hg
    >>> try:
    ...     hg.Space.of(temperature=(100, 40))
    ... except hg.HypographError as error:
    ...     print(error.where)
    temperature
    """

    exit_code = 1
    retryable = False
    announced = False  # whether the command line has told it

    def __init__(self, what: str, *, where: str = "", expected: str = "", hint: str = "") -> None:
        self.what, self.where, self.expected, self.hint = what, where, expected, hint
        super().__init__(what)

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        if self.expected:
            text += f"; expected {self.expected}"
        if self.hint:
            text += f". {self.hint}"
        return text

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.what, self.where, self.expected, self.hint, dict(self.__dict__))


def _rebuild(
    kind: type[HypographError], what: str, where: str, expected: str, hint: str, state: dict[str, object]
) -> HypographError:
    error = kind.__new__(kind)
    HypographError.__init__(error, what, where=where, expected=expected, hint=hint)
    error.__dict__.update(state)
    return error


class InputError(HypographError):
    """What the user gave is wrong."""

    exit_code = 2


class MissingFileError(InputError):
    """A named file or folder is not there."""


class MalformedRowError(InputError):
    """A row of a file cannot be read; `where` names file, row and column."""


class UnknownElementError(InputError):
    """A symbol is no chemical element."""


class SettingError(InputError):
    """A setting or environment variable is wrong."""


class SpaceError(InputError):
    """A parameter space, or a point offered to it, is wrong."""


class OtherFileError(InputError):
    """A file is not the one whose checksum is locked."""


class TotalConflictError(InputError):
    """Sources contradict each other completely (K = 1); `where` names them."""


class UnavailableError(HypographError):
    """Something outside the program is in the way."""


class StoreError(UnavailableError):
    """The graph store refused or failed."""


class StoreUnreachableError(StoreError):
    """No server answers at the address."""

    retryable = True


class StoreCredentialsError(StoreError):
    """The server refused user name or password."""


class StoreLockedError(StoreError):
    """Another process holds the store's data folder."""


class ModelError(UnavailableError):
    """A language model or its endpoint failed."""


class CapabilityError(ModelError):
    """The endpoint lacks a capability that was asked of it."""


class BudgetSpentError(ModelError):
    """The budget of calls, tokens or money ran out."""


class NetworkError(UnavailableError):
    """No route to a host, or a live request while those are forbidden."""

    retryable = True


class PortTakenError(UnavailableError):
    """Another process listens on the port."""


class DiskError(UnavailableError):
    """The disk is full or the folder cannot be written."""


class DataAbsentError(UnavailableError):
    """A data set was neither fetched nor supplied."""
