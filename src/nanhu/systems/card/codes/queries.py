"""What the code page and the list of phones read."""

from typing import Any

from django.db.models import Max, QuerySet

from nanhu.kernel.clock import campus_time, now
from nanhu.kernel.money import format_yuan
from nanhu.systems.card.codes.models import CodeDevice, CodeUse
from nanhu.systems.card.codes.services.devices import living_devices as living
from nanhu.systems.card.models import Card, Receipt
from nanhu.systems.card.queries import holding_of

ENDED_SHOWN = 10


def living_devices(person_id: int) -> QuerySet[CodeDevice]:
    return living(person_id).annotate(last_used=Max("uses__at"))


def ended_devices(person_id: int) -> QuerySet[CodeDevice]:
    return CodeDevice.objects.filter(person_id=person_id, ended_at__isnull=False).order_by("-ended_at")[:ENDED_SHOWN]


def state_of(card: Card, *, device: str, shown: str) -> dict[str, Any]:
    """`shown` is "<step>-<nonce>" of the code on the screen; `taken` what came of it."""
    found = CodeDevice.objects.filter(person_id=card.person_id, number=device.replace("\0", "")).first()
    moment = now()
    return {
        "device": "unknown" if found is None else "ended" if found.ended_at else "ready",
        "card": card.state,
        "card_says": str(Card.State(card.state).label),
        "balance": format_yuan(holding_of(card).balance_fen),
        "as_of": f"{campus_time(moment):%H:%M}",
        "server_time": moment.timestamp(),
        "taken": taken_by(found, shown) if found else None,
    }


def taken_by(device: CodeDevice, shown: str) -> dict[str, Any] | None:
    step, _dash, nonce = shown.partition("-")
    if not (step.isascii() and step.isdigit() and len(step) <= 10 and nonce.isalnum()):  # noqa: PLR2004
        return None
    use = CodeUse.objects.filter(device=device, step=int(step), nonce=nonce).first()
    if use is None:
        return None
    if use.kind == "door":
        return {"outcome": "door"}
    receipt = (
        Receipt.objects.filter(terminal_id=use.terminal_id, sequence=use.sequence).select_related("merchant").first()
    )
    if receipt is None:
        return {"outcome": "waiting"}
    merchant = receipt.merchant.name if receipt.merchant else ""
    return {
        "outcome": "approved" if receipt.outcome == "posted" else "refused",
        "amount": format_yuan(receipt.amount_fen or 0), "merchant": merchant,
    }  # fmt: skip
