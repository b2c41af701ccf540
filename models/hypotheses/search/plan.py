"""How a budget of calls is shared out among operators: the plan of the method note, read for any budget."""

from __future__ import annotations

from collections.abc import Mapping

# Calls of each operator, and of the judge, at three budgets; the final pair is asked in both orders.
PLANS: Mapping[int, Mapping[str, int]] = {
    1: {"direct": 1},
    3: {"direct": 1, "critique": 1, "revise": 1},
    5: {"direct": 1, "critique": 1, "revise": 1, "judge": 2},
    # One verdict more and one proposal less than the note has: with two, only one of three documents was ever judged.
    8: {"direct": 1, "readings": 1, "propose": 1, "critique": 1, "revise": 1, "judge": 3},
    16: {"direct": 1, "readings": 1, "propose": 3, "critique": 3, "revise": 2, "combine": 1, "judge": 5},
    40: {
        "direct": 3,
        "readings": 2,
        "propose": 8,
        "critique": 6,
        "revise": 6,
        "combine": 2,
        "counter": 2,
        "lessons": 2,
        "judge": 9,
    },
}
FINAL = 2  # calls kept for the final pair, once in each order


def shares(budget: int) -> dict[str, int]:
    """Return the calls of each operator and of the judge for a budget; they sum to it.

    Between two plans the next smaller one holds, and the rest goes to the judge and, in equal parts, to criticism with
    revision. Above the largest plan its shares are multiplied.
    """
    size = max((n for n in PLANS if n <= budget), default=1)
    times = max(1, budget // size) if size == max(PLANS) else 1
    plan = {kind: n * times for kind, n in PLANS[size].items()}
    left = budget - sum(plan.values())
    if left and size >= 3:
        pairs = left // 3
        plan["critique"] += pairs
        plan["revise"] += pairs
        left -= 2 * pairs
    if left:
        plan["judge"] = plan.get("judge", 0) + left if size >= 3 else 0
    return {kind: n for kind, n in plan.items() if n}


def schedule(budget: int) -> list[str]:
    """Return the order of calls: documents first, then half of the verdicts, then rewriting with the other half.

    The last calls are kept for the final pair.
    """
    plan = shares(budget)
    order: list[str] = ["direct"] * plan.get("direct", 0) + ["readings"] * plan.get("readings", 0)
    order += ["propose"] * plan.get("propose", 0)
    later: list[str] = []
    rounds = max(plan.get("critique", 0), plan.get("revise", 0))
    for number in range(rounds):
        later += ["critique"] * (number < plan.get("critique", 0)) + ["revise"] * (number < plan.get("revise", 0))
    for kind in ("combine", "counter", "simplify"):
        later += [kind] * plan.get(kind, 0)
    verdicts = max(plan.get("judge", 0) - FINAL, 0)
    lessons = plan.get("lessons", 0)
    mixed: list[str] = ["judge"] * (verdicts // 2 if later else verdicts)
    verdicts -= len(mixed)
    for number, kind in enumerate(later):
        mixed += ["judge"] * (verdicts * (number + 1) // len(later) - verdicts * number // len(later))
        mixed += ["lessons"] * (lessons * (number + 1) // len(later) - lessons * number // len(later))
        mixed.append(kind)
    final = ["judge"] * min(plan.get("judge", 0), FINAL)
    return [*order, *mixed, *final]
