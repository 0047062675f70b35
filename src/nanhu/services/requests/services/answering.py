"""Questions and complaints: answered by the unit that they are with, put off once, and made public as an answer to everybody."""

from datetime import timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time, campus_today, now
from nanhu.kernel.proposals import given
from nanhu.kernel.registry import answer_books
from nanhu.kernel.ui import dates
from nanhu.platforms.identity import api as identity
from nanhu.services.requests.errors import AccusedError, ExtendedAlreadyError, NoAnswerBookError, NoHandlerError
from nanhu.services.requests.models import Request, SealedReply
from nanhu.services.requests.offices import above, due_of_answer, due_of_complaint
from nanhu.services.requests.policies import LEADER, barred_units, has_handler
from nanhu.services.requests.replies import seal
from nanhu.services.requests.rules import COMPLAINT_EXTRA_DAYS
from nanhu.services.requests.services import dispatching
from nanhu.services.requests.services.filing import give_to_receiver
from nanhu.services.requests.services.timeline import What, locked, note, said, target_of, tell, tell_requester
from nanhu.services.requests.services.working import refuse_others

State = Request.State


@transaction.atomic
def answer(*, by: Actor, request: Request, words: str) -> Request:
    """To who asked; of an anonymous request the words are sealed to its reply code, and nobody here keeps them."""
    found = locked(request, {State.NEW, State.DONE})
    say(by, found, given(words))
    found.state, found.done_at = State.DONE, now()
    found.save(update_fields=["state", "done_at"])
    return found


def tell_code(request: Request, words: str) -> None:
    """What the author of an anonymous one has no timeline for: sealed to his reply code."""
    if request.is_anonymous:
        content = seal(words, bytes(request.reply_key or b""))
        SealedReply.objects.create(request=request, place=request.replies.count(), day=campus_today(), content=content)


def say(by: Actor, request: Request, words: str) -> None:
    if request.is_anonymous:
        tell_code(request, words)
        note(by, request, What.ANSWERED)
    else:
        note(by, request, What.ANSWERED, words)
        tell_requester(request, said(request, _lazy("有了答复")))


@transaction.atomic
def reply(*, by: Actor, request: Request, words: str) -> Request:
    """To who reported on public opinion, while the report goes its way."""
    found = locked(request, {State.NEW, State.WORKING, State.DONE})
    say(by, found, given(words))
    return found


@transaction.atomic
def ask_again(*, by: Actor, request: Request, person_id: int, words: str) -> Request:
    """The answer did not do: its requester says what is missing, and has a new promise."""
    found = locked(request, {State.DONE})
    refuse_others(found, person_id)
    note(by, found, What.REOPENED, given(words))
    found.state, found.reopened, found.done_at = State.NEW, found.reopened + 1, None
    is_complaint = found.kind == Request.Kind.COMPLAINT
    found.due_at = due_of_complaint(campus_today()) if is_complaint else due_of_answer(found.kind, now())
    found.is_told_late = False
    found.save(update_fields=["state", "reopened", "done_at", "due_at", "is_told_late"])
    return found


@transaction.atomic
def transfer(*, by: Actor, request: Request, unit: int, reason: str, is_leader: bool = False) -> Request:
    """To another unit; of a complaint never to the accused one, nor to one below it, nor to where nobody may handle it."""
    if request.kind == Request.Kind.COMPLAINT:
        found = locked(request, {State.NEW})
        if above(unit) & {*found.barred, *barred_units(found.accused_unit_id, found.accused_person_id)}:
            raise AccusedError
        if not has_handler(found, unit):
            raise NoHandlerError
    tell_code(request, _("已转给别的部门办理：%(why)s") % {"why": reason})
    return dispatching.route(by=by, request=request, reason=reason, unit=unit, is_leader=is_leader)


@transaction.atomic
def extend(*, by: Actor, request: Request, reason: str) -> Request:
    """A complaint's five working days, once, with a reason that its author reads."""
    found = locked(request, {State.NEW})
    if found.is_extended or found.due_at is None:
        raise ExtendedAlreadyError
    last_day = campus_time(found.due_at - timedelta(seconds=1)).date()
    found.is_extended, found.due_at = True, due_of_complaint(last_day, COMPLAINT_EXTRA_DAYS)
    found.is_told_late = False
    found.save(update_fields=["is_extended", "due_at", "is_told_late"])
    note(by, found, What.EXTENDED, given(reason))
    last = dates.short_day(found.due_at - timedelta(seconds=1), campus_today().year)
    tell_code(found, _("延期办理，最晚 %(day)s 答复：%(why)s") % {"day": last, "why": reason})
    tell_requester(found, said(found, _lazy("延期办理")))
    return found


@transaction.atomic
def name_accused(*, by: Actor, request: Request, person_id: int) -> Request:
    """Who is meant, where the complaint says only a name. From now on neither he nor who is below him sees it; where that is the
    office it is with, it goes to the other."""
    found = locked(request, {State.NEW})
    barred = barred_units(found.accused_unit_id, person_id) | set(found.barred)
    found.accused_person_id, found.barred = person_id, sorted(barred)
    found.save(update_fields=["accused_person", "barred"])
    if not has_handler(found, found.unit_id or 0):
        give_to_receiver(found)
    note(by, found, What.ROUTED, is_inner=True)
    return found


def find_handlers() -> int:
    """Complaints that nobody may handle any more where they lie go to where somebody may; the heads of the hall are told the number of
    one that nobody may handle anywhere, and give the role to somebody."""
    moved = 0
    for public_id in Request.objects.filter(kind=Request.Kind.COMPLAINT, state=State.NEW).values_list("pk", flat=True):
        with transaction.atomic():
            one = Request.objects.select_for_update().get(pk=public_id)
            if one.state != State.NEW or has_handler(one, one.unit_id or 0):
                continue
            moved += 1
            if not give_to_receiver(one):
                leaders = {account.person_id for account in identity.holders_of(LEADER) if account.person_id}
                tell(
                    leaders,
                    reverse("requests:hall:home"),
                    format_lazy("{} · {}", one.number, _lazy("没有人能办，请指定投诉受理人员")),
                )
    return moved


@transaction.atomic
def publish(*, by: Actor, request: Request, question: str, answer: str) -> str:
    """As an answer that everybody finds, in its unit's name; worded anew, so that nobody is named in it. Gives its address."""
    found = locked(request, {State.DONE, State.CLOSED})
    book = next(iter(answer_books), None)
    if book is None or found.unit_id is None or found.kind not in ("service", "policy"):
        raise NoAnswerBookError
    address = book.publish(by, found.unit_id, question, answer)
    audit.record(by=by, action="requests.publish_answer", target=target_of(found))
    return address
