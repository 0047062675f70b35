"""What the code page and the list of phones read."""

from collections.abc import Sequence
from typing import Any, Final

from django.db.models import Max, Q, QuerySet

from nanhu.kernel.clock import campus_time, now
from nanhu.kernel.money import format_yuan
from nanhu.systems.card.codes.models import CodeDevice, CodeUse
from nanhu.systems.card.codes.services.devices import living_devices as living
from nanhu.systems.card.models import Card, Receipt
from nanhu.systems.card.queries import holding_of

ENDED_SHOWN = 10
MOST_SHOWN: Final = 12
"""Codes a page asks about: those of the last minutes. What was taken at the last second is told after the code has changed."""
LONGEST_STEP: Final = 10


def living_devices(person_id: int) -> QuerySet[CodeDevice]:
    return living(person_id).annotate(last_used=Max("uses__at"))


def ended_devices(person_id: int) -> QuerySet[CodeDevice]:
    return CodeDevice.objects.filter(person_id=person_id, ended_at__isnull=False).order_by("-ended_at")[:ENDED_SHOWN]


def state_of(card: Card, *, device: str, shown: Sequence[str]) -> dict[str, Any]:
    """`shown` are "<step>-<nonce>" of the code on the screen and those before it, newest last; `taken` what came of one."""
    found = CodeDevice.objects.filter(person_id=card.person_id, number=device.replace("\0", "")).first()
    moment = now()
    return {
        "device": "unknown" if found is None else "ended" if found.ended_at else "ready",
        "card": card.state,
        "card_says": str(Card.State(card.state).label),
        "balance": format_yuan(holding_of(card).balance_fen),
        "as_of": f"{campus_time(moment):%H:%M}",
        "server_time": moment.timestamp(),
        "taken": taken_by(found, shown[-MOST_SHOWN:]) if found else None,
    }


def taken_by(device: CodeDevice, shown: Sequence[str]) -> dict[str, Any] | None:
    """The first of them that a terminal took and that has an end, else one that waits for it. Of this phone's own codes alone."""
    marks = Q()
    for step, _dash, nonce in (one.partition("-") for one in shown):
        if step.isascii() and step.isdigit() and len(step) <= LONGEST_STEP and nonce.isalnum():
            marks |= Q(step=int(step), nonce=nonce)
    uses = list(CodeUse.objects.filter(marks, device=device).order_by("at", "pk")) if marks else []
    receipts = receipts_of([use for use in uses if use.kind != "door"])
    told = [outcome_of(use, receipts.get((use.terminal_id, use.sequence))) for use in uses]
    return next((one for one in told if one["outcome"] != "waiting"), told[0] if told else None)


def receipts_of(uses: Sequence[CodeUse]) -> dict[tuple[int | None, int | None], Receipt]:
    sales = Q()
    for use in uses:
        sales |= Q(terminal_id=use.terminal_id, sequence=use.sequence)
    found = Receipt.objects.filter(sales).select_related("merchant") if sales else []
    return {(one.terminal_id, one.sequence): one for one in found}


def outcome_of(use: CodeUse, receipt: Receipt | None) -> dict[str, Any]:
    mark = {"shown": f"{use.step}-{use.nonce}"}
    if use.kind == "door":
        return {**mark, "outcome": "door"}
    if receipt is None:
        return {**mark, "outcome": "waiting"}
    merchant = receipt.merchant.name if receipt.merchant else ""
    return {
        **mark,
        "outcome": "approved" if receipt.outcome == "posted" else "refused",
        "amount": format_yuan(receipt.amount_fen or 0),
        "merchant": merchant,
    }
