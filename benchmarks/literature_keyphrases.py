"""Keyphrases on public sets that nothing here was chosen on, beside TF-IDF and YAKE.

Run: python benchmarks/literature_keyphrases.py FOLDER
FOLDER holds the files of infra/keyphrase_sets.lock, downloaded from the addresses that stand there; a file with
another checksum is refused, a missing one is left out. Inspec, on which the word lists were written, is supplied data:
`hypograph literature keyphrases --gold Inspec.zip`.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from harness import arguments, skip, write

from hypograph.flows.literature.keyphrases import evaluate_keyphrases

LOCK = Path(__file__).parents[1] / "infra" / "keyphrase_sets.lock"


def locked() -> list[tuple[str, str, str]]:
    """Name, checksum and address of each set."""
    lines = [line.split() for line in LOCK.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    return [(name, checksum, address) for name, checksum, address in lines]


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    chosen = parser.parse_args()
    if chosen.folder is None:
        skip("no FOLDER with the files of infra/keyphrase_sets.lock is given")
    found: dict[str, Any] = {}
    for name, checksum, address in locked():
        path = chosen.folder / name
        if not path.is_file():
            print(f"{name} is not there: {address}")
            continue
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != checksum:
                skip(f"{path} is another file than {address}: its checksum differs")
        print(name, flush=True)
        document = evaluate_keyphrases(path, sample=60 if chosen.quick else None, say=print)
        found[path.stem] = {"source": address, "sha256": checksum, **document}
    if not found:
        skip("none of the sets is in the folder")
    write("literature_keyphrases", {"sets": found}, quick=chosen.quick)


if __name__ == "__main__":
    main()
