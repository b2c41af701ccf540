"""Methods of optimization by name: what commands, forms and benchmarks offer.

Another package adds one through the entry point group ``hypograph.methods``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from hypograph.models.core.errors import InputError
from hypograph.models.core.protocols import NO_PLANNING_CONTEXT
from hypograph.models.core.registry import Registry

if TYPE_CHECKING:
    from hypograph.models.campaigns.bayes.optimizer import Acquisition
    from hypograph.models.campaigns.core.trials import Objective, Optimizer
    from hypograph.models.campaigns.space.space import Space
    from hypograph.models.core.protocols import OptionScorer, Planner, PlanningContext


@dataclass(frozen=True, slots=True)
class Setup:
    """What an optimizer is made for.

    Attributes
    ----------
    space, held
        What can be varied, which results are learnt from; and where to look for suggestions: the same space, or with
        some parameters held at a level.
    initial
        Experiments that fill the space before a surrogate is believed.
    scorer, planner
        Knowledge of options, and a language model that plans; None where there is none.
    acquisition
        ``ei`` (expected improvement), ``ucb`` or ``thompson``.
    blind
        Show a language model codes instead of names.
    entropy_target
        Entropy of exploration to keep, in [0, 1], or None.
    context
        What a planner is told beside goal, options and results.
    """

    space: Space
    held: Space
    objectives: tuple[Objective, ...]
    initial: int = 5
    seed: int = 0
    scorer: OptionScorer | None = None
    planner: Planner | None = None
    acquisition: Acquisition = "ei"
    blind: bool = False
    entropy_target: float | None = None
    context: PlanningContext = NO_PLANNING_CONTEXT


@dataclass(frozen=True, slots=True)
class Method:
    """A method of optimization.

    Attributes
    ----------
    name
        Its name for programs.
    label
        Its name for people.
    make
        Makes the optimizer (`hypograph.models.campaigns.core.trials.Optimizer`).
    needs
        The source of knowledge it cannot do without: ``scorer``, ``planner``, or "" for none.
    descriptors
        Whether it looks at the descriptors of options.
    reason
        Why it picks an experiment, where a whole table is run at once.
    """

    name: str
    label: str
    make: Callable[[Setup], Optimizer]
    needs: Literal["", "scorer", "planner"] = ""
    descriptors: bool = False
    reason: str = ""


def _random(setup: Setup) -> Optimizer:
    from hypograph.models.campaigns.optimizers.space_filling import Random

    return Random(setup.held, setup.seed)


def _sobol(setup: Setup) -> Optimizer:
    from hypograph.models.campaigns.optimizers.space_filling import Sobol

    return Sobol(setup.held, setup.seed)


def _bayesian(setup: Setup) -> Optimizer:
    return _gaussian_process(setup, None)


def _hybrid(setup: Setup) -> Optimizer:
    return _gaussian_process(setup, setup.scorer)


def _gaussian_process(setup: Setup, knowledge: OptionScorer | None) -> Optimizer:
    from hypograph.models.campaigns.bayes.optimizer import Bayesian

    return Bayesian(
        setup.space,
        setup.objectives,
        setup.initial,
        setup.seed,
        knowledge,
        setup.acquisition,
        setup.entropy_target,
        setup.held,
    )


def _language(setup: Setup) -> Optimizer:
    from hypograph.models.campaigns.optimizers.language import LanguageOptimizer

    target = setup.entropy_target
    if target is not None and not 0.0 < target < 1.0:
        raise InputError(
            "a temperature cannot reach this entropy", where=f"{target}", expected="a target between 0 and 1"
        )
    assert setup.planner is not None  # noqa: S101  (make_optimizer refuses without one)
    expected = _gaussian_process(replace(setup, entropy_target=None), None)
    return LanguageOptimizer(
        setup.held,
        setup.objectives,
        setup.planner,
        setup.seed,
        setup.blind,
        target,
        context=setup.context,
        model=expected,
    )


METHODS: Final = Registry(
    "hypograph.methods",
    Method,
    "method",
    (
        Method("random", "random", _random, reason="drawn at random without repetition"),
        Method("sobol", "even coverage (Sobol)", _sobol, reason="fills the space evenly (Sobol' sequence)"),
        Method(
            "bo", "Bayesian optimization", _bayesian, descriptors=True,
            reason="largest expected improvement under the surrogate, averaged over hyperparameters",
        ),
        Method("llm", "language model", _language, "planner"),
        Method(
            "hybrid", "Bayesian optimization with a model's rating of options", _hybrid, "scorer", descriptors=True,
            reason="largest expected improvement; the model's rating of options counts while the results favour it",
        ),
    ),
)  # fmt: skip


def names() -> str:
    """Return the names of all methods, for a help text."""
    return ", ".join(METHODS.names())


def self_sufficient() -> dict[str, str]:
    """Return name and label of the methods that need no source of knowledge: what a page can offer."""
    return {method.name: method.label for method in METHODS if not method.needs}


MISSING: Final = {"planner": "a language model", "scorer": "a source of knowledge"}


def make_optimizer(
    method: str | Method,
    space: Space,
    objectives: Sequence[Objective],
    *,
    initial: int = 5,
    seed: int = 0,
    scorer: OptionScorer | None = None,
    planner: Planner | None = None,
    acquisition: Acquisition = "ei",
    blind: bool = False,
    entropy_target: float | None = None,
    fixed: Mapping[str, object] | None = None,
    context: PlanningContext = NO_PLANNING_CONTEXT,
) -> Optimizer:
    """Make an optimizer: of a method, or of the name of one.

    Parameters
    ----------
    initial
        Experiments that fill the space before a surrogate is believed.
    scorer
        Knowledge of options; `hybrid` needs it.
    planner
        A language model that plans experiments; `llm` needs it.
    acquisition
        ``ei`` (expected improvement), ``ucb`` or ``thompson``.
    blind
        Show a language model codes instead of names.
    entropy_target
        Lowest entropy of exploration that Bayesian suggestions may lead to, in [0, 1]; for `llm` the entropy that its
        temperature is steered to, in (0, 1).
    fixed
        Levels that some parameters are held at; results at others are learnt from all the same.
    context
        What a planner is told beside goal, options and results; what the surrogate expects is added to it.

    Raises
    ------
    InputError
        For an unknown method, or one whose source is missing.
    """
    chosen = METHODS.get(method) if isinstance(method, str) else method
    held = space.held(fixed or {})
    setup = Setup(
        space, held, tuple(objectives), initial, seed, scorer, planner, acquisition, blind, entropy_target, context
    )  # fmt: skip
    if chosen.needs and getattr(setup, chosen.needs) is None:
        needed = MISSING[chosen.needs]
        raise InputError(f"this method needs {needed}", where=chosen.name, hint="Configure one, or use bo.")
    return chosen.make(setup)
