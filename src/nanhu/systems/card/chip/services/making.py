"""Giving a card its purse (个人化): serial and keys, and where wanted what the wallet holds at that moment."""

from collections.abc import Iterable

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.systems.card.chip import messages
from nanhu.systems.card.chip.errors import ChipKeyMissingError
from nanhu.systems.card.chip.models import Chip, MasterKey
from nanhu.systems.card.chip.services.keys import current_version
from nanhu.systems.card.models import Card, Receipt
from nanhu.systems.card.services.receipts import locked_balances


@transaction.atomic
def make_purses(*, by: Actor, cards: Iterable[Card], is_filled: bool = False) -> list[Chip]:
    """One for each card that has none; asked twice is harmless. Empty, or filled with what the wallet holds."""
    missing = [card for card in cards if not Chip.objects.filter(card=card).exists()]
    version = current_version()
    if version is None:
        raise ChipKeyMissingError
    algorithm = MasterKey.objects.get(usage=MasterKey.Usage.TAC, version=version).algorithm
    balances = locked_balances(*(card.wallet_id for card in missing))
    made = []
    for card in missing:
        filled = balances[card.wallet_id] if is_filled else 0
        made.append(
            Chip(
                card=card,
                serial=messages.app_serial(card.number),
                key_version=version,
                algorithm=algorithm,
                balance_fen=filled,
                opening_chip_fen=filled,
                opening_fen=balances[card.wallet_id],
                opening_receipt=latest_receipt(card),
            )
        )
    if made:
        Chip.objects.bulk_create(made)
        facts = {"cards": [card.number for card in missing], "version": version}
        audit.record(by=by, action="card.make_purses", target="card:purses", facts=facts)
    return made


def latest_receipt(card: Card) -> int:
    """Receipts of the wallet above this number came after the purse. The wallet's balance is locked by the caller."""
    found = Receipt.objects.filter(wallet_id=card.wallet_id, outcome="posted").order_by("-id")
    return found.values_list("id", flat=True).first() or 0
