"""Taking the shares of an approved list, a few dozen a transaction: nobody waits long at the till, and a crash loses nothing."""

from django.db import transaction
from django.db.models import Count, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.jobs import ProgressHandle, job, open_progress
from nanhu.kernel.money import format_yuan
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.dormitory.models import RoomList, RoomShare
from nanhu.systems.dormitory.services.charging import collect, issue, open_fees, unbillable
from nanhu.systems.dormitory.services.replacing import replace_piece

State = RoomShare.State
PIECE = 40
WORKER = Actor.system("dormitory")


@job("dormitory.take_room_shares")
def take_shares(batch_id: int) -> None:
    """May run twice, at once or after a crash: a share is taken once."""
    room_list = RoomList.objects.get(pk=batch_id)
    progress = open_progress(room_list.progress_id) if room_list.progress_id else None
    open_fees(WORKER)
    while replace_piece(room_list=room_list):
        pass
    while take_piece(by=WORKER, room_list=room_list, most=PIECE):
        if progress is not None:
            waiting = RoomShare.objects.filter(room_list=room_list, state=State.WAITING).count()
            progress.advance(max(progress.row.total - waiting, 0))
    finish(close(room_list), progress)


def take_piece(*, by: Actor, room_list: RoomList, most: int) -> int:
    """One transaction; how many shares came to an end, 0 when all have."""
    with transaction.atomic():
        if not RoomList.objects.select_for_update().filter(pk=room_list.pk, state=RoomList.State.POSTING).exists():
            return 0
        waiting = RoomShare.objects.filter(room_list=room_list, state=State.WAITING, bill__is_waiting=False)
        shares = list(waiting.select_related("bill").order_by("person_id", "id")[:most])
        refused = unbillable(shares)
        bills = issue(by=by, shares=[share for share in shares if share.pk not in refused])
        hindrances = collect(by=by, bills=list(bills.values()))
        for share in shares:
            charge = bills.get(share.pk)
            keep(share, charge=charge, why=hindrances[charge.pk] if charge else refused[share.pk])
        return len(shares)


def keep(share: RoomShare, *, charge: ledger.Bill | None, why: str) -> None:
    """Taken, or left out with its reason; without a bill where none could be issued."""
    share.charge, share.why, share.tries = charge, why, share.tries + 1
    share.state = State.LEFT if why else State.TAKEN
    share.save(update_fields=["state", "why", "charge", "tries"])


def close(room_list: RoomList) -> RoomList:
    """When no share waits any more."""
    with transaction.atomic():
        locked = RoomList.objects.select_for_update().get(pk=room_list.pk)
        if locked.state == RoomList.State.POSTING and not locked.shares.filter(state=State.WAITING).exists():
            locked.state, locked.posted_at = RoomList.State.POSTED, now()
            locked.save(update_fields=["state", "posted_at"])
        return locked


def finish(room_list: RoomList, progress: ProgressHandle | None) -> None:
    if progress is None or room_list.state != RoomList.State.POSTED:
        return
    told = {
        row["state"]: (row["count"], int(row["fen"]))
        for row in room_list.shares.order_by().values("state").annotate(count=Count("id"), fen=Sum("amount_fen"))
    }
    (taken, taken_fen), (left, left_fen) = told.get(State.TAKEN, (0, 0)), told.get(State.LEFT, (0, 0))
    facts = {"taken": taken, "sum": format_yuan(taken_fen), "left": left, "left_sum": format_yuan(left_fen)}
    summary = _("已扣 %(taken)s 笔，共 %(sum)s；没扣到 %(left)s 笔，共 %(left_sum)s") % facts
    progress.finish(summary, result_url=reverse("dormitory:rooms:case", args=[room_list.public_id]))
