"""Cards follow their people: class and validity with the affiliations, expiry when nothing ties them, one after a merge."""

from collections.abc import Iterable

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.people import api as people
from nanhu.systems.card.models import Card, Wallet
from nanhu.systems.card.rules import kind_of, validity
from nanhu.systems.card.services.issue import LIVING, issue_cards, tie_of
from nanhu.systems.card.services.top_up import locked_balances


def follow_affiliations(*, by: Actor, person_ids: Iterable[int]) -> int:
    """Bring living cards up to their people's affiliations; returns how many changed."""
    with transaction.atomic():
        found = people.person_cards(sorted(set(person_ids)))
        cards = list(
            Card.objects.select_for_update().filter(person_id__in=list(found), state__in=LIVING).order_by("id")
        )
        changed = [card for card in cards if bring_up(card, found[card.person_id])]
        Card.objects.bulk_update(changed, ["card_class", "sub_class", "valid_until", "state"], batch_size=1000)
        audit.record_many(
            audit.Deed(
                by=by, action="card.follow", target=f"card:{card.number}",
                facts={"class": card.card_class, "sub_class": card.sub_class, "state": card.state},
            )
            for card in changed
        )  # fmt: skip
        return len(changed)


def bring_up(card: Card, person: people.PersonCard) -> bool:
    before = (card.card_class, card.sub_class, card.valid_until, card.state)
    tie = tie_of(person)
    if tie is None:
        card.state = Card.State.EXPIRED
        card.valid_until = max(card.valid_from, min(card.valid_until, campus_today()))
    else:
        kind = kind_of(tie)
        card.card_class, card.sub_class = kind.card_class, kind.sub_class
        card.valid_until = max(card.valid_from, validity(tie, campus_today())[1])
    return before != (card.card_class, card.sub_class, card.valid_until, card.state)


def join_wallets(*, by: Actor, kept_id: int, gone_id: int) -> None:
    """Two records were one person: the money goes to the kept one's wallet, the other's card is closed. Idempotent."""
    with transaction.atomic():
        gone = Wallet.objects.filter(person_id=gone_id).first()
        if gone is None:
            return
        Card.objects.filter(wallet=gone).exclude(state=Card.State.CLOSED).update(state=Card.State.CLOSED)
        issue_cards(by=by, person_ids=[kept_id])
        kept = Wallet.objects.filter(person_id=kept_id).first()
        if kept is None:
            return
        balances = locked_balances(gone.account_id, gone.receivable_id, kept.account_id, kept.receivable_id)
        pairs = ((gone.account_id, kept.account_id), (kept.receivable_id, gone.receivable_id))
        moved = (balances[gone.account_id], balances[gone.receivable_id])
        legs = [
            ledger.Leg(debit_account_id=debit, credit_account_id=credit, amount_fen=fen)
            for (debit, credit), fen in zip(pairs, moved, strict=True)
            if fen > 0
        ]
        if legs:
            ledger.post(by=by, kind="card.join", legs=legs, reference=f"person {gone_id} → {kept_id}")
        audit.record(by=by, action="card.join_wallets", target=f"person:{kept_id}", facts={"gone": gone_id})
