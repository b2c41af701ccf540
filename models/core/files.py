"""What the system says of a file, as an error of ours: a name that cannot be is bad input, a full disk is not."""

from __future__ import annotations

import errno
from typing import Final

from hypograph.models.core.errors import DiskError, HypographError, InputError

# The name itself is at fault: no waiting and no free space would help.
NAMES: Final = frozenset(
    getattr(errno, name)
    for name in (
        "ENAMETOOLONG",
        "ENOENT",
        "ENOTDIR",
        "EISDIR",
        "ELOOP",
        "EINVAL",
        "EILSEQ",
        "EEXIST",
        "ENXIO",
        "ENODEV",
    )
)


def file_error(error: OSError, path: object, verb: str = "written") -> HypographError:
    """Return the error to raise where a file could not be read or written.

    Parameters
    ----------
    error
        What the system said.
    path
        The file.
    verb
        What could not be done: "read" or "written".

    Example
    -------
    >>> str(file_error(OSError(errno.ENOSPC, "No space left on device"), "a.csv"))
    'a.csv: cannot be written (No space left on device)'
    """
    shown = str(path)
    where = shown if len(shown) <= 300 else f"{shown[:200]}… ({len(shown):,} characters)"
    kind = InputError if error.errno in NAMES or verb == "read" else DiskError
    return kind(f"cannot be {verb} ({error.strerror or type(error).__name__})", where=where)
