"""Exchange of two duties (换班): one asks, the other accepts, and until then nothing changes."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Case, F, QuerySet, Value, When
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.attempts import refused_as
from nanhu.kernel.clock import now
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.once import made_by_form
from nanhu.kernel.registry import Text
from nanhu.kernel.ui.words import lazy_filled
from nanhu.platforms.messages import api as messages
from nanhu.services.directory.errors import ExchangeWaitsError, NotExchangeableError
from nanhu.services.directory.models import Duty, DutyExchange
from nanhu.services.directory.services.duties import tell, words_of

State = DutyExchange.State


@transaction.atomic
def ask(*, by: Actor, token: UUID, person_id: int, given: Duty, taken: Duty, reason: str = "") -> DutyExchange:
    if known := made_by_form(DutyExchange, token, author_id=person_id):
        return known
    mine, theirs = locked(given, taken)
    if mine.person_id != person_id or not can_be_exchanged(mine, theirs):
        raise NotExchangeableError
    with refused_as(ExchangeWaitsError, by="one_waits"):
        made = DutyExchange.objects.create(
            token=token,
            given=mine,
            taken=theirs,
            author_id=person_id,
            author_name=mine.person_name,
            other_id=theirs.person_id or 0,
            other_name=theirs.person_name,
            reason=reason.strip(),
        )
    note(by, made, "directory.ask_exchange")
    tell_person(made.other_id, lazy_filled(_("%(who)s想和您换班"), who=made.author_name), made)
    return made


def locked(*duties: Duty) -> list[Duty]:
    """In one order, whoever asks."""
    rows = Duty.objects.select_for_update(of=("self",)).select_related("unit").order_by("pk")
    found = {row.pk: row for row in rows.filter(pk__in=[one.pk for one in duties])}
    return [found[one.pk] for one in duties]


def can_be_exchanged(mine: Duty, theirs: Duty) -> bool:
    """Both ahead, each of one person, of one unit."""
    are_ahead = all(one.state == Duty.State.STANDING and one.begins_at > now() for one in (mine, theirs))
    are_of_two = None not in {mine.person_id, theirs.person_id} and mine.person_id != theirs.person_id
    return are_ahead and are_of_two and mine.unit_id == theirs.unit_id


def open_exchanges() -> QuerySet[DutyExchange]:
    """Those that can still come to something: both duties stand, are ahead, of the same two, and as they were when one asked. By the
    database's clock: what waits is counted by a statement that was prepared before."""
    found = DutyExchange.objects.filter(state=State.OPEN, given__person=F("author"), taken__person=F("other"))
    for each in ("given", "taken"):
        found = found.filter(**{f"{each}__state": Duty.State.STANDING, f"{each}__begins_at__gt": Now()})
        found = found.filter(**{f"{each}__changed_at__lte": F("created_at")})
    return found


@transaction.atomic
def lapse(*, by: Actor, exchange: DutyExchange) -> bool:
    """What can come to nothing any more. False where it still can, or somebody answered meanwhile."""
    row = (
        DutyExchange.objects.select_for_update(of=("self",))
        .select_related("given__unit", "taken__unit")
        .get(pk=exchange.pk)
    )
    if row.state != State.OPEN or open_exchanges().filter(pk=row.pk).exists():
        return False
    ended(by, row, State.LAPSED, "directory.lapse_exchange", _("班次变了，没有换成"))
    return True


@transaction.atomic
def accept(*, by: Actor, person_id: int, exchange: DutyExchange) -> DutyExchange:
    """By the other. Where one of the duties is no more what it was, nothing is exchanged, and both are told."""
    row = waiting(exchange, person_id, by_other=True)
    mine, theirs = locked(row.given, row.taken)
    is_so = mine.person_id == row.author_id and theirs.person_id == row.other_id and can_be_exchanged(mine, theirs)
    is_unmoved = max(mine.changed_at, theirs.changed_at) <= row.created_at
    if not (is_so and is_unmoved and swapped(row, mine, theirs)):
        return ended(by, row, State.LAPSED, "directory.lapse_exchange", _("班次变了，没有换成"))
    tell([mine, theirs])
    return ended(
        by, row, State.ACCEPTED, "directory.accept_exchange", lazy_filled(_("%(who)s同意换班"), who=row.other_name)
    )


def swapped(row: DutyExchange, mine: Duty, theirs: Duty) -> bool:
    """In one statement, so that nobody is in two places meanwhile. False where one of them would be afterwards."""
    to_other = When(pk=mine.pk, then=Value(row.other_id))
    name_of_other = When(pk=mine.pk, then=Value(row.other_name))
    words = words_of(mine.unit.name, mine.task, row.other_name)
    others_words = words_of(theirs.unit.name, theirs.task, row.author_name)
    try:
        with transaction.atomic():
            Duty.objects.filter(pk__in=[mine.pk, theirs.pk]).update(
                person_id=Case(to_other, default=Value(row.author_id)),
                person_name=Case(name_of_other, default=Value(row.author_name)),
                searched=Case(When(pk=mine.pk, then=Value(words)), default=Value(others_words)),
                revision=F("revision") + 1,
                changed_at=now(),
            )
    except IntegrityError as error:
        if "directory_duty_one_place" in str(error):
            return False
        raise
    return True


@transaction.atomic
def decline(*, by: Actor, person_id: int, exchange: DutyExchange) -> DutyExchange:
    row = waiting(exchange, person_id, by_other=True)
    return ended(
        by, row, State.DECLINED, "directory.decline_exchange", lazy_filled(_("%(who)s不换班"), who=row.other_name)
    )


@transaction.atomic
def withdraw(*, by: Actor, person_id: int, exchange: DutyExchange) -> DutyExchange:
    row = waiting(exchange, person_id, by_other=False)
    return ended(by, row, State.WITHDRAWN, "directory.withdraw_exchange", "")


def waiting(exchange: DutyExchange, person_id: int, *, by_other: bool) -> DutyExchange:
    """Locked; whose word it is was looked at by the page, and is again here."""
    rows = DutyExchange.objects.select_for_update(of=("self",)).select_related("given", "taken")
    row = rows.get(pk=exchange.pk, **{"other" if by_other else "author": person_id})
    if row.state != State.OPEN:
        raise WrongStateError(what=row.what, state=row.get_state_display())
    return row


def ended(by: Actor, row: DutyExchange, state: State, action: str, words: Text) -> DutyExchange:
    row.state, row.decided_at = state, now()
    row.save(update_fields=["state", "decided_at"])
    note(by, row, action)
    if words:
        tell_person(row.author_id, words, row)
    return row


def note(by: Actor, row: DutyExchange, action: str) -> None:
    facts = {"which_duty": str(row), "who": f"{row.author_name}、{row.other_name}"}
    audit.record(by=by, action=action, target=f"duty:{row.given.public_id}", reason=row.reason, facts=facts)


def tell_person(person_id: int, words: Text, row: DutyExchange) -> None:
    messages.tell({person_id}, "directory.exchange", {"words": words, "what": row})
