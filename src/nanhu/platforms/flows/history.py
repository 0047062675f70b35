"""What a case has behind it, under whichever versions it went: bodies, names of steps, steps that are done for good."""

from typing import Final

from django.db.models import Q

from nanhu.platforms.flows.body import Body, Step
from nanhu.platforms.flows.models import Case, MoveRow, Task, Version

FINISHED: Final = ("agree", "done", "automatic")
"""Verbs of entries by which a step was done."""
ROUND_ENDS: Final = frozenset({"automatic", "came", "did_not_come", "resubmitted", "reopened", "moved", "moved_back"})
"""Verbs of entries before which nothing is returned to."""


def earlier_bodies(case: Case) -> list[Body]:
    """Of the versions from which, or to which, it was moved."""
    moves = MoveRow.objects.filter(case=case).exclude(state=MoveRow.State.KEPT)
    either = Q(pk__in=moves.values("move__source")) | Q(pk__in=moves.values("move__target"))
    return [one.body for one in Version.objects.filter(either).exclude(pk=case.version_id).order_by("number")]


def finals_of(case: Case) -> dict[str, str]:
    """Key and name of the steps after which nobody withdraws it."""
    bodies = [*earlier_bodies(case), case.body]
    return {step.key: step.name for body in bodies for step in body.steps if step.is_final}


def step_of(case: Case, key: str, kind: str) -> Step:
    """A step of the case, also where its version of today has none of that name."""
    bodies = [case.body] if case.body.has(key) else earlier_bodies(case)
    found = [body.step(key) for body in bodies if body.has(key)]
    return found[-1] if found else Step(key=key, name=key, kind=kind)  # type: ignore[arg-type]  # as the task keeps it


def names_of_steps(case: Case, keys: set[str]) -> dict[str, str]:
    own = {step.key: step.name for step in case.body.steps}
    if keys <= own.keys():
        return own
    return {step.key: step.name for body in earlier_bodies(case) for step in body.steps} | own


def earlier_steps(row: Task) -> dict[str, str]:
    """Steps of this round to which a task may be returned, with the branch in which each was done: not past what is done for good, or
    what has come, for it would be done twice, or be waited for in vain."""
    case, found = row.case, dict[str, str]()
    done = row.case.tasks.filter(state=Task.State.DONE, is_added=False, decision__in=FINISHED).values_list(
        "step", "branch"
    )
    branches = {step: branch for step, branch in done if f"{row.branch}/".startswith(f"{branch}/") and step != row.step}
    for verb, step in case.entries.order_by("pk").values_list("verb", "step"):
        is_final = verb in FINISHED and case.body.has(step) and case.body.step(step).is_final
        if is_final or verb in ROUND_ENDS:
            found.clear()
        elif verb == "sent_back":
            keys = list(found)
            found = {key: found[key] for key in keys[: keys.index(step)]} if step in found else {}
        elif verb in FINISHED and step in branches and case.body.has(step):
            found[step] = branches[step]
    return found
