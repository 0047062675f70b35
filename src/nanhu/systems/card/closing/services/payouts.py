"""Paying merchants (付款): a file for the bank, and the bank's word on it, taken in by a second person."""

import hashlib
from collections.abc import Collection, Iterable

from django.db import transaction
from django.db.models import Q, QuerySet, Sum

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time, now
from nanhu.kernel.money import plain_yuan
from nanhu.kernel.proposals import refuse_same_person
from nanhu.kernel.sheets.writing import safe_cell
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.payments.api import BANK_ACCOUNT
from nanhu.systems.card.closing.errors import NothingToPayError, NotInPayoutError, OwnContractError, PayoutStateError
from nanhu.systems.card.closing.models import Payout, Settlement
from nanhu.systems.card.closing.services.settling import opened, payable_of

FORMAT = "nanhu-payout-1"


def waiting() -> QuerySet[Settlement]:
    return Settlement.objects.filter(payout__isnull=True, payable_fen__gt=0)


def make_payout(*, by: Actor) -> Payout:
    """Put every settlement that waits into one file. Each stands in one file only."""
    with transaction.atomic():
        rows = list(waiting().select_for_update())
        if not rows:
            raise NothingToPayError
        moment = now()
        payout = Payout.objects.create(
            number=f"P{campus_time(moment):%Y%m%d%H%M%S%f}",
            total_fen=sum(row.payable_fen for row in rows),
            rows=len(rows),
            maker_id=by.account_id,
            maker_name=by.name,
            made_at=moment,
        )
        Settlement.objects.filter(pk__in=[row.pk for row in rows]).update(payout=payout)
        facts = {"rows": payout.rows, "fen": payout.total_fen}
        audit.record(by=by, action="card.make_merchant_payout", target=f"payout:{payout.number}", facts=facts)
        return payout


def confirm(*, by: Actor, payout: Payout, bank_reference: str, unpaid: Collection[str] = ()) -> Payout:
    """The bank paid, save the settlements named `unpaid`: those wait for the next file; where it paid none, the file ends so.
    Each must be in this one, or it would be booked as paid for a slip of the pen."""
    with transaction.atomic():
        current = Payout.objects.select_for_update().get(pk=payout.pk)
        if current.state != Payout.State.MADE:
            raise PayoutStateError(state=Payout.State(current.state).label)
        refuse_same_person(by, current.maker_id)
        rows = {row.number: row for row in current.settlements.select_related("merchant", "contract")}
        if unknown := set(unpaid) - set(rows):
            raise NotInPayoutError(numbers="、".join(sorted(unknown)))
        refuse_own_contract(by, rows.values())
        current.unpaid = sorted(set(unpaid))
        current.settlements.filter(number__in=current.unpaid).update(payout=None)
        paid = [row for number, row in rows.items() if number not in current.unpaid]
        if paid:
            current.entry_id = pay(by=by, payout=current, paid=paid)
            current.total_fen, current.rows = sum(row.payable_fen for row in paid), len(paid)
        current.state, current.bank_reference = (
            (Payout.State.CONFIRMED if paid else Payout.State.UNPAID),
            bank_reference,
        )
        current.confirmer_id, current.confirmer_name, current.confirmed_at = by.account_id, by.name, now()
        current.save()
        facts = {"reference": bank_reference, "unpaid": current.unpaid, "fen": current.total_fen}
        action = "card.confirm_payout" if paid else "card.close_unpaid_payout"
        audit.record(by=by, action=action, target=f"payout:{current.number}", facts=facts)
        return current


def returned(*, by: Actor, payout: Payout, bank_words: str) -> Payout:
    """The bank paid none of it."""
    return confirm(
        by=by, payout=payout, bank_reference=bank_words, unpaid=payout.settlements.values_list("number", flat=True)
    )


def refuse_own_contract(by: Actor, rows: Iterable[Settlement]) -> None:
    """Who wrote down where the money goes does not say that it went there, nor that it did not and is to go again."""
    for row in rows:
        if row.contract.author_id is not None and row.contract.author_id == by.account_id:
            raise OwnContractError(merchant=row.merchant.name)


def pay(*, by: Actor, payout: Payout, paid: list[Settlement]) -> int:
    bank = opened(BANK_ACCOUNT, "银行圈存", "asset")
    legs = [
        ledger.Leg(debit_account_id=payable_of(row.merchant), credit_account_id=bank, amount_fen=row.payable_fen)
        for row in paid
    ]
    key = f"card.merchant_payout:{payout.number}"
    return ledger.post(by=by, kind="card.merchant_payout", legs=legs, key=key, reference=payout.number).entry_id


def file_of(payout: Payout) -> str:
    """The file of `nanhu-payout-1` (docs/rooms/card-closing.md): a head, a line for each settlement, a foot with the digest. The same
    bytes at any time: what the bank did not pay stands in it still."""
    rows = Settlement.objects.filter(Q(payout=payout) | Q(number__in=payout.unpaid)).order_by("number")
    rows = rows.select_related("contract")
    total = rows.aggregate(fen=Sum("payable_fen"))["fen"] or 0
    lines = [
        ",".join(
            ["H", FORMAT, payout.number, f"{campus_time(payout.made_at):%Y-%m-%d}", str(len(rows)), plain_yuan(total)]
        )
    ]
    for place, row in enumerate(rows, 1):
        contract = row.contract
        purpose = f"校园卡结算 {row.first}至{row.last}"
        line = ["D", str(place), row.number, cell(contract.payee), contract.account_token, contract.account_last4]
        lines.append(",".join([*line, plain_yuan(row.payable_fen), purpose]))
    digest = hashlib.sha256("".join(f"{line}\r\n" for line in lines).encode()).hexdigest()
    lines.append(",".join(["T", str(len(rows)), plain_yuan(total), digest]))
    return "".join(f"{line}\r\n" for line in lines)


def cell(text: str) -> str:
    return safe_cell(text).replace(",", "，").replace("\r", " ").replace("\n", " ")
