"""The operations of this part: `kiosk/report`, `card/look`, `card/balance`."""

from typing import Any, Final

from nanhu.kernel.clock import now
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.people import api as people
from nanhu.systems.card.devices.bodies import card_in, moment_in, text_in, whole_in
from nanhu.systems.card.devices.errors import MalformedError, NotForThisTerminalError
from nanhu.systems.card.devices.models import Machine
from nanhu.systems.card.devices.operations import KIOSKS, Asked, operation
from nanhu.systems.card.devices.rules import Condition, masked
from nanhu.systems.card.devices.services.machines import report
from nanhu.systems.card.funds.models import PendingAccount
from nanhu.systems.card.models import Card, PosTerminal, Receipt
from nanhu.systems.card.pins.operations import check_asked_pin
from nanhu.systems.card.rows import line_of

MOST_CARDS = 10_000
MOST_ROWS = 5
SEEN: Final = tuple(state for state in Card.State.values if state != Card.State.CLOSED)


@operation("kiosk/report", kinds=KIOSKS, reads=True)
def kiosk_report(asked: Asked) -> dict[str, Any]:
    """Said again it changes nothing, so that it takes no sequence and is not kept."""
    machine = Machine.objects.filter(pk=asked.terminal.pk).first()
    if machine is None:
        raise NotForThisTerminalError
    condition, said_at = condition_in(asked.body), min(moment_in(asked.body, "said_at"), now())
    return {"noted": report(machine=machine, condition=condition, said_at=said_at)}


def condition_in(body: dict[str, Any]) -> Condition:
    paper = text_in(body, "paper")
    fault = body.get("fault") or ""
    cards = whole_in(body, "cards_left", least=0, most=MOST_CARDS) if body.get("cards_left") is not None else None
    if paper not in Machine.Paper.values or fault not in Machine.Fault.values:
        raise MalformedError
    return Condition(paper=paper, cards_left=cards, fault=fault)


@operation("card/look", kinds=KIOSKS)
def card_look(asked: Asked) -> dict[str, Any]:
    """Whose card this is and what is on it, after the enquiry PIN; a lost card may still be looked at by who knows it."""
    card = card_in(asked.body, states=SEEN)
    check_asked_pin(asked, card, "enquiry")
    holder = people.person_card(card.person_id)
    return {
        "name": masked(holder.name) if holder else "",
        "number": card.number,
        "class_name": str(Card.Class(card.card_class).label),
        "state": card.state,
        "state_name": str(Card.State(card.state).label),
        **funds_of(card),
        "rows": last_rows(card),
    }


@operation("card/balance", kinds=frozenset({PosTerminal.Kind.POS}), reads=True)
def card_balance(asked: Asked) -> dict[str, Any]:
    """What a till shows when a card is laid on it: the book balance, no name."""
    return {"balance_fen": ledger.balance_of(card_in(asked.body).wallet_id)}


def funds_of(card: Card) -> dict[str, int]:
    pending = PendingAccount.objects.filter(wallet=card.wallet).values_list("account_id", flat=True).first()
    wanted = [card.wallet_id, card.wallet.receivable_id, *([pending] if pending else [])]
    balances = ledger.balances_of(wanted)
    return {
        "balance_fen": balances[card.wallet_id],
        "owed_fen": balances[card.wallet.receivable_id],
        "pending_fen": balances[pending] if pending else 0,
    }


def last_rows(card: Card) -> list[dict[str, Any]]:
    rows = Receipt.objects.filter(wallet=card.wallet_id, outcome="posted").select_related("merchant", "terminal")
    return [row_of(receipt) for receipt in rows.order_by("-occurred_at", "-id")[:MOST_ROWS]]


def row_of(receipt: Receipt) -> dict[str, Any]:
    line = line_of(receipt)
    return {
        "at": line.occurred_at.timestamp(),
        "name": str(line.kind),
        "place": " ".join(part for part in (line.canteen, line.merchant) if part),
        "amount_fen": abs(line.signed_fen),
        "is_money_in": line.is_money_in,
        "balance_fen": line.balance_fen,
    }
