"""Taking the fee of a card: cash into the clerk's drawer, or from the wallet; once for a row, never paid back."""

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor, account_of
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.issuing.errors import NoFeeError
from nanhu.systems.card.issuing.models import FeePayment, OrderRow
from nanhu.systems.card.models import Card
from nanhu.systems.card.services.receipts import locked_balances, write_receipt
from nanhu.systems.card.services.shifts import drawer_for_cash

INCOME = ledger.AccountOrder(code="card.fees", name="校园卡工本费", kind="income")


def take_fee(*, by: Actor, row: OrderRow, method: str) -> FeePayment:
    """The same row again gives the same payment and moves nothing."""
    with transaction.atomic():
        current = OrderRow.objects.select_for_update().get(pk=row.pk)
        paid = FeePayment.objects.filter(row=current).first()
        if paid is not None:
            return paid
        if current.fee_fen <= 0 or current.card_id is None:
            raise NoFeeError
        pay = from_wallet if method == FeePayment.Method.WALLET else from_cash
        entry_id, receipt_id = pay(by, current)
        payment = FeePayment.objects.create(
            row=current,
            amount_fen=current.fee_fen,
            method=method,
            entry_id=entry_id,
            receipt_id=receipt_id,
            clerk_id=account_of(by),
            clerk_name=by.name,
        )
        facts = {"fen": current.fee_fen, "method": method, "entry": entry_id}
        audit.record(by=by, action="card.take_fee", target=f"card_order_row:{current.pk}", facts=facts)
        return payment


def from_cash(by: Actor, row: OrderRow) -> tuple[int, int | None]:
    leg = ledger.Leg(debit_account_id=drawer_for_cash(by), credit_account_id=income(), amount_fen=row.fee_fen)
    entry = ledger.post(by=by, kind="card.cash_fee", legs=[leg], key=f"card.first_fee:{row.pk}")
    return entry.entry_id, None


def from_wallet(by: Actor, row: OrderRow) -> tuple[int, int | None]:
    """The receipt stands in the holder's statement (kind fee)."""
    card = Card.objects.select_for_update(of=("self",)).select_related("wallet").get(pk=row.card_id or 0)
    balance = locked_balances(card.wallet_id)[card.wallet_id]
    leg = ledger.Leg(debit_account_id=card.wallet_id, credit_account_id=income(), amount_fen=row.fee_fen)
    entry = ledger.post(by=by, kind="card.fee", legs=[leg], key=f"card.first_fee:{row.pk}")
    receipt_id = write_receipt(
        kind="fee", card=card, amount_fen=row.fee_fen, balance_fen=balance - row.fee_fen, entry_id=entry.entry_id
    )
    return entry.entry_id, receipt_id


def income() -> int:
    return ledger.open_accounts([INCOME])[INCOME.code]
