"""Any BoTorch acquisition function as a method: candidates are allowed points, the model one of BoTorch's own."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from hypograph.models.campaigns.bayes.botorch import CHUNK, FEWEST, POINTS, encode, fit_models
from hypograph.models.campaigns.core.trials import Objective, Trial, measured, ordered, outcomes, suggestion, untried
from hypograph.models.campaigns.optimizers.space_filling import Sobol
from hypograph.models.campaigns.space.candidates import candidates
from hypograph.models.campaigns.space.space import Point, Space
from hypograph.models.core.errors import InputError
from hypograph.models.core.protocols import Suggestion

if TYPE_CHECKING:
    from torch import Tensor

    from hypograph.models.campaigns.optimizers.registry import Setup

SAMPLES: Final = 128  # draws of a Monte-Carlo acquisition function: BoTorch's default is 512, for continuous search


@dataclass(frozen=True, slots=True)
class AcquisitionOptimizer:
    """Suggests what an acquisition function values most, after the space was filled.

    Attributes
    ----------
    space, held
        What can be varied, and where suggestions are looked for.
    acquisition
        Makes an acquisition function.
    name
        Name of the method.
    arguments
        Given beside those that are filled in.
    """

    space: Space
    held: Space
    objectives: tuple[Objective, ...]
    acquisition: Callable[..., Any]
    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    initial: int = 5
    seed: int = 0

    def ask(self, history: Sequence[Trial], n: int = 1) -> list[Suggestion]:
        """Return up to n points not tried before."""
        trials = ordered(history)
        known = measured(trials)
        begin = n if len(known) < 2 else min(n, max(0, self.initial - len(trials)))
        found = Sobol(self.held, self.seed).ask(trials, begin) if begin else []
        if len(found) == n or len(known) < 2:
            return found
        rng = np.random.default_rng([self.seed, len(trials)])
        awaited = [Trial("", dict(s.parameters)) for s in found]
        y = outcomes(known, self.objectives)
        near = [known[i].parameters for i in np.argsort(-y[:, 0], kind="stable")[:3]]
        free = untried(candidates(self.held, rng, near), [*trials, *awaited])
        pending = [t.parameters for t in trials if t.status == "pending"] + [t.parameters for t in awaited]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # as in `botorch`: advice to who chose the model, not to a laboratory
            rows = self._choose(known, y, pending, free, n - len(found), rng)
        return found + [suggestion(free[i], self.name, f"largest {self.name} (BoTorch)") for i in rows]

    def _choose(
        self,
        known: Sequence[Trial],
        y: np.ndarray,
        pending: Sequence[Point],
        free: Sequence[Point],
        n: int,
        rng: np.random.Generator,
    ) -> list[int]:
        import torch
        from botorch.acquisition.multi_objective import logei

        logei._load_attempted = True  # as in `botorch`: else C++ is compiled for a minute at the first ask
        some = np.sort(rng.permutation(len(free))[: max(POINTS // n, FEWEST)])
        spread = np.where(y.std(0) > 0, y.std(0), 1.0)

        def tensor(values: np.ndarray) -> Tensor:
            return torch.as_tensor(values, dtype=torch.float64)

        with torch.random.fork_rng():
            torch.manual_seed(int(rng.integers(1 << 31)))
            x, scaled = tensor(encode(self.space, [t.parameters for t in known])), tensor((y - y.mean(0)) / spread)
            choices = tensor(encode(self.space, [free[i] for i in some]))
            waiting = tensor(encode(self.space, pending).reshape(len(pending), x.shape[1]))
            chosen: list[int] = []
            model = fit_models(self.space, x, scaled)
            for _ in range(min(n, len(some))):
                function = self._made(model, x, scaled, waiting, choices)
                with torch.no_grad():
                    values = torch.cat(
                        [function(choices[i : i + CHUNK, None, :]) for i in range(0, len(choices), CHUNK)]
                    )
                values[chosen] = -torch.inf
                if not torch.isfinite(values.max()):
                    raise InputError(
                        "no candidate has a finite value", where=self.name, expected="a finite acquisition"
                    )
                chosen.append(int(values.argmax()))
                waiting = torch.cat([waiting, choices[chosen[-1:]]])
        return [int(some[i]) for i in chosen]

    def _made(self, model: Any, x: Tensor, y: Tensor, waiting: Tensor, choices: Tensor) -> Any:
        """Make the acquisition function with points whose results are awaited: pending, or believed."""
        from botorch.exceptions.errors import UnsupportedError

        function = self._call(model, x, y, choices)
        if not len(waiting):
            return function
        try:
            function.set_X_pending(waiting)
        except UnsupportedError:
            mean = model.posterior(waiting).mean.detach()
            points = waiting if y.shape[1] == 1 else [waiting] * y.shape[1]
            believed = model.condition_on_observations(points, mean)
            return self._call(believed, x, y, choices)
        return function

    def _call(self, model: Any, x: Tensor, y: Tensor, choices: Tensor) -> Any:
        import torch
        from botorch.sampling.normal import SobolQMCNormalSampler
        from botorch.utils.multi_objective.box_decompositions import FastNondominatedPartitioning

        reference = y.min(0).values - 0.1
        offered: dict[str, Callable[[], Any]] = {
            "model": lambda: model,
            "best_f": lambda: y[:, 0].max(),
            "X_baseline": lambda: x,
            "X_observed": lambda: x,
            "mc_points": lambda: choices,
            "candidate_set": lambda: choices,
            "sampler": lambda: SobolQMCNormalSampler(torch.Size([SAMPLES]), seed=self.seed),
            "ref_point": lambda: reference.tolist(),
            "partitioning": lambda: FastNondominatedPartitioning(ref_point=reference, Y=y),
        }
        wanted = [name for name in FILLED if name in _parameters(self.acquisition) and name not in self.arguments]
        return self.acquisition(**{name: offered[name]() for name in wanted}, **self.arguments)


FILLED: Final = (
    "model", "best_f", "X_baseline", "X_observed", "mc_points", "candidate_set", "sampler", "ref_point", "partitioning",
)  # fmt: skip


def _parameters(acquisition: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    return inspect.signature(acquisition).parameters


def check_arguments(acquisition: Callable[..., Any], arguments: Mapping[str, Any]) -> None:
    """Refuse an acquisition function that cannot judge candidates, or with an argument that nobody fills in.

    Raises
    ------
    InputError
        Naming the argument.
    """
    if hasattr(acquisition, "extract_candidates"):  # BoTorch's one-shot functions alone have it
        raise InputError(
            "this acquisition function optimizes its own fantasies, and cannot judge candidates",
            where=getattr(acquisition, "__name__", "acquisition"),
            expected="one that values a point, such as qLogNoisyExpectedImprovement",
        )
    free = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    for name, parameter in _parameters(acquisition).items():
        needed = parameter.default is inspect.Parameter.empty and parameter.kind not in free
        if needed and name not in FILLED and name not in arguments:
            raise InputError(
                f"nothing is known for the argument {name!r}",
                where=getattr(acquisition, "__name__", "acquisition"),
                expected=f"{name}=… , or a function of {', '.join(FILLED)}",
            )


def acquisition_optimizer(
    acquisition: Callable[..., Any], name: str, arguments: Mapping[str, Any]
) -> Callable[[Setup], AcquisitionOptimizer]:
    """Return what makes the optimizer of an acquisition function."""

    def make(setup: Setup) -> AcquisitionOptimizer:
        return AcquisitionOptimizer(
            setup.space, setup.held, setup.objectives, acquisition, name, dict(arguments), setup.initial, setup.seed
        )

    return make
