"""Reissue (补卡): the old card never lives again, its money is frozen, the new card claims it after the wait (A121, A122)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.calendar import is_working_day
from nanhu.kernel.clock import now
from nanhu.kernel.events import publish
from nanhu.kernel.money import format_yuan
from nanhu.kernel.once import lock_key
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.terminals.api import Terminal
from nanhu.systems.card.errors import CardStateError, FeeNotCoveredError, UidTakenError
from nanhu.systems.card.events import CardReissued
from nanhu.systems.card.funds.models import CardReissue, Claimable, ClaimOrder
from nanhu.systems.card.funds.policy import reissue_rule
from nanhu.systems.card.funds.rules import claimable_from
from nanhu.systems.card.funds.services.claims import WRITING, release
from nanhu.systems.card.funds.services.credits import Credit, note
from nanhu.systems.card.funds.services.pending import lock_funds
from nanhu.systems.card.models import Card
from nanhu.systems.card.services.issue import LIVING, new_uid, next_numbers
from nanhu.systems.card.services.receipts import write_receipt
from nanhu.systems.card.services.shifts import drawer_for_cash

type Reason = Literal["lost", "damaged"]
FEES = "card.fees"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Who stood there and what they showed. `document` is its kind and last digits, never the whole number."""

    document: str = ""
    terminal: Terminal | None = None
    is_fee_cash: bool = False


def reissue(
    *, by: Actor, card: Card, reason: Reason, fee_fen: int, at: str, key: str, uid: str = "", shown: Shown | None = None
) -> Card:
    """The new card of the person. The same `key` again gives the card that it made. `uid` is the blank's, ours if empty.

    The fee comes from the wallet, or as cash into the clerk's drawer; what is left is frozen. An open claim of the old card
    waits again: its chip is dead, and what it may have spent offline comes in as late rows, which are set off first.
    """
    shown = shown or Shown()
    with transaction.atomic():
        lock_key(f"card.reissue:{key}")
        known = CardReissue.objects.select_for_update().filter(key=key).first()
        if known is not None and known.new_card is not None:
            return known.new_card
        old = Card.objects.select_for_update(of=("self",)).select_related("wallet").get(pk=card.pk)
        if old.state not in LIVING:
            raise CardStateError(state=Card.State(old.state).label)
        for order in ClaimOrder.objects.filter(wallet=old.wallet, state=WRITING):
            release(by=by, order=order, settled_by=ClaimOrder.Settled.REISSUE)
        take_fee(by=by, card=old, fee_fen=fee_fen, is_cash=shown.is_fee_cash, key=key)
        frozen = freeze(by=by, card=old, key=key)
        new = replace_card(old, uid)
        done = known or CardReissue(key=key)
        done.old_card, done.new_card, done.state, done.ended_at = old, new, CardReissue.State.DONE, now()
        done.reason, done.fee_fen, done.is_fee_cash, done.terminal = reason, fee_fen, shown.is_fee_cash, shown.terminal
        done.claimable, done.frozen_fen = frozen, frozen.amount_fen if frozen else 0
        done.clerk_id, done.by_name, done.place, done.document = by.account_id, by.name, at, shown.document
        done.save()
        facts = {
            "new": new.number,
            "reason": reason,
            "fee_fen": fee_fen,
            "frozen_fen": done.frozen_fen,
            "at": at,
            "document": shown.document,
        }
        audit.record(by=by, action="card.reissue", target=f"card:{old.number}", facts=facts)
        publish(CardReissued(old_card_id=old.pk, new_card_id=new.pk, person_id=old.person_id))
        return new


def take_fee(*, by: Actor, card: Card, fee_fen: int, is_cash: bool, key: str) -> None:
    if fee_fen <= 0:
        return
    fees = ledger.open_accounts([ledger.AccountOrder(code=FEES, name="校园卡工本费", kind="income")])[FEES]
    if is_cash:
        leg = ledger.Leg(debit_account_id=drawer_for_cash(by), credit_account_id=fees, amount_fen=fee_fen)
        ledger.post(by=by, kind="card.cash_fee", legs=[leg], key=f"card.fee:{key}", reference=card.number)
        return
    _pending, balances = lock_funds(card.wallet)
    left = balances[card.wallet_id] - fee_fen
    if left < 0:
        raise FeeNotCoveredError(fee=format_yuan(fee_fen), balance=format_yuan(balances[card.wallet_id]))
    leg = ledger.Leg(debit_account_id=card.wallet_id, credit_account_id=fees, amount_fen=fee_fen)
    entry = ledger.post(by=by, kind="card.fee", legs=[leg], key=f"card.fee:{key}")
    write_receipt(
        kind="fee", card=card, amount_fen=fee_fen, balance_fen=left, entry_id=entry.entry_id, detail="reissue"
    )


def freeze(*, by: Actor, card: Card, key: str) -> Claimable | None:
    """All that is in the wallet, claimable by the new card after the wait; None where there is nothing."""
    pending, balances = lock_funds(card.wallet)
    fen = balances[card.wallet_id]
    if fen <= 0:
        return None
    leg = ledger.Leg(debit_account_id=card.wallet_id, credit_account_id=pending, amount_fen=fen)
    entry = ledger.post(by=by, kind="card.freeze", legs=[leg], key=f"card.freeze:{key}", reference=card.number)
    write_receipt(kind="freeze", card=card, amount_fen=fen, balance_fen=0, entry_id=entry.entry_id)
    order = Credit(
        wallet=card.wallet,
        source=Claimable.Source.FROZEN,
        amount_fen=fen,
        key=f"frozen:{key}",
        from_account_id=card.wallet_id,
        reference=card.number,
        available_at=frozen_until(now()),
    )
    return note(by=by, order=order, entry_id=entry.entry_id, from_card=card)


def frozen_until(moment: datetime) -> datetime:
    return claimable_from(moment, reissue_rule(), is_working_day)


def replace_card(old: Card, uid: str) -> Card:
    """The old one first: a person has one living card."""
    if uid and Card.objects.filter(uid=uid).exists():
        raise UidTakenError
    old.state = Card.State.REPLACED
    old.save(update_fields=["state"])
    [number] = next_numbers(1)
    return Card.objects.create(
        person_id=old.person_id,
        wallet=old.wallet,
        number=number,
        uid=uid or new_uid(),
        card_class=old.card_class,
        sub_class=old.sub_class,
        valid_from=old.valid_from,
        valid_until=old.valid_until,
    )
