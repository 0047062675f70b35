"""The operations of this part: `card/look`, `card/balance`."""

from typing import Any, Final

from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.people import api as people
from nanhu.platforms.terminals.api import (
    KIOSKS,
    Request,
    Terminal,
    operation,
)
from nanhu.systems.card.chip.presence import check_presence
from nanhu.systems.card.funds.models import PendingAccount
from nanhu.systems.card.models import Card, Receipt
from nanhu.systems.card.pins.operations import check_pin_in
from nanhu.systems.card.presented import card_in
from nanhu.systems.card.rows import line_of

MOST_ROWS = 5
SEEN: Final = tuple(state for state in Card.State.values if state != Card.State.CLOSED)


@operation("card/look", kinds=KIOSKS)
def card_look(request: Request) -> dict[str, Any]:
    """Whose card this is and what is on it, after the enquiry PIN; a lost card may still be looked at by who knows it."""
    card = card_in(request.body, states=SEEN)
    check_pin_in(request, card, "enquiry")
    holder = people.person_card(card.person_id)
    return {
        "name": people.masked_name(holder.name) if holder else "",
        "number": card.number,
        "class_name": str(Card.Class(card.card_class).label),
        "state": card.state,
        "state_name": str(Card.State(card.state).label),
        **funds_of(card),
        "rows": last_rows(card),
    }


@operation("card/balance", kinds=frozenset({Terminal.Kind.POS}), reads=True)
def card_balance(request: Request) -> dict[str, Any]:
    """What a till shows when a card is laid on it: the book balance, no name. A chip proves that it lies there; where a card has none, its
    number must do, for so many cards a day."""
    card = card_in(request.body)
    check_presence(request, card)
    return {"balance_fen": ledger.balance_of(card.wallet_id)}


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
