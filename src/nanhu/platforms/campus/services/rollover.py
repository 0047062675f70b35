"""Roll-over (学期结转): opening a term runs each registered step once; a rehearsal runs them all and takes everything back."""

from collections.abc import Mapping

import structlog
from django.db import connection, transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.errors import CampusError, WrongStateError
from nanhu.kernel.jobs import job
from nanhu.kernel.registry import TermStep, term_steps
from nanhu.platforms.campus.errors import TermWithoutMondayError
from nanhu.platforms.campus.models import StepRun, Term
from nanhu.platforms.campus.services.terms import move_term

log = structlog.get_logger()
LONGEST_ERROR = 200
State = StepRun.State


@transaction.atomic
def open_term(*, by: Actor, term: Term) -> Term:
    """Its state, a row for each step, and the job that runs them, in one transaction."""
    opened = move_term(by=by, term=term, state=Term.State.OPEN)
    begin(opened, is_rehearsal=False)
    run_steps.defer(term_id=opened.pk)
    return opened


@transaction.atomic
def rehearse(*, by: Actor, term: Term) -> None:
    if term.state != Term.State.PLANNED:
        raise WrongStateError(what=term.name, state=term.get_state_display())
    if term.first_monday is None:
        raise TermWithoutMondayError(term=term.name)
    StepRun.objects.filter(term=term, is_rehearsal=True).update(state=State.WAITING, counts={}, error="", ran_at=None)
    begin(term, is_rehearsal=True)
    audit.record(by=by, action="campus.rehearse_term", target=f"term:{term.key}")
    rehearse_steps.defer(term_id=term.pk)


@transaction.atomic
def run_again(*, by: Actor, term: Term) -> None:
    """What was not done, and what was registered since; what was done stays."""
    if term.state != Term.State.OPEN:
        raise WrongStateError(what=term.name, state=term.get_state_display())
    begin(term, is_rehearsal=False)
    audit.record(by=by, action="campus.roll_over_again", target=f"term:{term.key}")
    run_steps.defer(term_id=term.pk)


def begin(term: Term, *, is_rehearsal: bool) -> None:
    rows = [StepRun(term=term, step=step.key, is_rehearsal=is_rehearsal) for step in term_steps]
    StepRun.objects.bulk_create(rows, ignore_conflicts=True)


@job("campus.roll_over")
def run_steps(term_id: int) -> None:
    """Each step in a transaction of its own, with the row that says it was done. One that breaks stops no other, and is tried again. A
    term that was closed meanwhile is left as it is."""
    term = Term.objects.get(pk=term_id)
    broken = []
    for step in term_steps:
        try:
            run_once(term, step)
        except Exception as error:
            log.exception("campus.step_failed", step=step.key, term=term.key)
            note(term, step, is_rehearsal=False, error=error)
            broken.append(error)
    if broken:
        raise ExceptionGroup("steps of the roll-over", broken)


@transaction.atomic
def run_once(term: Term, step: TermStep) -> None:
    """The row is locked: of two at once the second finds it done. The term is locked too: it is not closed in the middle of a step."""
    is_open = Term.objects.select_for_update(no_key=True).filter(pk=term.pk, state=Term.State.OPEN).exists()
    if not is_open:
        return
    row = StepRun.objects.select_for_update().filter(term=term, step=step.key, is_rehearsal=False).first()
    if row is not None and row.state != State.DONE:
        keep(row, counts=step.run(term.key))


@job("campus.rehearse_roll_over")
def rehearse_steps(term_id: int) -> None:
    """As if the open term were closed and this one opened: every step in its order, and nothing of it stays."""
    term = Term.objects.filter(pk=term_id, state=Term.State.PLANNED).first()
    if term is None:
        return
    found: dict[str, Mapping[str, int] | Exception] = {}
    with transaction.atomic():
        Term.objects.filter(state=Term.State.OPEN).exclude(pk=term.pk).update(state=Term.State.CLOSED)
        Term.objects.filter(pk=term.pk, state=Term.State.PLANNED).update(state=Term.State.OPEN)
        for step in term_steps:
            found[step.key] = attempt(term, step)
        transaction.set_rollback(True)
    for step in term_steps:
        said = found[step.key]
        if isinstance(said, Exception):
            note(term, step, is_rehearsal=True, error=said)
        else:
            row, _is_new = StepRun.objects.get_or_create(term=term, step=step.key, is_rehearsal=True)
            keep(row, counts=said)


def attempt(term: Term, step: TermStep) -> Mapping[str, int] | Exception:
    """With what the database checks only at the commit, which a rehearsal never reaches."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            counts = step.run(term.key)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            return counts
    except Exception as error:
        log.exception("campus.step_failed", step=step.key, term=term.key)
        return error


def keep(row: StepRun, *, counts: Mapping[str, int]) -> None:
    row.state, row.counts, row.error, row.ran_at = State.DONE, dict(counts), "", now()
    row.save()


def note(term: Term, step: TermStep, *, is_rehearsal: bool, error: Exception) -> None:
    """An expected failure in its own sentence, another by its kind."""
    said = error.message if isinstance(error, CampusError) else type(error).__name__
    rows = StepRun.objects.filter(term=term, step=step.key, is_rehearsal=is_rehearsal).exclude(
        state=State.DONE, is_rehearsal=False
    )
    rows.update(state=State.FAILED, error=said[:LONGEST_ERROR], ran_at=now())
