"""Two records of one person: their money comes together, or is parted again."""

from typing import Any

from django.db import transaction
from django.db.models import Sum

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.people import api as people
from nanhu.systems.card.funds.models import Claimable
from nanhu.systems.card.funds.services.claims import claim_without_chip
from nanhu.systems.card.models import Card, Receipt
from nanhu.systems.card.services.follow import follow_affiliations
from nanhu.systems.card.services.issue import LIVING, issue_cards, new_uid, next_numbers, open_wallets
from nanhu.systems.card.services.receipts import locked_balances, write_receipt

PARTING = "card.part_wallets"
PARTED = "parted"
"""Of a receipt: its sum went back with a merge that was taken back."""


def join_wallets(*, by: Actor, kept_id: int, gone_id: int) -> None:
    """Two records were one person: the money goes to the kept one's wallet, the other's card is frozen. Idempotent.

    A card and a wallet stay with their record (the database says so); a kept person without them gets their own.
    """
    with transaction.atomic():
        gone = last_card(gone_id)
        if gone is None:
            return
        freeze_cards(by=by, person_id=gone_id)
        follow_affiliations(by=by, person_ids=[kept_id])
        issue_cards(by=by, person_ids=[kept_id])
        gather_waiting(by=by, card=gone)
        kept = last_card(kept_id) or expired_card(by=by, person_id=kept_id, like=gone)
        fen = move_money(by=by, giver=gone, taker=kept, most_fen=None)
        facts = {"gone": gone_id, "fen": fen}
        audit.record(by=by, action="card.join_wallets", target=f"person:{kept_id}", facts=facts)


def gather_waiting(*, by: Actor, card: Card) -> None:
    """What a record that is gone may claim comes into its wallet and moves on with it, also what its chip may have taken.
    A sum that is frozen stays frozen, late offline rows of the replaced card are set off against it first, and it follows
    when it is due."""
    claim_without_chip(by=by, card=card, is_only_due=True)


def bring_over_due(*, by: Actor) -> int:
    """Sums of merged records whose wait is over follow to the record that was kept; how many records they came from."""
    due = Claimable.objects.filter(state=Claimable.State.WAITING, available_at__lte=now())
    frozen = Card.objects.filter(state=Card.State.FROZEN, wallet__in=due.values("wallet")).order_by("person_id")
    gone = list(frozen.values_list("person_id", flat=True).distinct())
    heirs = {person_id: person.person_id for person_id, person in people.person_cards(gone).items()}
    merged = [person_id for person_id in gone if heirs.get(person_id, person_id) != person_id]
    for person_id in merged:
        join_wallets(by=by, kept_id=heirs[person_id], gone_id=person_id)
    return len(merged)


def part_wallets(*, by: Actor, kept_id: int, restored_id: int) -> None:
    """The merge was wrong: the frozen card lives as its person's ties say, and the money it brought goes back as far as
    it is still there. A debt that was joined stays until the card office moves it. Idempotent."""
    with transaction.atomic():
        thaw_card(by=by, person_id=restored_id)
        follow_affiliations(by=by, person_ids=[kept_id, restored_id])
        issue_cards(by=by, person_ids=[restored_id])
        kept, restored = last_card(kept_id), last_card(restored_id)
        if kept is None or restored is None:
            return
        fen = move_money(by=by, giver=kept, taker=restored, most_fen=brought_fen(restored))
        facts = {"kept": kept_id, "fen": fen}
        audit.record(by=by, action=PARTING, target=f"person:{restored_id}", facts=facts)


def last_card(person_id: int) -> Card | None:
    """The living one, else the newest."""
    cards = list(Card.objects.filter(person_id=person_id).select_related("wallet"))
    return max(cards, key=lambda card: (card.state in LIVING, card.pk), default=None)


def freeze_cards(*, by: Actor, person_id: int) -> None:
    cards = Card.objects.select_for_update().filter(person_id=person_id)
    for card in cards.exclude(state__in=[Card.State.CLOSED, Card.State.FROZEN, Card.State.REPLACED]):
        change_state(by=by, card=card, state=Card.State.FROZEN, reason="merged")


def thaw_card(*, by: Actor, person_id: int) -> None:
    """The newest of the frozen ones; what was reported lost is lost again."""
    card = Card.objects.select_for_update().filter(person_id=person_id, state=Card.State.FROZEN).order_by("-id").first()
    if card is not None:
        state = Card.State.LOST if card.lost_at else Card.State.EXPIRED
        change_state(by=by, card=card, state=state, reason="parted")


def change_state(*, by: Actor, card: Card, state: str, reason: str) -> None:
    facts = {"from": card.state, "to": state}
    card.state = state
    card.save(update_fields=["state"])
    audit.record(by=by, action="card.change_state", target=f"card:{card.number}", reason=reason, facts=facts)


def expired_card(*, by: Actor, person_id: int, like: Card) -> Card:
    """For whom nothing ties to the school any more: so that the money has a list to stand in, and a card to come back to."""
    name = people.person_cards([person_id])[person_id].name
    wallet_id = open_wallets([person_id], {person_id: name})[person_id]
    [number] = next_numbers(1)
    card = Card.objects.create(
        person_id=person_id,
        wallet_id=wallet_id,
        number=number,
        uid=new_uid(),
        state=Card.State.EXPIRED,
        card_class=like.card_class,
        sub_class=like.sub_class,
        valid_from=like.valid_from,
        valid_until=like.valid_until,
    )
    audit.record(by=by, action="card.issue", target=f"card:{card.number}", facts={"person": person_id})
    return card


def brought_fen(card: Card) -> int:
    """What the merge took from this card's wallet, at once and later (`bring_over_due`); 0 when it is back already. Without what others had
    brought here before, and got back meanwhile from where it went on to."""
    rows = Receipt.objects.filter(wallet_id=card.wallet_id, outcome="posted")
    back = rows.filter(kind="merge_in", detail=PARTED).order_by("-id").first()
    merged = rows.filter(id__gt=back.pk if back is not None else 0).exclude(detail=PARTED)
    brought = int(merged.filter(kind="merge_out").aggregate(fen=Sum("amount_fen"))["fen"] or 0)
    came = {row.entry_id: row for row in merged.filter(kind="merge_in")}
    givers = Receipt.objects.filter(kind="merge_out", entry_id__in=came).values_list("entry_id", "card__person_id")
    family = people.families([card.person_id])
    gone = {entry_id: person_id for entry_id, person_id in givers if person_id not in family}
    elsewhere = [came[entry_id] for entry_id, one in gone.items() if got_back(one, came[entry_id].pk) != card.person_id]
    return max(brought - sum(int(row.amount_fen or 0) for row in elsewhere), 0)


def got_back(person_id: int, receipt_id: int) -> int | None:
    """From whom this record had back what it brought by that receipt; with whom it was one until it was last parted, where it had nothing."""
    returned = Receipt.objects.filter(card__person_id=person_id, kind="merge_in", detail=PARTED, id__gt=receipt_id)
    first = returned.order_by("id").first()
    if first is None:
        return parted_from(person_id)
    from_whom = Receipt.objects.filter(kind="merge_out", entry_id=first.entry_id)
    return from_whom.values_list("card__person_id", flat=True).first()


def parted_from(person_id: int) -> int | None:
    """With whom this record was one until it was last parted. The audit log cannot be changed: it may be asked."""
    last = AuditEntry.objects.filter(action=PARTING, target=f"person:{person_id}").order_by("-id").first()
    return int(last.facts["kept"]) if last is not None else None


def move_money(*, by: Actor, giver: Card, taker: Card, most_fen: int | None) -> int:
    """One entry, a receipt in each list. Without a limit everything goes, the debt too. Returns the money that moved."""
    mine, theirs = giver.wallet, taker.wallet
    balances = locked_balances(mine.account_id, mine.receivable_id, theirs.account_id, theirs.receivable_id)
    fen = balances[mine.account_id] if most_fen is None else min(balances[mine.account_id], most_fen)
    reference = f"person {giver.person_id} → {taker.person_id}"
    if fen > 0:
        leg = ledger.Leg(debit_account_id=mine.account_id, credit_account_id=theirs.account_id, amount_fen=fen)
        entry_id = ledger.post(by=by, kind="card.merge", legs=[leg], reference=reference).entry_id
        left, reached = balances[mine.account_id] - fen, balances[theirs.account_id] + fen
        facts: dict[str, Any] = {"amount_fen": fen, "entry_id": entry_id, "detail": "" if most_fen is None else PARTED}
        write_receipt(kind="merge_out", card=giver, balance_fen=left, **facts)
        write_receipt(kind="merge_in", card=taker, balance_fen=reached, **facts)
    owed_fen = balances[mine.receivable_id]
    if most_fen is None and owed_fen > 0:
        debt = ledger.Leg(
            debit_account_id=theirs.receivable_id, credit_account_id=mine.receivable_id, amount_fen=owed_fen
        )
        ledger.post(by=by, kind="card.merge_owed", legs=[debt], reference=reference)
    return fen
