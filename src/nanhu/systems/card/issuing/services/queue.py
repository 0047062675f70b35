"""The office's queue (排队取号): take a number, the clerk calls the next."""

from django.db import transaction
from django.db.models import Max

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.once import lock_key
from nanhu.systems.card.issuing import hours
from nanhu.systems.card.issuing.errors import NoPlaceInQueueError
from nanhu.systems.card.issuing.models import QueueTicket

State = QueueTicket.State
WAITING = (State.WAITING, State.CALLED)


def take_number(*, by: Actor) -> QueueTicket:
    """One place for each; asked again it is the same. Only while the office is open."""
    if not hours.standing().is_open:
        raise NoPlaceInQueueError
    with transaction.atomic():
        lock_key("card.queue")
        held = own_ticket(by.account_id)
        if held is not None:
            return held
        last = QueueTicket.objects.filter(day=campus_today()).aggregate(last=Max("number"))["last"]
        return QueueTicket.objects.create(day=campus_today(), number=(last or 0) + 1, holder_id=by.account_id)


def own_ticket(account_id: int | None) -> QueueTicket | None:
    if account_id is None:
        return None
    return QueueTicket.objects.filter(day=campus_today(), holder_id=account_id, state__in=WAITING).first()


def ahead_of(ticket: QueueTicket) -> int:
    return QueueTicket.objects.filter(day=ticket.day, state=State.WAITING, number__lt=ticket.number).count()


def call_next(*, by: Actor, window: str) -> QueueTicket | None:
    """Whoever this window had called is done with; the next one who waits is called."""
    with transaction.atomic():
        waiting = QueueTicket.objects.select_for_update(skip_locked=True).filter(
            day=campus_today(), state=State.WAITING
        )
        QueueTicket.objects.filter(day=campus_today(), state=State.CALLED, window=window).update(state=State.DONE)
        ticket = waiting.order_by("number").first()
        if ticket is not None:
            ticket.state, ticket.window, ticket.called_by_name, ticket.called_at = State.CALLED, window, by.name, now()
            ticket.save(update_fields=["state", "window", "called_by_name", "called_at"])
        return ticket


def miss(*, ticket: QueueTicket) -> None:
    QueueTicket.objects.filter(pk=ticket.pk, state=State.CALLED).update(state=State.MISSED)
