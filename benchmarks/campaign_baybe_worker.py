"""Campaigns by BayBE on given tables: run by `campaign_baybe.py` with an interpreter that has BayBE, not by hand.

A request on standard input, a line of JSON on standard output for each campaign that is done. Descriptors are BayBE's
own (Mordred, decorrelated), and so are surrogate, acquisition and priors: nothing is set but what a chemist names.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from typing import Any


def main() -> None:
    warnings.simplefilter("ignore")
    request = json.load(sys.stdin)
    import baybe
    import torch

    torch.set_num_threads(1)
    print(json.dumps({"baybe": baybe.__version__, "encodings": encodings(request["parameters"])}), flush=True)
    for run in request["runs"]:
        print(json.dumps(campaign(request, **run)), flush=True)


def encodings(parameters: list[dict[str, Any]]) -> dict[str, str]:
    """Return how each parameter is coded; building them here leaves descriptors out of the campaigns' time."""
    return {p["name"]: type(parameter(p)).__name__ for p in parameters}


def parameter(row: dict[str, Any]) -> Any:
    """Return BayBE's parameter for numbers, structures or names."""
    from baybe.parameters import CategoricalParameter, NumericalDiscreteParameter, SubstanceParameter

    if row.get("numbers"):
        return NumericalDiscreteParameter(row["name"], row["numbers"])
    if row.get("smiles"):
        return SubstanceParameter(row["name"], data=row["smiles"], encoding="MORDRED")
    return CategoricalParameter(row["name"], row["options"])


def campaign(request: dict[str, Any], seed: int, start: list[int], order: list[int]) -> dict[str, Any]:
    """Run one campaign; rows in the order that they were tried, and processor seconds."""
    import numpy as np
    import pandas as pd
    import torch
    from baybe import Campaign
    from baybe.searchspace import SearchSpace
    from baybe.targets import NumericalTarget

    np.random.seed(seed)
    torch.manual_seed(seed)
    names = [p["name"] for p in request["parameters"]]
    frame = pd.DataFrame([request["rows"][i] for i in order], columns=names)
    place = {tuple(row): i for row, i in zip(frame.itertuples(index=False, name=None), order, strict=True)}
    space = SearchSpace.from_dataframe(frame, [parameter(p) for p in request["parameters"]])
    theirs = Campaign(space, NumericalTarget("outcome").to_objective(), allow_recommending_already_measured=False)
    began = time.process_time()
    rows = list(start)
    theirs.add_measurements(measured(request, names, rows))
    while len(rows) < request["budget"]:
        asked = theirs.recommend(batch_size=1)[names]
        rows.append(place[next(asked.itertuples(index=False, name=None))])
        theirs.add_measurements(measured(request, names, rows[-1:]))
    return {"seed": seed, "rows": rows, "seconds": round(time.process_time() - began, 2)}


def measured(request: dict[str, Any], names: list[str], rows: list[int]) -> Any:
    """Return rows of the table with their outcomes."""
    import pandas as pd

    frame = pd.DataFrame([request["rows"][i] for i in rows], columns=names)
    frame["outcome"] = [request["values"][i] for i in rows]
    return frame


if __name__ == "__main__":
    main()
