"""Bills of an approved list replace older ones of the same room and month: what is owed for those is cancelled (撤销), by the worker.

Nothing is given up before another person approved the new list; a discarded or refused list leaves the older bills as they were.
"""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.dormitory.models import RoomBill, RoomList, RoomShare
from nanhu.systems.dormitory.queries import counted_bills, key_of_bill, spent_bills
from nanhu.systems.dormitory.rules import STILL_CHARGED
from nanhu.systems.dormitory.services.charging import give_up

PIECE = 20


def replace_piece(*, room_list: RoomList) -> int:
    """One transaction, apart from that of the money: who pays locks a wallet before a bill. How many rooms were decided, 0 when all
    are."""
    with transaction.atomic():
        locked = RoomList.objects.select_for_update().filter(pk=room_list.pk, state=RoomList.State.POSTING).first()
        if locked is None:
            return 0
        waiting = list(locked.bills.filter(is_waiting=True, released_at=None).order_by("pk")[:PIECE])
        older = counted_bills(map(key_of_bill, waiting))
        spent = lock_spent(older.values())
        for bill in waiting:
            before = older.get(key_of_bill(bill))
            if before is None or before.pk in spent:
                replace(locked, bill, before)
            else:
                leave(bill)
        return len(waiting)


def lock_spent(bills: Iterable[RoomBill]) -> set[int]:
    """Those of which nothing is with the school. Their lists and what is owed are locked: none of them is paid meanwhile."""
    found = list(bills)
    list(RoomList.objects.select_for_update().filter(pk__in={one.room_list_id for one in found}).order_by("pk"))
    shares = RoomShare.objects.filter(bill__in=found).exclude(charge=None)
    ledger.lock_bills(list(shares.values_list("charge_id", flat=True)))
    return set(spent_bills().filter(pk__in=[one.pk for one in found]).values_list("pk", flat=True))


def replace(room_list: RoomList, bill: RoomBill, before: RoomBill | None) -> None:
    if before is not None:
        approver = Actor(account_id=room_list.approver_id, name=room_list.approver_name)
        reason = _("改由“%(title)s”收取") % {"title": room_list.title}
        give_up(by=approver, shares=before.shares.all(), reason=reason)
        RoomBill.objects.filter(pk=before.pk).update(released_at=now())
    RoomBill.objects.filter(pk=bill.pk).update(is_waiting=False)


def leave(bill: RoomBill) -> None:
    """The older one was paid meanwhile, or is at work: it counts on."""
    bill.shares.update(state=RoomShare.State.LEFT, why=STILL_CHARGED)
    RoomBill.objects.filter(pk=bill.pk).update(released_at=now())
