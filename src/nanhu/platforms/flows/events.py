"""What becomes of cases and tasks, in the transaction that made it true."""

from dataclasses import dataclass

from nanhu.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOpened(Event):
    definition: str
    case_id: int
    number: str
    subject_key: str
    subject_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskOpened(Event):
    """A step of a case waits for somebody."""

    definition: str
    case_id: int
    task_id: int
    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDone(Event):
    """Somebody decided a step, or did what it asked."""

    definition: str
    case_id: int
    task_id: int
    step: str
    decision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReopened(Event):
    """A case that was closed runs again; a further `CaseClosed` follows."""

    definition: str
    case_id: int
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseClosed(Event):
    """`outcome`: granted, refused, withdrawn, cancelled, expired. Whoever acts on it reads the case by `flows.api.case_card`."""

    definition: str
    case_id: int
    number: str
    subject_key: str
    subject_id: str
    outcome: str
