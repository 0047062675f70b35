"""Taking the shares of an approved list, a few dozen a transaction: nobody waits long at the till, and a crash loses nothing."""

from django.db import transaction
from django.db.models import Count, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.errors import CampusError
from nanhu.kernel.events import publish
from nanhu.kernel.jobs import ProgressHandle, job, open_progress
from nanhu.kernel.money import format_yuan
from nanhu.platforms.people import api as people
from nanhu.systems.card.funds.events import RoomShareChanged
from nanhu.systems.card.funds.models import RoomList, RoomShare
from nanhu.systems.card.funds.room_errors import NoDeductionRightError
from nanhu.systems.card.funds.services.deductions import deduct, open_payee
from nanhu.systems.card.queries import cards_of_people
from nanhu.systems.card.rights.services import deciding as rights

State = RoomShare.State
PIECE = 40
WORKER = Actor.system("card.funds")
PAYEES = {"water": ("water.dormitory", "宿舍水费"), "power": ("power.dormitory", "宿舍电费")}


@job("card.take_room_shares")
def take_shares(batch_id: int) -> None:
    """May run twice, at once or after a crash: a share is taken once."""
    room_list = RoomList.objects.get(pk=batch_id)
    progress = open_progress(room_list.progress_id) if room_list.progress_id else None
    payees = {item: open_payee(code=code, name=name) for item, (code, name) in PAYEES.items()}
    while take_piece(by=WORKER, room_list=room_list, payees=payees, most=PIECE):
        if progress is not None:
            waiting = RoomShare.objects.filter(room_list=room_list, state=State.WAITING).count()
            progress.advance(max(progress.row.total - waiting, 0))
    finish(close(room_list), progress)


def take_piece(*, by: Actor, room_list: RoomList, payees: dict[str, int], most: int) -> int:
    """One transaction; how many shares came to an end, 0 when all have. Wallets are locked in the order of every posting."""
    with transaction.atomic():
        if not RoomList.objects.select_for_update().filter(pk=room_list.pk, state=RoomList.State.POSTING).exists():
            return 0
        waiting = RoomShare.objects.filter(room_list=room_list, state=State.WAITING).order_by("wallet_id", "id")
        shares = list(waiting.select_related("wallet", "bill")[:most])
        heirs = {key: one.person_id for key, one in people.person_cards({s.wallet.person_id for s in shares}).items()}
        refused = without_right(set(heirs.values()))
        for share in shares:
            person_id = heirs.get(share.wallet.person_id, share.wallet.person_id)
            may = person_id not in refused
            take(by=by, share=share, person_id=person_id, payee_account_id=payees[share.bill.item], may_be_charged=may)
        return len(shares)


def without_right(person_ids: set[int]) -> set[int]:
    """Those whose class of card may not be charged since the list was checked. A lost card is no hindrance."""
    table, today = rights.table(), campus_today()
    cards = cards_of_people(list(person_ids))
    return {key for key, one in cards.items() if not table.gives(one.card_class, one.sub_class, "deduction", today)}


def take(*, by: Actor, share: RoomShare, person_id: int, payee_account_id: int, may_be_charged: bool) -> None:
    """From the wallet, or left out with its reason: a wallet that is short is not touched."""
    name = share.bill.name
    share.tries += 1
    try:
        if not may_be_charged:
            raise NoDeductionRightError
        taken = deduct(
            by=by,
            person_id=person_id,
            amount_fen=share.amount_fen,
            payee_account_id=payee_account_id,
            key=f"room_share:{share.pk}",
            detail=name,
        )
    except CampusError as error:
        share.state, share.why = State.LEFT, error.code
    else:
        share.state, share.receipt_id = State.TAKEN, taken.receipt_id
    share.save(update_fields=["state", "why", "receipt_id", "tries"])
    publish(
        RoomShareChanged(
            share_id=share.pk,
            outcome=share.state,
            tries=share.tries,
            person_id=person_id,
            name=name,
            amount_fen=share.amount_fen,
            why=share.why,
        )
    )


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
    progress.finish(summary, result_url=reverse("card:rooms:case", args=[room_list.public_id]))
