"""Corrections (更正): a posted row is taken back by its mirror. One clerk asks, another decides; the database holds two persons."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.attempts import refused_as
from nanhu.kernel.database.values import one_value, run
from nanhu.kernel.proposals import given
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.closing.errors import NotCorrectableError
from nanhu.systems.card.closing.models import Correction
from nanhu.systems.card.kinds import MONEY_IN
from nanhu.systems.card.models import Receipt, TopUp
from nanhu.systems.card.services import shifts
from nanhu.systems.card.services.receipts import locked_balances

State = Correction.State
PAYS_A_BILL = "deduction"
CORRECTABLE = frozenset({"payment", "stored", "top_up", PAYS_A_BILL, "fee"})
CASH = frozenset({"top_up", "fee"})
"""What a drawer may have taken."""
RECEIPT = """
    INSERT INTO card_receipt (kind, outcome, wallet_id, card_id, merchant_id, amount_fen, owed_fen, balance_fen, detail,
                              occurred_at, entry_id, reverses_id)
    VALUES (%s, 'posted', %s, %s, %s, %s, %s, %s, %s, now(), %s, %s) RETURNING id"""
UNSPEND = """
    SELECT card_unspend(s.wallet_id, s.occurred_at, s.meal, %s) FROM card_receipt s
    WHERE s.id = %s AND s.kind IN ('payment', 'stored')"""


def ask(*, by: Actor, receipt: Receipt, reason: str, token: UUID, is_owed_again: bool = False) -> Correction:
    """Ask another clerk. The same form again (`token`) gives the request that it made. `is_owed_again`: of a row that paid a bill, which
    is then owed as before it; else the bill is refunded."""
    why = given(reason)
    refuse_uncorrectable(receipt)
    with refused_as(NotCorrectableError(why=_("已有更正")), by="card_correction_once_for_a_row"):
        if (known := Correction.known(by, token)) is not None:
            return known
        asked = Correction.begun(
            by,
            token,
            receipt=receipt,
            reason=why,
            is_owed_again=is_owed_again and receipt.kind == PAYS_A_BILL,
        )
        facts = {"correction": asked.pk, "fen": receipt.amount_fen}
        audit.record(by=by, action="card.ask_correction", target=f"receipt:{receipt.pk}", reason=reason, facts=facts)
        return asked


def refuse_uncorrectable(receipt: Receipt) -> None:
    if receipt.outcome != "posted" or receipt.kind not in CORRECTABLE or receipt.entry_id is None:
        raise NotCorrectableError(why=_("这一类交易有自己的退回办法"))
    if Receipt.objects.filter(reverses=receipt, outcome="posted").exists():
        raise NotCorrectableError(why=_("已经退回过"))


def refuse(*, by: Actor, correction: Correction, answer: str) -> Correction:
    why = given(answer)
    with transaction.atomic():
        return kept(by, decided(by, correction, State.REFUSED, why))


def approve(*, by: Actor, correction: Correction) -> Correction:
    """Post the mirror: what the row moved, it moves back, in the accounting day of now."""
    with transaction.atomic():
        locked = decided(by, correction, State.POSTED)
        locked.posted_id = post_mirror(
            by=by, receipt=locked.receipt, reason=locked.reason, is_owed_again=locked.is_owed_again
        )
        return kept(by, locked)


def decided(by: Actor, correction: Correction, state: str, answer: str = "") -> Correction:
    """Locked and decided, not yet saved."""
    locked = correction.locked_in({State.PENDING}, Correction.objects.select_related("receipt__wallet"))
    locked.decide(by, state=state, answer=answer)
    return locked


def kept(by: Actor, locked: Correction) -> Correction:
    locked.save()
    action = "card.approve_correction" if locked.state == State.POSTED else "card.refuse_correction"
    facts = {"correction": locked.pk, "posted": locked.posted_id}
    audit.record(by=by, action=action, target=f"receipt:{locked.receipt_id}", reason=locked.answer, facts=facts)
    return locked


def post_mirror(*, by: Actor, receipt: Receipt, reason: str, is_owed_again: bool) -> int:
    wallet, entry_id = receipt.wallet, receipt.entry_id
    if wallet is None or entry_id is None or receipt.amount_fen is None:
        raise NotCorrectableError(why=_("没有对应的账"))
    balances = locked_balances(wallet.account_id, wallet.receivable_id)
    refuse_uncorrectable(receipt)  # a refund may have been posted until we held the wallet
    is_in = receipt.kind not in MONEY_IN
    owed = min(receipt.owed_fen, balances[wallet.receivable_id])
    legs = legs_of(receipt, owed) if owed < receipt.owed_fen else []
    if receipt.kind in CASH:
        legs = shifts.corrected_cash(ledger.mirror_of(entry_id), taken_at=taken_at(receipt))
    mirror = ledger.reverse(
        by=by, entry_id=entry_id, reason=reason, kind="card.correction", legs=legs, is_owed_again=is_owed_again
    )
    felt = receipt.amount_fen - owed
    after = balances[wallet.account_id] + (felt if is_in else -felt)
    facts: list[Any] = [
        "correction_in" if is_in else "correction_out",
        wallet.pk,
        receipt.card_id,
        receipt.merchant_id,
        receipt.amount_fen,
        owed,
        after,
        reason[:200],
        mirror.entry_id,
        receipt.pk,
    ]
    return write(facts, of=receipt, fen=receipt.amount_fen)


def taken_at(receipt: Receipt) -> datetime:
    """Written down under the lock of the clerk's shift; the receipt's own moment is when its transaction began."""
    taken = TopUp.objects.filter(receipt_id=receipt.pk).first()
    return taken.created_at if taken is not None else receipt.posted_at


def write(facts: list[Any], *, of: Receipt, fen: int) -> int:
    """The receipt; a sale counts toward the limits of its day and meal no more. The caller holds the wallet's lock."""
    run(UNSPEND, [fen, of.pk])
    return int(one_value(RECEIPT, facts))


def legs_of(receipt: Receipt, owed_fen: int) -> list[ledger.Leg]:
    """A sale whose debt has been paid since: what was paid comes back to the wallet, only the rest is owed less."""
    wallet, merchant = receipt.wallet, receipt.merchant
    if wallet is None or merchant is None:
        raise NotCorrectableError(why=_("没有对应的账"))
    parts = ((wallet.account_id, (receipt.amount_fen or 0) - owed_fen), (wallet.receivable_id, owed_fen))
    return [
        ledger.Leg(debit_account_id=merchant.account_id, credit_account_id=account, amount_fen=fen)
        for account, fen in parts
        if fen
    ]
