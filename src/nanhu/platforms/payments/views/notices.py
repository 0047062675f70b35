"""What outside parties tell us without being asked (异步通知): UnionPay's back notice, the bank's live transfers. Whoever sends
them is known by a signature alone; nothing of a message counts before that."""

import logging

import msgspec
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_noop
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from nanhu.kernel.clock import now
from nanhu.kernel.errors import CampusError
from nanhu.platforms.payments import acp, wire
from nanhu.platforms.payments.adapters.acp import fen_of, settle_day
from nanhu.platforms.payments.channels import acquirer_channel, bank_channel
from nanhu.platforms.payments.errors import AcquirerNotConnectedError, BankNotConnectedError, PaymentOddError
from nanhu.platforms.payments.models import Channel
from nanhu.platforms.payments.services import suspense
from nanhu.platforms.payments.uses import USES, Notice, Paid

log = logging.getLogger(__name__)
YUAN = "156"


@csrf_exempt
@login_not_required
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
                channel=channel,
                order=message.get("orderId", "")[:40],
                amount_fen=fen_of(message.get("txnAmt", "")),
                why=gettext_noop("与学校的订单对不上"),
            )
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
    paid = Paid(
        channel=channel,
        order=message.get("orderId", ""),
        txn_time=message.get("txnTime", ""),
        query_id=message.get("queryId", ""),
        amount_fen=fen_of(message.get("txnAmt", "")),
        settled_on=settle_day(message.get("settleDate", "")),
    )
    if message.get("currencyCode") != YUAN or not any(use.hear_paid(paid) for use in USES):
        raise PaymentOddError(number=paid.order[:40])


@csrf_exempt
@login_not_required
@require_POST
def bank_notice(request: HttpRequest, operation: str) -> HttpResponse:
    """The bank's own wire, the other way round (docs/protocols/bank.md, "What a bank tells")."""
    answering = next((use.bank_notices[operation] for use in USES if operation in use.bank_notices), None)
    notice = authentic(request, operation) if answering else None
    if answering is None or notice is None:
        return HttpResponse(
            b'{"outcome":"refused","code":"signature_wrong"}', status=401, content_type="application/json"
        )
    try:
        answer = answering(notice)
    except (CampusError, msgspec.DecodeError) as error:
        code = error.code if isinstance(error, CampusError) else "malformed"
        answer = {"outcome": "refused", "code": code, "sentence": str(error) if isinstance(error, CampusError) else ""}
    body = msgspec.json.encode(answer)
    text = wire.answer_text(operation=f"campus/{operation}", request=notice.request, status=200, body=body)
    signature = wire.signature_of(notice.channel.our_key, text)
    return HttpResponse(body, content_type="application/json", headers={"Nanhu-Signature": signature})


def authentic(request: HttpRequest, operation: str) -> Notice | None:
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
    is_timely = wire.is_timely(clock)
    return Notice(channel, number, body) if is_timely else None
