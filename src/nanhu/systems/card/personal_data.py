"""What the card keeps about its holder, as they may take it along. Money in yuan, as people write it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from nanhu.kernel.registry import Owner
from nanhu.systems.card.models import Receipt
from nanhu.systems.card.queries import cards_of

FEN_IN_A_YUAN = 100


def card_records(owner: Owner, _since: datetime | None) -> Iterator[dict[str, Any]]:
    for card in cards_of(owner.person_id):
        yield {"number": card.number, "state": card.state, "created_at": card.created_at}


def transaction_records(owner: Owner, since: datetime | None) -> Iterator[dict[str, Any]]:
    wallets = {card.wallet_id for card in cards_of(owner.person_id)}
    found = Receipt.objects.filter(wallet_id__in=wallets, outcome="posted").select_related("merchant")
    for one in (found.filter(occurred_at__gte=since) if since else found).order_by("-occurred_at", "-id").iterator():
        yield {
            "occurred_at": one.occurred_at,
            "posted_at": one.posted_at,
            "kind": one.kind,
            "amount_yuan": yuan(one.amount_fen),
            "balance_yuan": yuan(one.balance_fen),
            "merchant": one.merchant.name if one.merchant else "",
        }


def yuan(fen: int | None) -> str:
    """Whole fen as a decimal text; no float touches money."""
    if fen is None:
        return ""
    sign, whole = "-" if fen < 0 else "", abs(fen)
    return f"{sign}{whole // FEN_IN_A_YUAN}.{whole % FEN_IN_A_YUAN:02d}"
