"""How often the true one of two hypotheses leads after some experiments in a simulated laboratory.

python benchmarks/hypotheses_loop.py [--quick] [--runs 200]
"""

from __future__ import annotations

import json

import numpy as np
from harness import arguments, write

from hypograph.models.hypotheses.document import Prediction
from hypograph.models.hypotheses.outcomes import Measured, combined, probabilities_best, weigh

EXPERIMENTS = (2, 4, 8, 12)
NOISES = (0.25, 0.5, 1.0)  # of one result, as share of the effect
PRIOR = 0.35  # probability of being best that the judge gives the true one: it prefers the false one


def leads(effect: float, noise: float, experiments: int, rng: np.random.Generator, told: bool) -> tuple[bool, bool]:
    """Test a true and a false hypothesis in turn; say whether the true one leads, and whether a state is wrong.

    The true one predicts that its intervention gives more than half the effect; it gives the effect. The false one
    predicts the same of another, which gives nothing. Every third experiment is a control.
    """
    prediction = Prediction(quantity="effect", relation=">", value=effect / 2, unit="")
    results: dict[str, list[Measured]] = {"true": [], "false": []}
    for number in range(experiments):
        name, control = ("true", "false")[number % 2], number % 3 == 2
        truth = effect if name == "true" and not control else 0.0
        results[name].append(Measured(truth + noise * float(rng.standard_normal()), control))
    known = noise if told else None
    weighed = {name: weigh(prediction, rows, known) for name, rows in results.items()}
    standing = {name: combined([w]) for name, w in weighed.items() if w is not None}
    best = probabilities_best({"true": PRIOR, "false": 1 - PRIOR}, {n: s.pignistic for n, s in standing.items()})
    wrong = (("true" in standing) and standing["true"].state == "refuted") or (
        "false" in standing and standing["false"].state == "supported"
    )
    return best["true"] > best["false"], wrong


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    runs = 40 if chosen.quick else chosen.runs
    rows = []
    for told in (True, False):
        for noise in NOISES:
            for experiments in EXPERIMENTS:
                rng = np.random.default_rng([chosen.seed, int(100 * noise), experiments, told])
                found = [leads(1.0, noise, experiments, rng, told) for _ in range(runs)]
                rows.append(
                    {
                        "noise": noise,
                        "noise_known": told,
                        "experiments": experiments,
                        "true_leads": float(np.mean([f[0] for f in found])),
                        "wrong_state": float(np.mean([f[1] for f in found])),
                    }
                )
    document = {"runs": runs, "prior_of_the_true": PRIOR, "seed": chosen.seed, "rows": rows}
    print(json.dumps(document, indent=1))
    write("hypotheses_loop", document, quick=chosen.quick)


if __name__ == "__main__":
    main()
