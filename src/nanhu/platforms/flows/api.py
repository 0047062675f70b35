"""The API of flows: a room registers its process, opens cases and hears `CaseClosed`; it reads a case by its card."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nanhu.platforms.flows import choices
from nanhu.platforms.flows.assigning import PostAt, resolver_names, resolvers
from nanhu.platforms.flows.body import Applicant, Body, Edge, Field, OwnPost, PersonIn, PostOf, Resolved, Step
from nanhu.platforms.flows.errors import ServiceNotOfferedError, TaskChangedError, TwinCaseError
from nanhu.platforms.flows.events import CaseClosed, CaseOpened, CaseReopened, TaskDone, TaskOpened
from nanhu.platforms.flows.forms import ColleagueField
from nanhu.platforms.flows.hours import due_after, minutes_between, school_spans, timetables
from nanhu.platforms.flows.models import Case, Entry, Task
from nanhu.platforms.flows.policies import visible_cases
from nanhu.platforms.flows.presented import subject_pages
from nanhu.platforms.flows.queries import begun_draft, todo_sources
from nanhu.platforms.flows.services.attaching import uploads_of
from nanhu.platforms.flows.services.cases import (
    admissions,
    cancel,
    did_not_come,
    go_on,
    keep_draft,
    learn,
    open_case,
    resubmit,
    withdraw,
)
from nanhu.platforms.flows.services.engine import actions
from nanhu.platforms.flows.services.outside import audiences as todo_audiences
from nanhu.platforms.flows.services.outside import switch_source
from nanhu.platforms.flows.services.tasks import decide, decide_at
from nanhu.platforms.flows.specs import FlowSpec, register_flow

__all__ = [
    "Applicant",
    "Body",
    "Case",
    "CaseCard",
    "CaseClosed",
    "CaseOpened",
    "CaseReopened",
    "ColleagueField",
    "Edge",
    "Field",
    "FlowSpec",
    "OutsideContact",
    "OwnPost",
    "PersonIn",
    "PostAt",
    "PostOf",
    "Resolved",
    "ServiceNotOfferedError",
    "Step",
    "TaskChangedError",
    "TaskDone",
    "TaskOpened",
    "TwinCaseError",
    "actions",
    "admissions",
    "begun_draft",
    "cancel",
    "case_card",
    "choice_lists",
    "decide",
    "decide_at",
    "did_not_come",
    "due_after",
    "go_on",
    "keep_draft",
    "last_word",
    "learn",
    "minutes_between",
    "open_case",
    "outside_source",
    "register_flow",
    "resolver_names",
    "resolvers",
    "resubmit",
    "school_spans",
    "sees_case",
    "step_now",
    "subject_pages",
    "switch_source",
    "timetables",
    "todo_audiences",
    "uploads_of",
    "who_agreed",
    "who_decided",
    "who_had_part",
    "who_was_stood_in_for",
    "withdraw",
]
choice_lists = choices.lists


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCard:
    """What a room may know of a case. What is sealed is not in it."""

    case_id: int
    number: str
    definition: str
    applicant_id: int | None
    state: str
    outcome: str
    data: Mapping[str, Any]


def case_card(case_id: int) -> CaseCard:
    found = Case.objects.select_related("definition").get(pk=case_id)
    return CaseCard(
        case_id=found.pk,
        number=found.number,
        definition=found.definition.key,
        applicant_id=found.applicant_id,
        state=found.state,
        outcome=found.outcome,
        data=found.data,
    )


def who_decided(case_id: int, step: str) -> list[int]:
    """The persons who gave their word at a step, each for himself or for another."""
    done = Task.objects.filter(case=case_id, step=step, done_by__isnull=False)
    return list(done.order_by("pk").values_list("done_by_id", flat=True))


def who_agreed(case_id: int, step: str) -> list[int]:
    """The persons who agreed at a step that was theirs, without the signers whom they added (加签)."""
    done = Task.objects.filter(case=case_id, step=step, is_added=False, decision=Task.Decision.AGREE)
    return list(done.filter(done_by__isnull=False).order_by("pk").values_list("done_by_id", flat=True))


def step_now(case_id: int) -> str:
    """A step that waits for somebody; empty where none does."""
    waits = Task.objects.filter(case=case_id, state__in=[Task.State.OPEN, Task.State.CLAIMED])
    return waits.order_by("pk").values_list("step", flat=True).first() or ""


def who_was_stood_in_for(case_id: int, step: str) -> list[int]:
    """The persons in whose place a delegate gave his word at a step."""
    done = Task.objects.filter(case=case_id, step=step, done_for__isnull=False)
    return list(done.order_by("pk").values_list("done_for_id", flat=True))


def who_had_part(case_id: int, step: str) -> frozenset[int]:
    """Everybody who did anything at a step, or in whose place somebody did: decided, signed, had others sign, took it, handed it on, also where
    it was another who decided then. What a delegate handed on is his alone: in whose place he did, the task does not keep."""
    done = Task.objects.filter(case=case_id, step=step).values_list("done_by_id", "done_for_id", "claimed_by_id")
    noted = Entry.objects.filter(case=case_id, step=step).values_list("person_id")
    return frozenset(one for row in [*done, *noted] for one in row if one is not None)


def last_word(case_id: int) -> tuple[int | None, str]:
    """Of a case that was decided: whose it was, and what he said. Of one that was refused the refusal, also where another signer agreed
    after it."""
    done = Task.objects.filter(case=case_id, state=Task.State.DONE).order_by("-done_at", "-pk")
    if Case.objects.filter(pk=case_id, outcome=Case.Outcome.REFUSED).exists():
        done = done.filter(decision=Task.Decision.REFUSE)
    return done.values_list("done_by_id", "comment").first() or (None, "")


def sees_case(person_id: int | None, case_id: int | None) -> bool:
    """Whether the page of a case is there for somebody."""
    return person_id is not None and case_id is not None and visible_cases(person_id).filter(pk=case_id).exists()


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideContact:
    """A system that pushes to-dos (待办来源), as far as others need to know it."""

    name: str
    origin: str
    is_on: bool
    waiting: int
    contacted_at: datetime | None


def outside_source(key: str) -> OutsideContact | None:
    found = todo_sources().filter(key=key).first()
    if found is None:
        return None
    return OutsideContact(
        name=found.name,
        origin=found.origin,
        is_on=found.is_on and found.vendor.is_on,
        waiting=found.waiting,  # type: ignore[attr-defined]  # annotated
        contacted_at=found.contacted_at,
    )
