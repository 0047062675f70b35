"""A repair from the worker's arrival to its end: who came, who could not get in, what was done, that it was not, what it was worth."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import gettext_noop, override

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time, campus_today, now
from nanhu.kernel.proposals import given, refuse_same_person
from nanhu.platforms.identity import api as identity
from nanhu.platforms.ledger import api as ledger
from nanhu.services.requests.errors import (
    BillPaidError,
    FollowedError,
    NothingToPayError,
    NotThereError,
    NotYourJobError,
    RaterError,
    ReopenTooLateError,
)
from nanhu.services.requests.models import Entry, Material, Request
from nanhu.services.requests.models.requests import OPEN, REPAIRS
from nanhu.services.requests.rules import DAYS_TO_REOPEN, PHONE_DAYS, is_still_to_reopen, price_of
from nanhu.services.requests.services.arriving import is_code_of
from nanhu.services.requests.services.dispatching import promised_until, start_clock, stop_clock
from nanhu.services.requests.services.filing import Contents, keep_photos
from nanhu.services.requests.services.timeline import What, locked, note, said, target_of, tell_crew, tell_requester

State = Request.State
ISSUER: Final = "requests"
FEE: Final = "requests.damage"
DAYS_TO_PAY: Final = timedelta(days=30)
CLOCK: Final = Actor.system("requests.clock")
type Used = tuple[str, int, int]
"""What was used: its name, how many, fen of one."""


def job(request: Request, person_id: int, states: set[str]) -> Request:
    """Locked, for one of its crew. Who works on it is who came first."""
    found = locked(request, states)
    if found.crew is None or not found.crew.members.filter(person_id=person_id).exists():
        raise NotYourJobError
    return found


@transaction.atomic
def arrive(*, by: Actor, request: Request, person_id: int, code: str = "") -> Request:
    """`code`: what hangs at the place, read there; another place's is refused."""
    found = job(request, person_id, {State.ASSIGNED, State.WAITING})
    if code and (found.place is None or not is_code_of(found.place, code)):
        raise NotThereError
    begin(by, found, person_id, _("扫了现场的地点码") if code else "", is_proved=bool(code))
    return found


def begin(
    by: Actor,
    found: Request,
    person_id: int | None,
    words: str = "",
    *,
    is_proved: bool = False,
    at: datetime | None = None,
) -> None:
    """Of one that is locked, as the three below: by a worker, or by nobody of ours where a company's system says so."""
    start_clock(found)
    found.state, found.worker_id, found.is_proved = State.WORKING, person_id, is_proved
    found.save(update_fields=["state", "worker", "is_proved", "due_at", "minutes_left"])
    note(by, found, What.ARRIVED, words, at=at)


def plan(by: Actor, found: Request, window: str, words: str = "", *, at: datetime | None = None) -> None:
    """Somebody comes then; what waited for its requester waits no more."""
    start_clock(found)
    found.state, found.window, found.proposed = State.ASSIGNED, window or found.window, []
    found.save(update_fields=["state", "window", "proposed", "due_at", "minutes_left"])
    crew = found.crew.name if found.crew else ""
    note(by, found, What.ASSIGNED, " ".join(filter(None, (crew, window, words))), at=at)
    tell_requester(found, said(found, _lazy("已安排人来")))


@transaction.atomic
def cannot_enter(*, by: Actor, request: Request, person_id: int, proposed: Sequence[str]) -> Request:
    """Nobody was there: the clock stands until the requester says which of these times suits."""
    found = job(request, person_id, {State.ASSIGNED, State.WORKING})
    turn_away(by, found, person_id, proposed)
    return found


def turn_away(
    by: Actor,
    found: Request,
    person_id: int | None,
    proposed: Sequence[str],
    words: str = "",
    *,
    at: datetime | None = None,
) -> None:
    stop_clock(found)
    found.state, found.worker_id, found.proposed = State.WAITING, person_id, list(proposed)
    found.save(update_fields=["state", "worker", "proposed", "due_at", "minutes_left"])
    note(by, found, What.NO_ENTRY, " ".join(filter(None, ("、".join(proposed), words))), at=at)
    tell_requester(found, said(found, _lazy("维修人员进不了门，请选个时间")))


@transaction.atomic
def choose_window(*, by: Actor, request: Request, window: str) -> Request:
    found = locked(request, {State.WAITING})
    found.state, found.window, found.proposed = State.ASSIGNED, window, []
    start_clock(found)
    found.save(update_fields=["state", "window", "proposed", "due_at", "minutes_left"])
    note(by, found, What.WINDOW, window)
    tell_crew(found, said(found, _lazy("约在 %(window)s"), window=window))
    return found


@transaction.atomic
def done(
    *,
    by: Actor,
    request: Request,
    person_id: int,
    cause: str,
    words: str = "",
    minutes: int = 0,
    materials: Sequence[Used] = (),
    photos: Contents = (),
) -> Request:
    """With what was found, what was used and how it looks now; whoever reported it, or follows, is asked how it was."""
    found = job(request, person_id, {State.ASSIGNED, State.WORKING, State.WAITING})
    Material.objects.bulk_create(
        Material(request=found, item=item, quantity=quantity, price_fen=fen) for item, quantity, fen in materials
    )
    keep_photos(by, found, photos, is_after=True)
    finish(by, found, person_id, cause=cause, words=words, minutes=minutes)
    return found


def finish(
    by: Actor,
    found: Request,
    person_id: int | None,
    *,
    cause: str,
    words: str,
    minutes: int = 0,
    at: datetime | None = None,
) -> None:
    """Done now, for its promise, whatever moment is said."""
    found.state, found.worker_id, found.cause, found.minutes = State.DONE, person_id, cause, found.minutes + minutes
    found.done_at = now()
    start_clock(found)
    found.save(update_fields=["state", "worker", "cause", "minutes", "done_at", "due_at", "minutes_left"])
    note(by, found, What.DONE, words, at=at)
    tell_requester(found, said(found, _lazy("办完了，请看看修好没有")))


@transaction.atomic
def not_fixed(*, by: Actor, request: Request, person_id: int, words: str) -> Request:
    """Within a week its requester says so: to the same crew, for its leader, with a promise of its own, and it is counted."""
    found = locked(request, {State.DONE, State.CLOSED})
    refuse_others(found, person_id)
    if found.kind not in REPAIRS or found.done_at is None:
        raise RaterError
    if not is_still_to_reopen(campus_time(found.done_at).date(), campus_today()) or found.rating is not None:
        raise ReopenTooLateError
    found.state, found.reopened, found.done_at, found.closed_at = State.ASSIGNED, found.reopened + 1, None, None
    leader = found.crew.members.filter(is_leader=True).first() if found.crew else None
    found.worker_id = leader.person_id if leader else None
    found.due_at, found.is_told_late = promised_until(found, now()), False
    found.save(update_fields=["state", "reopened", "done_at", "closed_at", "worker", "due_at", "is_told_late"])
    note(by, found, What.REOPENED, given(words))
    tell_crew(found, said(found, _lazy("没有修好，请班长安排")))
    return found


@transaction.atomic
def rate(*, by: Actor, request: Request, person_id: int, rating: int, words: str = "") -> Request:
    """By its requester alone, once, and never by who did it. That ends it."""
    found = locked(request, {State.DONE})
    refuse_others(found, person_id)
    if found.worker_id == person_id or found.entries.filter(what=What.ANSWERED, account_id=by.account_id).exists():
        raise RaterError
    found.rating, found.rating_words = rating, words
    end(by, found, What.RATED, f"{rating} {words}".strip())
    return found


@transaction.atomic
def withdraw(*, by: Actor, request: Request, person_id: int) -> Request:
    """Not while others follow it: it is their job, too."""
    found = locked(request, set(OPEN))
    refuse_others(found, person_id)
    if found.me_too.exists():
        raise FollowedError
    call_off(by, found)
    return found


def call_off(by: Actor, request: Request, words: str = "") -> None:
    """Of one that is locked and open."""
    request.state, request.closed_at, request.due_at = State.WITHDRAWN, now(), None
    request.save(update_fields=["state", "closed_at", "due_at"])
    note(by, request, What.WITHDRAWN, words)
    tell_crew(request, said(request, _lazy("已撤回")))


def refuse_others(request: Request, person_id: int) -> None:
    if request.person_id is None or request.person_id != person_id:
        raise RaterError


def end(by: Actor, request: Request, what: What, words: str = "") -> None:
    request.state, request.closed_at = State.CLOSED, now()
    request.save(update_fields=["state", "closed_at", "rating", "rating_words"])
    note(by, request, what, words)


@transaction.atomic
def bill(*, by: Actor, request: Request, payers: Mapping[str, int]) -> list[ledger.Bill]:
    """For what somebody broke: the materials at their price, labour at none. `payers` by campus number; several share it, as a room does
    of which nobody knows who it was. By the dispatcher, who sees the photo; not by who did the work, and once a request."""
    found = locked(request, {State.DONE, State.CLOSED})
    owed = price_of(found.materials.values_list("quantity", "price_fen"))
    if found.cause != Request.Cause.MISUSE or not owed or not payers or found.bills.exists():
        raise NothingToPayError
    worker = identity.account_of(found.worker_id) if found.worker_id is not None else None
    refuse_same_person(by, worker.pk if worker else None)
    key = f"requests.damage:{found.public_id}:{found.entries.filter(what=What.BILLED).count()}"
    with override(settings.LANGUAGE_CODE):  # kept for who pays, whoever presses
        ledger.open_fee_item(by=by, code=FEE, name=_("设施损坏赔偿"), reason=_("人为损坏的维修材料"))
        name = _("%(what)s维修材料") % {"what": found.title}
    orders = [
        ledger.BillOrder(
            key=f"{key}:{number}",
            person_id=payers[number],
            issuer=ISSUER,
            item=FEE,
            amount_fen=share,
            due_on=campus_today() + DAYS_TO_PAY,
            name=name,
        )
        for number, share in ledger.even_shares(owed, payers).items()
        if share
    ]
    issued = list(ledger.issue_bills(by=by, orders=orders).values())
    found.bills.set(issued)
    note(by, found, What.BILLED, is_inner=True)
    return issued


@transaction.atomic
def withdraw_bill(*, by: Actor, request: Request, reason: str) -> Request:
    """One that was wrong, by somebody else than who issued it, with all parts of it. What was paid on it goes back first; then it may be
    issued right."""
    found = locked(request, {State.DONE, State.CLOSED})
    issued = ledger.lock_bills(list(found.bills.values_list("pk", flat=True)))
    if not issued:
        raise NothingToPayError
    refuse_same_person(by, found.entries.filter(what=What.BILLED).latest("id").account_id)
    why = given(reason)
    if any(one.paid_fen > one.returned_fen for one in issued):
        raise BillPaidError
    for one in issued:
        if one.is_owed:  # not what was waived, or paid and refunded
            ledger.cancel(by=by, bill=one, reason=why, key=f"{one.key}:withdrawn")
    found.bills.clear()
    said_by = {"who": by.name, "account_id": by.account_id, "is_inner": True}
    Entry.objects.create(
        request=found, what=What.BILLED, words=gettext_noop("撤销：%(why)s") % {"why": reason}, **said_by
    )
    audit.record(by=by, action="requests.withdraw_bill", target=target_of(found))
    return found


def close_overdue() -> int:
    """What nobody rated within a week is over."""
    until = now() - timedelta(days=DAYS_TO_REOPEN)
    closed = 0
    for one in Request.objects.filter(state=State.DONE, done_at__lt=until):
        with transaction.atomic():
            row = Request.objects.select_for_update().get(pk=one.pk)
            if row.state == State.DONE and row.done_at is not None and row.done_at < until:
                end(CLOCK, row, What.CLOSED)
                closed += 1
    return closed


def forget_phones() -> int:
    """A month after the end."""
    ended = Request.objects.filter(closed_at__lt=now() - timedelta(days=PHONE_DAYS), phone__isnull=False)
    return ended.update(phone=None)
