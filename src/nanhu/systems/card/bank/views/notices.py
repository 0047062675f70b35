"""What outside parties tell us without being asked (异步通知): UnionPay's back notice, the bank's live transfers. Whoever sends
them is known by a signature alone; nothing of a message counts before that."""

import logging
import time
from dataclasses import dataclass
from datetime import date
from typing import Annotated

import msgspec
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from nanhu.kernel import strict_json
from nanhu.kernel.clock import now
from nanhu.kernel.crypto import mask_name
from nanhu.kernel.errors import CampusError
from nanhu.kernel.once import lock_key
from nanhu.platforms.identity.api import open_during_setup
from nanhu.platforms.people import api as people
from nanhu.systems.card.bank import acp, wire
from nanhu.systems.card.bank.adapters.acp import fen_of, settle_day
from nanhu.systems.card.bank.channels import acquirer_channel, bank_channel
from nanhu.systems.card.bank.errors import AcquirerNotConnectedError, BankNotConnectedError, PaymentOddError
from nanhu.systems.card.bank.limits import bank_limits
from nanhu.systems.card.bank.models import Channel, OnlineTopUp
from nanhu.systems.card.bank.services import suspense, top_ups
from nanhu.systems.card.models import Card

log = logging.getLogger(__name__)
LIVING = ("issued", "lost")


@csrf_exempt
@login_not_required
@open_during_setup
@require_POST
def acp_notice(request: HttpRequest) -> HttpResponse:
    """Answered with 200 once it is understood, so that UnionPay stops telling; else it tells again."""
    message = {name: str(value) for name, value in request.POST.items()}
    channel = genuine_channel(message)
    if channel is None:
        log.warning("a notice that UnionPay did not sign, from %s", request.META.get("REMOTE_ADDR"))
        return HttpResponse("signature", status=400, content_type="text/plain")
    if message.get("txnType") == "01" and message.get("respCode") in acp.OK:
        try:
            hear(channel, message)
        except PaymentOddError as error:
            log.warning("%s", error)
            suspense.suspend(
                channel=channel, order=message.get("orderId", "")[:40], amount_fen=fen_of(message.get("txnAmt", "")),
                why=_("与学校的订单对不上"),
            )  # fmt: skip
            return HttpResponse("mismatch", status=409, content_type="text/plain")
    return HttpResponse("ok", content_type="text/plain")


def genuine_channel(message: dict[str, str]) -> Channel | None:
    """Where nothing is connected nobody is genuine: a stranger learns no more from it than from a wrong signature."""
    try:
        channel = acquirer_channel()
    except AcquirerNotConnectedError:
        return None
    is_ours = message.get("merId") == channel.our_id
    return channel if is_ours and acp.is_genuine(message, authority=channel.their_key, at=now()) else None


def hear(channel: Channel, message: dict[str, str]) -> None:
    """Order, merchant, sum and currency must be those we asked for; the number of the payment makes it once."""
    number = message.get("orderId", "")
    top_up = OnlineTopUp.objects.filter(number=number, channel=channel).first()
    if top_up is None or message.get("currencyCode") != "156" or message.get("txnTime") != top_up.txn_time:
        raise PaymentOddError(number=number[:40])
    OnlineTopUp.objects.filter(pk=top_up.pk).update(told_times=top_up.told_times + 1)
    top_ups.hear_paid(
        top_up, query_id=message.get("queryId", ""), amount_fen=fen_of(message.get("txnAmt", "")),
        settled_on=settle_day(message.get("settleDate", "")),
    )  # fmt: skip


class LookBody(msgspec.Struct):
    campus_no: Annotated[str, msgspec.Meta(max_length=40)]


class CreditBody(msgspec.Struct):
    reference: Annotated[str, msgspec.Meta(pattern="^[0-9A-Za-z]{8,40}$")]
    campus_no: Annotated[str, msgspec.Meta(max_length=40)]
    amount_fen: Annotated[int, msgspec.Meta(gt=0, le=10**12)]
    settled_on: date


@dataclass(frozen=True, slots=True)
class Heard:
    channel: Channel
    request: str
    body: bytes


@csrf_exempt
@login_not_required
@open_during_setup
@require_POST
def bank_notice(request: HttpRequest, operation: str) -> HttpResponse:
    """The bank's own wire, the other way round (docs/protocols/bank.md, "What a bank tells")."""
    heard = authentic(request, operation) if operation in TOLD else None
    if heard is None:
        return HttpResponse(
            b'{"outcome":"refused","code":"signature_wrong"}', status=401, content_type="application/json"
        )
    try:
        answer = TOLD[operation](heard)
    except (CampusError, msgspec.DecodeError) as error:
        code = error.code if isinstance(error, CampusError) else "malformed"
        answer = {"outcome": "refused", "code": code, "sentence": str(error) if isinstance(error, CampusError) else ""}
    body = msgspec.json.encode(answer)
    text = wire.answer_text(operation=f"campus/{operation}", request=heard.request, status=200, body=body)
    signature = wire.signature_of(heard.channel.our_key, text)
    return HttpResponse(body, content_type="application/json", headers={"Nanhu-Signature": signature})


def authentic(request: HttpRequest, operation: str) -> Heard | None:
    try:
        channel = bank_channel()
    except BankNotConnectedError:
        return None
    body, headers = request.body, request.headers
    number, clock = headers.get("Nanhu-Request", ""), headers.get("Nanhu-Clock", "")
    text = wire.request_text(
        operation=f"campus/{operation}", institution=channel.our_id, request=number, clock=clock, body=body
    )
    is_ours = headers.get("Nanhu-Institution") == channel.our_id
    if not is_ours or not wire.is_genuine(channel.their_key, text, headers.get("Nanhu-Signature", "")):
        return None
    is_timely = clock.isascii() and clock.isdigit() and abs(time.time() - int(clock)) <= wire.CLOCK_TOLERANCE_SECONDS
    return Heard(channel, number, body) if is_timely else None


def look(heard: Heard) -> dict[str, object]:
    """Whose number it is, as far as a sender must see it, and how much may come."""
    card = living_card(strict_json.decode(heard.body, LookBody).campus_no)
    person = people.person_card(card.person_id) if card else None
    if card is None or person is None:
        return {"outcome": "refused", "code": "card_unknown", "sentence": "没有这个学工号的校园卡"}
    return {"outcome": "done", "code": "ok", "name": mask_name(person.name), "largest_fen": bank_limits().largest_fen}


def credit(heard: Heard) -> dict[str, object]:
    asked = strict_json.decode(heard.body, CreditBody)
    known = OnlineTopUp.objects.filter(number=asked.reference).select_related("card").first()
    if known is not None and people.find_person_by_campus_no(asked.campus_no) not in {None, known.card.person_id}:
        raise PaymentOddError(number=asked.reference)
    card = known.card if known else living_card(asked.campus_no)
    if card is None:
        return {"outcome": "refused", "code": "card_unknown", "sentence": "没有这个学工号的校园卡，款项请退回"}
    made = take_or_suspend(heard.channel, card, asked)
    if made is None:
        return {"outcome": "done", "code": "held", "sentence": "已收到，学校核实后入账"}
    return {"outcome": "done", "code": "ok", "sentence": str(made.get_state_display())}


@transaction.atomic
def take_or_suspend(channel: Channel, card: Card, asked: CreditBody) -> OnlineTopUp | None:
    """None where it is kept as suspect. Of many at once each sees those before it."""
    lock_key("card.transfers")
    if not OnlineTopUp.objects.filter(number=asked.reference).exists():
        why = suspense.why_suspect(card=card, amount_fen=asked.amount_fen, settled_on=asked.settled_on)
        if why:
            suspense.suspend(
                channel=channel, order=asked.reference, amount_fen=asked.amount_fen, campus_no=asked.campus_no, why=why
            )
            return None
    return top_ups.hear_transfer(
        channel=channel, reference=asked.reference, card=card, amount_fen=asked.amount_fen, settled_on=asked.settled_on
    )


def living_card(campus_no: str) -> Card | None:
    person_id = people.find_person_by_campus_no(campus_no)
    return Card.objects.filter(person_id=person_id, state__in=LIVING).first() if person_id else None


TOLD = {"look": look, "credit": credit}
