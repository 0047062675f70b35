"""Transfers of the bank's own app (银行 APP 充值), as the bank tells them: whose number it is, and money that was sent."""

from datetime import date
from typing import Annotated

import msgspec
from django.db import transaction

from nanhu.kernel import strict_json
from nanhu.kernel.crypto import mask_name
from nanhu.kernel.once import lock_key
from nanhu.platforms.payments import api as payments
from nanhu.platforms.people import api as people
from nanhu.systems.card.bank.limits import bank_limits
from nanhu.systems.card.bank.models import OnlineTopUp
from nanhu.systems.card.bank.services import top_ups
from nanhu.systems.card.bank.services.suspicion import why_suspect
from nanhu.systems.card.errors import CardNotFoundError
from nanhu.systems.card.models import Card

LIVING = ("issued", "lost")
NO_CARD: dict[str, object] = {
    "outcome": "refused",
    "code": "card_unknown",
    "sentence": "没有这个学工号的校园卡，款项请退回",
}


class LookBody(msgspec.Struct):
    campus_no: Annotated[str, msgspec.Meta(max_length=40)]


class CreditBody(msgspec.Struct):
    reference: Annotated[str, msgspec.Meta(pattern="^[0-9A-Za-z]{8,40}$")]
    campus_no: Annotated[str, msgspec.Meta(max_length=40)]
    amount_fen: Annotated[int, msgspec.Meta(gt=0, le=10**12)]
    settled_on: date


def look(notice: payments.Notice) -> dict[str, object]:
    """Whose number it is, as far as a sender must see it, and how much may come."""
    card = living_card(strict_json.decode(notice.body, LookBody).campus_no)
    person = people.person_card(card.person_id) if card else None
    if card is None or person is None:
        return {"outcome": "refused", "code": "card_unknown", "sentence": "没有这个学工号的校园卡"}
    return {"outcome": "done", "code": "ok", "name": mask_name(person.name), "largest_fen": bank_limits().largest_fen}


def credit(notice: payments.Notice) -> dict[str, object]:
    asked = strict_json.decode(notice.body, CreditBody)
    known = OnlineTopUp.objects.filter(number=asked.reference).select_related("card").first()
    if known is not None and people.find_person_by_campus_no(asked.campus_no) not in {None, known.card.person_id}:
        raise payments.PaymentOddError(number=asked.reference)
    card = known.card if known else living_card(asked.campus_no)
    if card is None:
        return NO_CARD
    try:
        made = take_or_suspend(notice.channel, card, asked)
    except CardNotFoundError:  # it died after we looked
        return NO_CARD
    if made is None:
        return {"outcome": "done", "code": "held", "sentence": "已收到，学校核实后入账"}
    return {"outcome": "done", "code": "ok", "sentence": str(made.get_state_display())}


@transaction.atomic
def take_or_suspend(channel: payments.Channel, card: Card, asked: CreditBody) -> OnlineTopUp | None:
    """None where it is kept as suspect. Of many at once each sees those before it."""
    lock_key("card.transfers")
    if not OnlineTopUp.objects.filter(number=asked.reference).exists():
        why = why_suspect(card=card, amount_fen=asked.amount_fen, settled_on=asked.settled_on)
        if why:
            payments.suspend(
                channel=channel, order=asked.reference, amount_fen=asked.amount_fen, campus_no=asked.campus_no, why=why
            )
            return None
    return top_ups.hear_transfer(
        channel=channel, reference=asked.reference, card=card, amount_fen=asked.amount_fen, settled_on=asked.settled_on
    )


def living_card(campus_no: str) -> Card | None:
    person_id = people.find_person_by_campus_no(campus_no)
    return Card.objects.filter(person_id=person_id, state__in=LIVING).first() if person_id else None
