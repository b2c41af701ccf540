"""Three and more objectives with BoTorch: one Gaussian process an objective, expected gain of hypervolume.

BoTorch costs seconds to import and half a second and more an ask; it is used where a closed form is not at hand: more
than two objectives (qLogNEHVI: Daulton et al. 2021; Ament et al. 2023). Points come as a list of allowed
candidates, so that mixtures, constraints and exclusions hold by construction.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hypograph.models.campaigns.space.space import Point, Space

Floats = NDArray[np.float64]
POINTS, FEWEST = 2_048, 512  # candidates looked at for one suggestion, and for each of many
CHUNK = 512


def encode(space: Space, points: Sequence[Point]) -> Floats:
    """Turn points into numbers: options as their index, numbers as share of the range, shape ``(m, d)``."""
    columns = []
    for p in space.parameters:
        if p.options:
            index = {o: i for i, o in enumerate((*p.options, *p.former))}
            columns.append([float(index[x[p.name]]) for x in points])
        else:
            columns.append(p.shares([x[p.name] for x in points]).tolist())
    return np.array(columns, dtype=float).T.reshape(len(points), len(space.parameters))


def ask_several(
    space: Space,
    tried: Sequence[Point],
    y: Floats,
    pending: Sequence[Point],
    free: Sequence[Point],
    n: int,
    seed: int,
) -> list[int]:
    """Choose the n candidates with the largest expected gain of hypervolume.

    Parameters
    ----------
    y
        Utilities of the tried points, larger is better, shape ``(t, o)`` with o ≥ 2.
    pending
        Points whose results are awaited; their outcomes are integrated over.
    free
        Candidates; of more than `POINTS` (fewer for a batch) a random subset is looked at.

    Returns
    -------
    list of int
        Indices into `free`, best first, at most n.
    """
    with warnings.catch_warnings():
        # Few points and small ranges are what a laboratory has, and what BoTorch's dependencies deprecate is their
        # matter: its advice is no news.
        warnings.simplefilter("ignore")
        return _chosen(space, tried, y, pending, free, n, seed)


def _chosen(
    space: Space,
    tried: Sequence[Point],
    y: Floats,
    pending: Sequence[Point],
    free: Sequence[Point],
    n: int,
    seed: int,
) -> list[int]:
    import torch
    from botorch.acquisition.multi_objective import logei
    from botorch.optim.optimize import optimize_acqf_discrete
    from botorch.sampling.normal import SobolQMCNormalSampler

    # Else BoTorch compiles C++ for a minute at the first ask, and no ask is measurably faster for it.
    logei._load_attempted = True
    rng = np.random.default_rng(seed)
    some = np.sort(rng.permutation(len(free))[: max(POINTS // n, FEWEST)])
    spread = np.where(y.std(0) > 0, y.std(0), 1.0)
    scaled = (y - y.mean(0)) / spread
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        x = torch.as_tensor(encode(space, tried), dtype=torch.float64)
        choices = torch.as_tensor(encode(space, [free[i] for i in some]), dtype=torch.float64)
        model = fit_models(space, x, torch.as_tensor(scaled, dtype=torch.float64))
        waiting = torch.as_tensor(encode(space, pending), dtype=torch.float64) if pending else None
        gain = logei.qLogNoisyExpectedHypervolumeImprovement(
            model=model,
            ref_point=(scaled.min(0) - 0.1).tolist(),
            X_baseline=x,
            sampler=SobolQMCNormalSampler(torch.Size([32]), seed=seed),
            prune_baseline=True,
            X_pending=waiting,
        )
        chosen, _ = optimize_acqf_discrete(
            gain, q=min(n, len(some)), choices=choices, max_batch_size=CHUNK, unique=True
        )
    return _indices(choices.numpy(), chosen.numpy(), some)


def _indices(choices: Floats, chosen: Floats, some: NDArray[np.int64]) -> list[int]:
    return [int(some[np.abs(choices - row).sum(1).argmin()]) for row in chosen]


def fit_models(space: Space, x: Any, y: Any) -> Any:
    """Fit one model per objective: options by their mismatch, numbers by Matérn-5/2; a list of them where several."""
    from botorch.fit import fit_gpytorch_mll
    from botorch.models.gp_regression import SingleTaskGP
    from botorch.models.gp_regression_mixed import MixedSingleTaskGP
    from botorch.models.model_list_gp_regression import ModelListGP
    from gpytorch.mlls import SumMarginalLogLikelihood

    named = [j for j, p in enumerate(space.parameters) if p.options]
    models = [
        MixedSingleTaskGP(x, column[:, None], cat_dims=named, outcome_transform=None)
        if named
        else SingleTaskGP(x, column[:, None], outcome_transform=None)
        for column in y.T
    ]
    model = ModelListGP(*models)
    fit_gpytorch_mll(SumMarginalLogLikelihood(model.likelihood, model), optimizer_kwargs={"options": {"maxiter": 60}})
    return model if len(models) > 1 else models[0]
