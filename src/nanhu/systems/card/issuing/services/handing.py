"""Handing over (发卡): ticked per person; from this moment the card answers to the plastic's chip."""

import hmac
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.money import format_yuan
from nanhu.systems.card.errors import CardStateError
from nanhu.systems.card.issuing.errors import CodeWrongError, FeeOwedError, PickupRefusedError
from nanhu.systems.card.issuing.models import CardOrder, OrderRow
from nanhu.systems.card.issuing.services import pickup_codes, regulations
from nanhu.systems.card.issuing.services.orders import State, note
from nanhu.systems.card.models import Card

How = OrderRow.How
BY_CODE: Final = gettext_noop("%(what)s · 领卡码")
BY_HAND: Final = gettext_noop("%(what)s · 签收")


def collect_batch(*, by: Actor, order: CardOrder, code: str, signed_by: str) -> CardOrder:
    """The named person fetches a whole batch for the unit and signs (A107); the cards sleep until each is handed on."""
    with guarded(by, f"card_order:{order.number}", code), transaction.atomic():
        current = CardOrder.objects.select_for_update().get(pk=order.pk)
        if current.state != State.MADE or current.collected_at is not None:
            raise WrongStateError(what=_("这张制卡单"), state=State(current.state).label)
        by_code = is_code(code, current.collector_code)
        if not by_code and signed_by.strip() != current.collector:
            refusal = CodeWrongError if code else PickupRefusedError
            raise refusal(why=_("领卡码不对，签收人也不是指定的领取人“%s”。") % current.collector)
        current.collected_at = now()
        current.collected_how = (BY_CODE if by_code else BY_HAND) % {"what": signed_by.strip()}
        current.save(update_fields=["collected_at", "collected_how"])
        note(by, "card.collect_batch", current, facts={"signed_by": signed_by, "by_code": by_code})
        return current


def hand_over(
    *,
    by: Actor,
    row: OrderRow,
    how: str,
    handed_to: str,
    document: str,
    code: str = "",
    reason: str = "",
    accepted: Sequence[str] = (),
) -> OrderRow:
    """To the holder with a document or the code of the message, or to a proxy who names themselves and shows one."""
    with guarded(by, f"card_order_row:{row.pk}", code if how == How.CODE else ""), transaction.atomic():
        current = OrderRow.objects.select_for_update().select_related("order").get(pk=row.pk)
        order = CardOrder.objects.select_for_update().get(pk=current.order_id)
        if current.state != OrderRow.State.MADE:
            raise WrongStateError(what=_("这张卡"), state=OrderRow.State(current.state).label)
        check_taker(current, how=how, handed_to=handed_to, document=document, code=code)
        if current.fee_fen and not hasattr(current, "fee_payment"):
            raise FeeOwedError(fee=format_yuan(current.fee_fen))
        activate(by, current)
        current.state, current.handed_at, current.handed_by_name = OrderRow.State.HANDED, now(), by.name
        current.handed_how, current.handed_to = how, handed_to.strip() or current.name
        current.handed_document = document
        current.save(
            update_fields=["state", "handed_at", "handed_by_name", "handed_how", "handed_to", "handed_document"]
        )
        if current.person_id is not None:
            regulations.accept(by=by, person_id=current.person_id, keys=accepted, row=current, how="handed_over")
        if not order.rows.exclude(state__in=["handed", "void"]).exists():
            order.state, order.closed_at = State.CLOSED, now()
            order.save(update_fields=["state", "closed_at"])
        facts = {"line": current.line, "how": how, "to": handed_to, "document": document}
        note(by, "card.hand_over", order, reason=reason, facts=facts)
        return current


def guarded(by: Actor, target: str, code: str) -> AbstractContextManager[None]:
    """Only codes are guessed: a document and a signature are not counted and shut nobody out."""
    return pickup_codes.counted(by=by, target=target) if code else nullcontext()


def is_code(typed: str, code: str | None) -> bool:
    """Compared as bytes: typed text may hold any letter."""
    return bool(code) and hmac.compare_digest(typed.strip().encode(), (code or "").encode())


def check_taker(row: OrderRow, *, how: str, handed_to: str, document: str, code: str) -> None:
    if how == How.CODE and not is_code(code, row.pickup_code):
        raise CodeWrongError(why=_("领卡码不对。"))
    if how == How.PROXY and (not handed_to.strip() or handed_to.strip() == row.name):
        raise PickupRefusedError(why=_("代领要写代领人的姓名。"))
    if how in {How.HOLDER, How.PROXY} and not document:
        raise PickupRefusedError(why=_("请看证件并选证件种类。"))


def activate(by: Actor, row: OrderRow) -> None:
    """Until now the card answered to a number that is on no plastic; a lost or frozen card is not woken by new plastic."""
    card = Card.objects.select_for_update().get(pk=row.card_id or 0)
    if card.state != Card.State.ISSUED:
        raise CardStateError(state=Card.State(card.state).label)
    before, card.uid = card.uid, row.plastic_uid or ""
    card.save(update_fields=["uid"])
    facts = {"before": before, "uid": card.uid}
    audit.record(by=by, action="card.activate", target=f"card:{card.number}", facts=facts)
