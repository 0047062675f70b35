"""Opening a case, and what its applicant may do with it: change it when it was returned, urge, withdraw."""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.calendar import add_working_days
from nanhu.kernel.clock import campus_today, now, start_of
from nanhu.kernel.database.prepared import insert
from nanhu.kernel.errors import NotFoundError, WrongStateError
from nanhu.kernel.jobs import alone
from nanhu.kernel.numbering import services as numbering
from nanhu.kernel.numbering.series import Series
from nanhu.kernel.once import lock_key, made_by_form
from nanhu.platforms.flows import history, hours
from nanhu.platforms.flows.assigning import Holder
from nanhu.platforms.flows.body import Body, misfits, parted, sealed_with
from nanhu.platforms.flows.errors import (
    DataRefusedError,
    ReasonTooShortError,
    TooLateToWithdrawError,
    TooManyOpenError,
    TwinCaseError,
    UrgedTodayError,
)
from nanhu.platforms.flows.events import CaseOpened, CaseReopened
from nanhu.platforms.flows.models import Case, Definition, Draft, Entry, Task, Version
from nanhu.platforms.flows.policies import led_units
from nanhu.platforms.flows.services.attaching import with_files_kept
from nanhu.platforms.flows.services.definitions import current_version
from nanhu.platforms.flows.services.engine import Walk, locked_case
from nanhu.platforms.flows.services.standing import days_away
from nanhu.platforms.flows.telling import tell
from nanhu.platforms.people import api as people

IDLE_DAYS: Final = 14
"""Working days after which a case that nobody mended is over."""
CLOCK: Final = Actor.system("flows.clock")
OBJECTING: Final = timedelta(days=7)
DRAFTS_KEPT: Final = timedelta(days=90)
LARGEST_DRAFT: Final = 100_000
SHORTEST_REASON: Final = 5
NUMBERS: Final = Series(key="flows.case_number", pattern="{scope}-{year}-{n:06}", gapless=False)

admissions: dict[str, Callable[[int, Mapping[str, Any]], None]] = {}
"""By the key of a process: raises a CampusError where what this person applies for can never be done, so that no office gets it. Asked when somebody
opens a case, and when he sends it again; not of what a room opens."""


@transaction.atomic
def open_case(
    *,
    by: Actor,
    key: str,
    applicant_id: int | None,
    data: Mapping[str, Any],
    token: UUID | None = None,
    subject: tuple[str, str] = ("", ""),
) -> Case:
    """Begin a case of the newest version. The same form again (`token`) is the case that it opened; another that says the same
    in the fields that count is refused while the first is open (TwinCaseError)."""
    if token and (known := made_by_form(Case, token, applicant_id=applicant_id)) is not None:
        return known
    version = current_version(key)
    if by.account_id is not None and applicant_id is not None and version.body.most_open:
        refuse_one_more(version, applicant_id)
    if by.account_id is not None:
        refuse_application(key, applicant_id, data)
    case = Case(token=token or uuid4(), opened_by_name=by.name, subject_key=subject[0], subject_id=subject[1])
    fill(case, version, applicant_id, data, by)
    save_apart(case, is_new=True)
    walk = Walk(case, by=by, person_id=applicant_id)
    walk.note("opened")
    walk.happened.append(
        CaseOpened(definition=key, case_id=case.pk, number=case.number, subject_key=subject[0], subject_id=subject[1])
    )
    walk.begin()
    audit.record(by=by, action="flows.open_case", target=f"case:{case.number}", facts={"flow": case.definition.name})
    return walk.finish()


def refuse_one_more(version: Version, applicant_id: int) -> None:
    """Nobody floods an office with what differs by a sign."""
    lock_key(f"flows.open:{version.definition_id}:{applicant_id}")
    under_way = Case.objects.filter(definition=version.definition_id, applicant_id=applicant_id)
    if under_way.exclude(state=Case.State.CLOSED).count() >= version.body.most_open:
        raise TooManyOpenError(most=version.body.most_open)


def fill(case: Case, version: Version, applicant_id: int | None, data: Mapping[str, Any], by: Actor) -> None:
    """What a new case holds, which stands nowhere yet."""
    body, definition = version.body, version.definition
    card = people.person_card(applicant_id) if applicant_id else None
    case.number = numbering.take(by=by, series=NUMBERS, target=f"case:{case.public_id}", scope=definition.prefix).number
    case.definition, case.version = definition, version
    case.applicant_id, case.applicant_name = applicant_id, card.name if card else ""
    data = with_files_kept(by=by, number=case.number, fields=body.fields(), data=data)
    refuse_misfits(body, data)
    case.data, sealed = parted(body.fields(), data)
    case.sealed = sealed_with(None, sealed)
    case.twin = twin_of(body, data)
    case.opened_at = now()
    case.promised = definition.promise
    case.due_at = hours.due_after(case.opened_at, case.promised, hours.unit_of(case))


def refuse_application(key: str, applicant_id: int | None, data: Mapping[str, Any]) -> None:
    if applicant_id is not None and key in admissions:
        admissions[key](applicant_id, data)


def refuse_misfits(body: Body, data: Mapping[str, Any]) -> None:
    if wrong := misfits(body.fields(), data):
        raise DataRefusedError(fields="、".join(wrong))


def save_apart(case: Case, *, is_new: bool) -> None:
    """Refused where another open case of the applicant says the same; of a form whose fields do not count none does."""
    write = insert if is_new else Case.save
    if not case.twin:
        write(case)
        return
    try:
        with transaction.atomic():
            write(case)
    except IntegrityError as error:
        if "flows_case_no_twin" not in str(error):
            raise
        twins = Case.objects.filter(definition=case.definition, applicant_id=case.applicant_id, twin=case.twin)
        number = twins.exclude(state=Case.State.CLOSED).exclude(pk=case.pk).values_list("number", flat=True).get()
        raise TwinCaseError(number=number) from error


def twin_of(body: Body, data: Mapping[str, Any]) -> str:
    said = {field.key: data.get(field.key) for field in body.form if field.is_key}
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest() if said else ""


def own(case: Case, person_id: int) -> Case:
    """Locked, and the applicant's own; another's is not there."""
    locked = locked_case(case.pk)
    if locked.applicant_id is None or locked.applicant_id != person_id:
        raise NotFoundError(what=_("这件申请"))
    return locked


def wrong_state(case: Case) -> WrongStateError:
    return WrongStateError(what=case.number, state=case.get_outcome_display() or case.get_state_display())


@transaction.atomic
def resubmit(*, by: Actor, person_id: int, case: Case, data: Mapping[str, Any]) -> Case:
    """A case that was returned goes its way again from the first step; the clock goes on."""
    locked = own(case, person_id)
    if locked.state != Case.State.RETURNED:
        raise wrong_state(locked)
    body = locked.body
    data = with_files_kept(by=by, number=locked.number, fields=body.fields(), data=data)
    refuse_misfits(body, data)
    refuse_application(locked.definition.key, person_id, data)
    public, sealed = parted(body.fields(), data)
    locked.data = {**locked.data, **public}
    locked.sealed = sealed_with(locked.sealed, sealed)
    locked.twin, locked.state = twin_of(body, locked.data), Case.State.RUNNING
    save_apart(locked, is_new=False)
    walk = Walk(locked, by=by, person_id=person_id)
    walk.note("resubmitted")
    audit.record(by=by, action="flows.resubmit", target=f"case:{locked.number}")
    walk.begin()
    return walk.finish()


@transaction.atomic
def reopen(*, by: Actor, person_id: int, case: Case, reason: str) -> Case:
    """A case that was granted or refused begins again at the step that its version names: for who leads the unit that owns the
    process, and for its applicant within seven days where the version lets him."""
    locked = locked_case(case.pk)
    if len(reason.strip()) < SHORTEST_REASON:
        raise ReasonTooShortError
    if not may_reopen(locked, person_id):
        raise wrong_state(locked)
    locked.promised = locked.definition.promise
    locked.state, locked.outcome, locked.closed_at = Case.State.RUNNING, "", None
    locked.due_at = hours.due_after(now(), locked.promised, hours.unit_of(locked))
    locked.minutes_left = locked.stopped_at = locked.used_minutes = None
    locked.stood = [[locked.opened_at.isoformat(), now().isoformat()]]
    save_apart(locked, is_new=False)
    walk = Walk(locked, by=by, person_id=person_id)
    walk.note("reopened", words=reason.strip())
    audit.record(by=by, action="flows.reopen", target=f"case:{locked.number}", reason=reason)
    walk.happened.append(CaseReopened(definition=locked.definition.key, case_id=locked.pk, number=locked.number))
    walk.go_back(locked.body.reopens_at, "")
    return walk.finish()


def may_reopen(case: Case, person_id: int) -> bool:
    """Nobody reopens as a leader what he himself applied for."""
    is_over = case.outcome not in {Case.Outcome.GRANTED, Case.Outcome.REFUSED} or case.forgotten_at is not None
    if is_over or not case.body.has(case.body.reopens_at):
        return False
    if case.applicant_id == person_id:
        return case.body.may_object and case.closed_at is not None and now() - case.closed_at < OBJECTING
    return case.definition.unit_id in led_units(person_id)


@transaction.atomic
def rate(*, by: Actor, person_id: int, case: Case, rating: int, words: str) -> None:
    """How its applicant found it: said once, after the end."""
    locked = own(case, person_id)
    if not may_rate(locked):
        raise wrong_state(locked)
    locked.rating, locked.rating_words = rating, words.strip()
    locked.save(update_fields=["rating", "rating_words"])
    audit.record(by=by, action="flows.rate", target=f"case:{locked.number}")


def may_rate(case: Case) -> bool:
    return case.outcome in {Case.Outcome.GRANTED, Case.Outcome.REFUSED} and case.rating is None


@transaction.atomic
def withdraw(*, by: Actor, person_id: int, case: Case) -> Case:
    locked = own(case, person_id)
    if locked.state == Case.State.CLOSED:
        raise wrong_state(locked)
    final = history.finals_of(locked)
    done = Entry.objects.filter(case=locked, step__in=final, verb__in=history.FINISHED).first()
    if done is not None:
        raise TooLateToWithdrawError(step=final[done.step])
    tell(holders_now(locked), locked, _lazy("申请人已撤回"))
    walk = Walk(locked, by=by, person_id=person_id)
    walk.close(Case.Outcome.WITHDRAWN)
    audit.record(by=by, action="flows.withdraw", target=f"case:{locked.number}")
    return walk.finish()


@transaction.atomic
def urge(*, by: Actor, person_id: int, case: Case) -> None:
    """Whoever holds it is told again, once a day."""
    locked = own(case, person_id)
    if locked.state != Case.State.RUNNING:
        raise wrong_state(locked)
    if was_urged_today(locked):
        raise UrgedTodayError
    Walk(locked, by=by, person_id=person_id).note("urged")
    audit.record(by=by, action="flows.urge", target=f"case:{locked.number}")
    open_tasks(locked).update(urged_at=now())
    tell(holders_now(locked), locked, _lazy("申请人催办"))


def was_urged_today(case: Case) -> bool:
    return Entry.objects.filter(case=case, verb="urged", at__gte=start_of(campus_today())).exists()


def open_tasks(case: Case) -> Any:
    return Task.objects.filter(case=case, state__in=[Task.State.OPEN, Task.State.CLAIMED])


def holders_now(case: Case) -> list[Holder]:
    return [
        Holder(why=task.why, person_id=task.claimed_by_id or task.person_id)
        if task.claimed_by_id or task.person_id
        else Holder(why=task.why, unit_id=task.pool_unit_id, office=task.pool_office)
        for task in open_tasks(case)
    ]


@transaction.atomic
def go_on(*, by: Actor, case_id: int, step: str) -> None:
    """What a `wait` step waits for has come. Twice, or at another step, is harmless."""
    locked = locked_case(case_id)
    if locked.body.has(step) and locked.body.step(step).kind == "wait":
        come(by=by, case=locked, step=step)


@transaction.atomic
def did_not_come(*, by: Actor, case_id: int, step: str) -> None:
    """What a `wait` step waits for did not come: on to the step it names for that (`on_refuse`), or the case expires."""
    locked = locked_case(case_id)
    if locked.body.has(step) and locked.body.step(step).kind == "wait":
        come(by=by, case=locked, step=step, is_refused=True)


def come(*, by: Actor, case: Case, step: str, is_refused: bool = False) -> None:
    """A locked case goes on from where it waited."""
    tokens = list(case.tokens.filter(step=step))
    if case.state != Case.State.RUNNING or not tokens:
        return
    walk = Walk(case, by=by)
    walk.note("did_not_come" if is_refused else "came", step=step)
    for token in tokens:
        walk.leave(token, case.body.step(step), is_refused=is_refused)
    walk.finish()


def expire(*, by: Actor, case: Case) -> None:
    """A locked case for which what was waited for did not come in time."""
    if case.state == Case.State.RUNNING:
        walk = Walk(case, by=by)
        walk.close(Case.Outcome.EXPIRED)
        walk.finish()


@transaction.atomic
def cancel(*, by: Actor, case_id: int, reason: str) -> Case:
    """By the room that opened it."""
    locked = locked_case(case_id)
    if locked.state == Case.State.CLOSED:
        raise wrong_state(locked)
    walk = Walk(locked, by=by)
    walk.note("cancelled", words=reason)
    walk.close(Case.Outcome.CANCELLED)
    audit.record(by=by, action="flows.cancel_case", target=f"case:{locked.number}", reason=reason)
    return walk.finish()


@transaction.atomic
def learn(*, by: Actor, case_id: int, words: str, data: Mapping[str, Any] | None = None) -> None:
    """What its room learnt while it is decided: whoever decides does not on a page that he had open before. The case is locked until the
    transaction ends."""
    locked = locked_case(case_id)
    if locked.state == Case.State.CLOSED:
        raise wrong_state(locked)
    if data:
        refuse_misfits(locked.body, data)
        locked.data = {**locked.data, **data}
        locked.save(update_fields=["data"])
    Walk(locked, by=by).note("added", words=words)
    show_anew(locked)


def show_anew(case: Case) -> None:
    """To whoever decides."""
    open_tasks(case).update(revision=F("revision") + 1, seen_by=[])


def keep_draft(*, person_id: int, key: str, data: Mapping[str, Any]) -> None:
    """What was typed so far, in the place of what was kept before."""
    definition = current_version(key).definition
    if len(json.dumps(data)) <= LARGEST_DRAFT:
        given = {"data": dict(data), "changed_at": now()}
        Draft.objects.update_or_create(person_id=person_id, definition=definition, defaults=given)


def drop_draft(*, person_id: int, definition: Definition) -> None:
    Draft.objects.filter(person_id=person_id, definition=definition).delete()


def forget_drafts() -> int:
    return Draft.objects.filter(changed_at__lt=now() - DRAFTS_KEPT).delete()[0]


def expire_idle() -> int:
    """Returned cases that nobody mended in time."""
    idle = list(
        Case.objects.filter(state=Case.State.RETURNED, stopped_at__lt=idle_since()).values_list("pk", flat=True)
    )
    expired = 0
    for case_id in idle:
        with alone("flows.case_not_expired", case=case_id):
            locked = locked_case(case_id)
            if locked.state == Case.State.RETURNED and is_idle(locked):
                walk = Walk(locked, by=CLOCK)
                walk.close(Case.Outcome.EXPIRED)
                walk.finish()
                expired += 1
    return expired


def idle_since(days_away: int = 0) -> datetime:
    return start_of(add_working_days(campus_today(), -IDLE_DAYS - days_away))


def is_idle(case: Case) -> bool:
    """Working days on which the program was away are given back."""
    return case.stopped_at is not None and case.stopped_at < idle_since(days_away(case.stopped_at))


def note_look(*, by: Actor, case: Case, purpose: str) -> None:
    """Somebody reads what is sealed in a case: whom it is about is told, and why."""
    target = f"person:{case.applicant_id}"
    audit.record(by=by, action="flows.reveal_sealed", target=target, reason=f"{case.number}　{purpose}")
