"""Deductions (代扣代缴): a bill that somebody issued is taken from the wallet of whom it is for, whole or not at all, within limits."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Sum

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, start_of
from nanhu.kernel.money import format_yuan
from nanhu.kernel.school import school
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.errors import CardNotFoundError
from nanhu.systems.card.funds.errors import DeductionLimitError, WalletShortError
from nanhu.systems.card.funds.models import Deduction
from nanhu.systems.card.models import Receipt, Wallet
from nanhu.systems.card.queries import card_of
from nanhu.systems.card.services.receipts import locked_balances, write_receipt

PAYER = "card"
MOST_ONCE_FEN = 50_000
MOST_DAILY_FEN = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Deducted:
    """`is_repeated`: the bill had been paid before and nothing moved this time."""

    receipt_id: int
    amount_fen: int
    balance_fen: int
    is_repeated: bool


def deduct(*, by: Actor, bill: ledger.Bill, person_id: int) -> Deducted:
    """Take what is owed of a bill from a person's wallet; its name is what the holder reads: 电费 15栋 302.

    In its caller's transaction. A wallet that is short is left alone; a lost or expired card is no hindrance, for the
    money is owed by the person. A bill that was taken once is taken again only where that was booked wrongly and it is owed anew.
    """
    with transaction.atomic():
        card = card_of(person_id)
        if card is None:
            raise CardNotFoundError
        before = locked_balances(card.wallet_id)[card.wallet_id]
        bill.refresh_from_db()
        amount_fen, detail = bill.owed_fen or bill.amount_fen, bill.name
        known = list(Deduction.objects.filter(bill=bill).order_by("-pk"))
        if known and not bill.is_owed:
            return repeated(known[0])
        check_sum(amount_fen)
        check_day(card.wallet, amount_fen)
        left = before - amount_fen
        if left < 0:
            raise WalletShortError(balance=format_yuan(before))
        paid = ledger.pay(
            by=by,
            bill=bill,
            amount_fen=amount_fen,
            payer=PAYER,
            account_id=card.wallet_id,
            key=f"card.deduction:{bill.pk}" + (f":{len(known)}" if known else ""),
            posted_as="card.deduction",
        )
        receipt_id = write_receipt(
            kind="deduction", card=card, amount_fen=amount_fen, balance_fen=left, entry_id=paid.entry_id, detail=detail
        )
        Deduction.objects.create(
            bill=bill,
            receipt_id=receipt_id,
            wallet=card.wallet,
            amount_fen=amount_fen,
            balance_fen=left,
            detail=detail,
        )
        facts = {"fen": amount_fen, "receipt": receipt_id}
        audit.record(by=by, action="card.deduct", target=f"card:{card.number}", reason=detail, facts=facts)
        return Deducted(receipt_id=receipt_id, amount_fen=amount_fen, balance_fen=left, is_repeated=False)


def repeated(known: Deduction) -> Deducted:
    return Deducted(
        receipt_id=known.receipt_id, amount_fen=known.amount_fen, balance_fen=known.balance_fen, is_repeated=True
    )


def most_once_fen() -> int:
    return school().table("card").whole("deduction_max_fen", MOST_ONCE_FEN, least=1)


def check_sum(amount_fen: int) -> None:
    most = most_once_fen()
    if not 0 < amount_fen <= most:
        raise DeductionLimitError(most=format_yuan(most))


def most_daily_fen() -> int:
    return school().table("card").whole("deduction_daily_fen", MOST_DAILY_FEN, least=1)


def check_day(wallet: Wallet, amount_fen: int) -> None:
    most = most_daily_fen()
    since = start_of(campus_today())
    rows = Receipt.objects.filter(wallet=wallet, outcome="posted", kind="deduction", occurred_at__gte=since)
    if (rows.aggregate(fen=Sum("amount_fen"))["fen"] or 0) + amount_fen > most:
        raise DeductionLimitError(most=format_yuan(most))
