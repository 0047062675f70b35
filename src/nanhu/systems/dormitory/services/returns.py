"""Giving a whole list back (整份退回), by two (kernel.rollbacks): the worker refunds each bill, in both names.

What was paid goes back the way it came, by whoever took it; a single share by its payer's own page.
"""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from nanhu.kernel import rollbacks
from nanhu.kernel.actors import Actor
from nanhu.kernel.jobs import job, open_progress
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.dormitory.models import RoomList, RoomRollback
from nanhu.systems.dormitory.queries import WITH_SCHOOL, shares_of
from nanhu.systems.dormitory.services.charging import give_up

State = RoomList.State
STILL_OWED = Q(charge__state__in=[ledger.Bill.State.OPEN, ledger.Bill.State.PART, ledger.Bill.State.DEFERRED])
PIECE = 40


def ask_back(*, by: Actor, token: UUID, batch: RoomList, reason: str) -> RoomRollback:
    return rollbacks.ask(RoomRollback, by=by, token=token, batch=batch, reason=reason, check=refuse_empty)


def refuse_empty(batch: RoomList) -> None:
    """Of which nothing is with the school, and nothing owed."""
    if not shares_of(batch).filter(WITH_SCHOOL | STILL_OWED).exists():
        raise batch.wrong_state()


def agree_back(*, by: Actor, rollback: RoomRollback) -> None:
    def begin(batch: RoomList, _reason: str) -> None:
        batch.begin_work(by, job=give_shares_back.name, total=with_school(batch).count())

    rollbacks.agree(by=by, rollback=rollback, undo=begin, end=State.RETURNING)


@job("dormitory.give_room_shares_back")
def give_shares_back(batch_id: int) -> None:
    """May run twice, at once or after a crash: a payment is given back once."""
    room_list = RoomList.objects.get(pk=batch_id)
    progress = open_progress(room_list.progress_id) if room_list.progress_id else None
    after = (0, 0)
    while (last := give_piece(room_list=room_list, after=after)) is not None:
        after = last
        if progress is not None:
            progress.advance(max(progress.row.total - with_school(room_list).count(), 0))
    while give_up_piece(room_list=room_list):
        pass
    closed = close(room_list)
    if progress is not None and closed.state == State.RETURNED:
        result = reverse("dormitory:rooms:case", args=[closed.public_id])
        progress.finish(_("已全部退回持卡人"), result_url=result)


def give_piece(*, room_list: RoomList, after: tuple[int, int]) -> tuple[int, int] | None:
    """One transaction; the person and share it came to, None at the end. What is held up stays: the list is open until whoever
    holds it up has decided."""
    with transaction.atomic():
        locked = RoomList.objects.select_for_update().filter(pk=room_list.pk, state=State.RETURNING).first()
        if locked is None:
            return None
        person_id, share_id = after
        taken = with_school(locked).order_by("person_id", "id")
        left = taken.filter(person_id__gte=person_id).exclude(person_id=person_id, id__lte=share_id)
        shares = list(left[:PIECE])
        agreed = agreed_for(locked)
        ledger.refund(
            by=approver_of(agreed),
            asked_by=Actor(account_id=agreed.author_id, name=agreed.author_name),
            bills=[share.charge for share in shares],
            reason=agreed.reason,
        )
        return (shares[-1].person_id, shares[-1].pk) if shares else None


def agreed_for(room_list: RoomList) -> RoomRollback:
    return room_list.rollbacks.get(state=RoomRollback.State.DONE)


def approver_of(rollback: RoomRollback) -> Actor:
    return Actor(account_id=rollback.approver_id, name=rollback.approver_name)


def give_up_piece(*, room_list: RoomList) -> int:
    """One transaction; how many were owed and are no more. What is held up with money in it is not among them."""
    with transaction.atomic():
        locked = RoomList.objects.select_for_update().filter(pk=room_list.pk, state=State.RETURNING).first()
        if locked is None:
            return 0
        owed = list(shares_of(locked).filter(STILL_OWED).exclude(WITH_SCHOOL).order_by("id")[:PIECE])
        agreed = agreed_for(locked)
        give_up(by=approver_of(agreed), shares=owed, reason=agreed.reason)
        return len(owed)


def with_school(room_list: RoomList) -> QuerySet[Any]:
    """Whatever their bills are by now: also a part that was paid, and what was waived after it."""
    return shares_of(room_list).filter(WITH_SCHOOL)


def close(room_list: RoomList) -> RoomList:
    """When the school has nothing of it any more, its rooms may be charged again, and nobody owes what was never taken."""
    with transaction.atomic():
        locked = RoomList.objects.select_for_update().get(pk=room_list.pk)
        undone = shares_of(locked).filter(WITH_SCHOOL | STILL_OWED)
        if locked.state == State.RETURNING and not undone.exists():
            locked.let_go()
            locked.state = State.RETURNED
            locked.save(update_fields=["state"])
        return locked
