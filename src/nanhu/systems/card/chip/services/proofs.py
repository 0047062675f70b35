"""Proofs that a purse was debited for a payment the book had approved on line: they move the chip's record, no money."""

from typing import Any

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.platforms.terminals.api import Terminal
from nanhu.systems.card.chip import messages
from nanhu.systems.card.chip.models import Chip, ChipRow, SuspenseCase
from nanhu.systems.card.chip.services.keys import tac_keys
from nanhu.systems.card.chip.tac import Purse, proves_purchase
from nanhu.systems.card.chip.wire import chip_element
from nanhu.systems.card.models import Card, Receipt

PROVABLE = ("payment", "hold", "release")
REASONS = SuspenseCase.Reason


@transaction.atomic
def note_proof(*, by: Actor, terminal: Terminal, row: dict[str, Any]) -> str:
    """`ok`, or why the row went to suspense. The same row again is `ok` and notes nothing."""
    chip = Chip.objects.select_for_update().filter(card__uid=str(row.get("card", ""))).select_related("card").first()
    element = chip_element({"chip": row, "amount_fen": row["amount_fen"]}) or {"ok": False}
    if chip is None or not is_proven(chip, terminal, row["amount_fen"], element):
        return suspend(by=by, terminal=terminal, row=row, element=element, reason=REASONS.TAC_WRONG)
    known = ChipRow.objects.filter(chip=chip, kind=ChipRow.Kind.PURCHASE, counter=element["c"]).first()
    if known is not None:
        same = (known.tac, known.terminal_id, known.term_seq) == (element["t"], terminal.pk, element["q"])
        return (
            "ok" if same else suspend(by=by, terminal=terminal, row=row, element=element, reason=REASONS.COUNTER_REUSED)
        )
    if ChipRow.objects.filter(terminal=terminal, term_seq=element["q"]).exists():
        return suspend(by=by, terminal=terminal, row=row, element=element, reason=REASONS.COUNTER_REUSED)
    receipt = receipt_of(terminal, chip.card, row)
    if receipt is None:
        return suspend(by=by, terminal=terminal, row=row, element=element, reason=REASONS.NO_PAYMENT)
    ChipRow.objects.create(
        chip=chip,
        kind=ChipRow.Kind.PURCHASE,
        counter=element["c"],
        amount_fen=row["amount_fen"],
        balance_before_fen=element["b"],
        terminal=terminal,
        term_seq=element["q"],
        tac=element["t"],
        at=messages.moment_of(element["at"]),
        receipt_id=receipt.pk,
    )
    move_on(chip, element, row["amount_fen"])
    return "ok"


def is_proven(chip: Chip, terminal: Terminal, amount_fen: int, element: dict[str, Any]) -> bool:
    purse = Purse(chip.serial, chip.key_version, chip.algorithm)
    code = messages.terminal_code(terminal.number)
    return proves_purchase(tac_keys(), purse, terminal=code, amount_fen=amount_fen, chip=element)


def receipt_of(terminal: Terminal, card: Card, row: dict[str, Any]) -> Receipt | None:
    """The payment this purchase belongs to, told by its sequence; a metered one ends with its release, at the true price."""
    found = Receipt.objects.filter(
        terminal=terminal, sequence=row["sequence"], card=card, outcome="posted", kind__in=PROVABLE
    ).first()
    if found is None or ChipRow.objects.filter(receipt_id=found.pk).exists():
        return None
    return found if found.kind == "release" or found.amount_fen == row["amount_fen"] else None


def move_on(chip: Chip, element: dict[str, Any], amount_fen: int) -> None:
    """To the card's state after this purchase, if it is the latest we know; one from before the last load adds its count
    only. `card_chip_store` does the same."""
    online = chip.online_counter if element["l"] is None else element["l"]
    if (online, element["c"] + 1) > (chip.online_counter, counted(chip)):
        chip.online_counter, chip.balance_fen = online, element["b"] - amount_fen
        chip.seen_at = messages.moment_of(element["at"])
    chip.offline_counter = max(chip.offline_counter, element["c"] + 1)
    chip.save(update_fields=["offline_counter", "online_counter", "balance_fen", "seen_at"])


def counted(chip: Chip) -> int:
    """How many purchases are known of: the last one proved, or what the last load was told."""
    load = chip.rows.filter(kind=ChipRow.Kind.LOAD, counter=chip.online_counter - 1).first()
    return max(chip.offline_counter, (load.offline_counter if load else None) or 0)


def suspend(
    *, by: Actor, terminal: Terminal, row: dict[str, Any], element: dict[str, Any], reason: SuspenseCase.Reason
) -> str:
    """Kept as it came, once per terminal and sequence."""
    case, is_new = SuspenseCase.objects.get_or_create(
        terminal=terminal,
        sequence=row["sequence"],
        defaults={
            "card": Card.objects.filter(uid=str(row.get("card", ""))).first(),
            "reason": reason,
            "amount_fen": row["amount_fen"],
            "row": {**row, "chip": element},
        },
    )
    if is_new:
        facts = {"reason": str(reason), "sequence": row["sequence"], "fen": row["amount_fen"]}
        audit.record(by=by, action="card.chip_suspense", target=f"terminal:{terminal.number}", facts=facts)
    return str(case.reason)
