"""Giving a whole list back (整份退回): one clerk asks, another grants, the worker posts a correction for each share.

A single share is given back on the page of corrections. Either way it is the card's own correction, with two names.
"""

from uuid import NAMESPACE_URL, uuid5

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.clock import now
from nanhu.kernel.errors import CampusError, NotTheAuthorError
from nanhu.kernel.events import publish
from nanhu.kernel.jobs import job, open_progress
from nanhu.kernel.proposals import given, refuse_same_person
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.closing.models import Correction
from nanhu.systems.card.closing.services import corrections
from nanhu.systems.card.funds.events import RoomShareChanged
from nanhu.systems.card.funds.models import RoomList, RoomShare
from nanhu.systems.card.funds.room_queries import shares_of
from nanhu.systems.card.models import Receipt

State = RoomList.State
PIECE = 40


def ask_back(*, by: Actor, room_list: RoomList, reason: str) -> RoomList:
    why = given(reason)
    with transaction.atomic():
        locked = room_list.locked_in({State.POSTED})
        forget_request(locked)
        locked.asker_id, locked.asker_name, locked.why_back, locked.asked_back_at = account_of(by), by.name, why, now()
        locked.enter(by, State.ASKED_BACK, "ask_{}_back", why)
        return locked


def forget_request(locked: RoomList) -> None:
    """What was asked and answered before; the audit keeps it."""
    locked.asker_id, locked.asker_name, locked.why_back, locked.asked_back_at = None, "", "", None
    locked.granter_id, locked.granter_name, locked.answer_back, locked.answered_back_at = None, "", "", None


def withdraw_request(*, by: Actor, room_list: RoomList) -> RoomList:
    """By who asked."""
    with transaction.atomic():
        locked = room_list.locked_in({State.ASKED_BACK})
        if by.account_id is None or by.account_id != locked.asker_id:
            raise NotTheAuthorError
        forget_request(locked)
        locked.enter(by, State.POSTED, "withdraw_{}_request")
        return locked


def keep_taken(*, by: Actor, room_list: RoomList, answer: str) -> RoomList:
    """Not given back: refused by another, who says why."""
    why = given(answer)
    with transaction.atomic():
        locked = room_list.locked_in({State.ASKED_BACK})
        answer_request(by, locked, why)
        locked.enter(by, State.POSTED, "keep_{}", why)
        return locked


def answer_request(by: Actor, locked: RoomList, answer: str = "") -> None:
    refuse_same_person(by, locked.asker_id)
    locked.granter_id, locked.granter_name = account_of(by), by.name
    locked.answer_back, locked.answered_back_at = answer, now()


def grant_back(*, by: Actor, room_list: RoomList) -> RoomList:
    with transaction.atomic():
        locked = room_list.locked_in({State.ASKED_BACK})
        answer_request(by, locked)
        locked.begin_work(by, job=give_shares_back.name, total=shares_of(locked, "taken").count())
        locked.enter(by, State.RETURNING, "grant_{}_back")
        return locked


@job("card.give_room_shares_back")
def give_shares_back(batch_id: int) -> None:
    """May run twice, at once or after a crash: a receipt is taken back once."""
    room_list = RoomList.objects.get(pk=batch_id)
    progress = open_progress(room_list.progress_id) if room_list.progress_id else None
    after = (0, 0)
    while (last := give_piece(room_list=room_list, after=after)) is not None:
        after = last
        if progress is not None:
            progress.advance(max(progress.row.total - shares_of(room_list, "taken").count(), 0))
    closed = close(room_list)
    if progress is not None and closed.state == State.RETURNED:
        result = reverse("card:rooms:case", args=[closed.public_id])
        progress.finish(_("已全部退回持卡人"), result_url=result)


def give_piece(*, room_list: RoomList, after: tuple[int, int]) -> tuple[int, int] | None:
    """One transaction; the wallet and share it came to, None at the end."""
    with transaction.atomic():
        locked = RoomList.objects.select_for_update().filter(pk=room_list.pk, state=State.RETURNING).first()
        if locked is None:
            return None
        wallet_id, share_id = after
        taken = shares_of(locked, "taken").order_by("wallet_id", "id")
        left = taken.filter(wallet_id__gte=wallet_id).exclude(wallet_id=wallet_id, id__lte=share_id)
        shares = list(left.select_related("wallet")[:PIECE])
        receipts = Receipt.objects.select_related("wallet").in_bulk([share.receipt_id for share in shares])
        for share in shares:
            give_back(locked=locked, share=share, receipt=receipts[share.receipt_id])
        return (shares[-1].wallet_id, shares[-1].pk) if shares else None


def give_back(*, locked: RoomList, share: RoomShare, receipt: Receipt) -> None:
    """By the two who asked and granted. A share that has a correction of its own is ended by that one."""
    granter = Actor(account_id=locked.granter_id, name=locked.granter_name)
    try:
        with transaction.atomic():
            asked = Correction.objects.filter(receipt=receipt, state=Correction.State.PENDING).first()
            if asked is None:
                asker = Actor(account_id=locked.asker_id, name=locked.asker_name)
                token = uuid5(NAMESPACE_URL, f"room_share:{share.pk}")
                asked = corrections.ask(by=asker, receipt=receipt, reason=locked.why_back, token=token)
            corrections.approve(by=granter, correction=asked)
    except (CampusError, ledger.AlreadyReversedError):
        return  # still taken: the list stays open until whoever holds it up has decided
    publish(
        RoomShareChanged(
            share_id=share.pk,
            outcome="given_back",
            tries=share.tries,
            person_id=share.wallet.person_id,
            name=share.bill.name,
            amount_fen=share.amount_fen,
            why=locked.why_back,
        )
    )


def close(room_list: RoomList) -> RoomList:
    """When the school has nothing of it any more, its rooms may be charged again."""
    with transaction.atomic():
        locked = RoomList.objects.select_for_update().get(pk=room_list.pk)
        if locked.state == State.RETURNING and not shares_of(locked, "taken").exists():
            locked.let_go()
            locked.state = State.RETURNED
            locked.save(update_fields=["state"])
        return locked
