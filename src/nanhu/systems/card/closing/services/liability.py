"""What terminals without a network sold on a card after its loss report is the school's loss, not the holder's (A117).

The merchant keeps the takings, the wallet gets the money back, the school's expense account bears it; once for a row.
"""

from datetime import datetime
from typing import Any

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time
from nanhu.kernel.database.values import all_rows, one_value
from nanhu.kernel.events import publish
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.closing.events import LossBorne
from nanhu.systems.card.closing.liability import rule_on
from nanhu.systems.card.closing.services.corrections import write
from nanhu.systems.card.closing.services.settling import opened
from nanhu.systems.card.kinds import BORNE
from nanhu.systems.card.models import Receipt
from nanhu.systems.card.services.receipts import locked_balances

EXPENSE = "card.loss_expense"
SOLD_AFTER_REPORT = """
    SELECT r.id, max(l.reported_at) FROM card_receipt r
    JOIN card_loss_report l ON l.card_id = r.card_id AND l.reported_at < r.occurred_at
     AND (l.ended_at IS NULL OR l.ended_at > r.occurred_at)
    WHERE r.posted_at >= %(since)s AND r.posted_at < %(until)s AND r.kind = 'stored' AND r.outcome = 'posted'
      AND r.amount_fen > card_given_back(r.id)
    GROUP BY r.id ORDER BY r.id"""


def due(since: datetime, until: datetime) -> list[Receipt]:
    """Rows posted in this time that the school is to bear and does not yet."""
    reported: dict[int, datetime] = dict(all_rows(SOLD_AFTER_REPORT, {"since": since, "until": until}))
    rows = Receipt.objects.filter(pk__in=reported).select_related("wallet", "card", "terminal").order_by("pk")
    return [row for row in rows if is_borne(row.occurred_at, reported[row.pk])]


def is_borne(sold_at: datetime, reported_at: datetime) -> bool:
    rule = rule_on(campus_time(sold_at).date())
    return rule.school_bears and sold_at >= reported_at + rule.after


def bear_losses(*, by: Actor, since: datetime, until: datetime) -> int:
    """Bear what is due; how many rows. Again is harmless."""
    return sum(bear(by=by, receipt=row) is not None for row in due(since, until))


def bear(*, by: Actor, receipt: Receipt) -> int | None:
    """The receipt of the money that came back; None where nothing of the row is left, as after a refund."""
    with transaction.atomic():
        wallet = receipt.wallet
        if wallet is None or receipt.amount_fen is None:
            return None
        balances = locked_balances(wallet.account_id, wallet.receivable_id)
        left = receipt.amount_fen - given_back(receipt)
        if left <= 0:
            return None
        owed = min(receipt.owed_fen, balances[wallet.receivable_id], left)
        felt = left - owed
        posted = ledger.post(by=by, kind="card.correction", legs=legs_of(receipt, felt, owed), reference=BORNE)
        facts: list[Any] = [
            "correction_in",
            wallet.pk,
            receipt.card_id,
            None,
            left,
            owed,
            balances[wallet.account_id] + felt,
            BORNE,
            posted.entry_id,
            receipt.pk,
        ]
        number = write(facts, of=receipt, fen=left)
        told = {"fen": left, "receipt": number}
        audit.record(by=by, action="card.bear_loss", target=f"receipt:{receipt.pk}", reason=BORNE, facts=told)
        publish(LossBorne(receipt_id=receipt.pk, person_id=wallet.person_id, amount_fen=left))
        return number


def given_back(receipt: Receipt) -> int:
    return int(one_value("SELECT card_given_back(%s)", [receipt.pk]))


def legs_of(receipt: Receipt, felt_fen: int, owed_fen: int) -> list[ledger.Leg]:
    expense, wallet = opened(EXPENSE, "挂失后脱机损失（学校承担）", "expense"), receipt.wallet
    parts = ((wallet.account_id, felt_fen), (wallet.receivable_id, owed_fen)) if wallet else ()
    return [
        ledger.Leg(debit_account_id=expense, credit_account_id=account, amount_fen=fen) for account, fen in parts if fen
    ]
