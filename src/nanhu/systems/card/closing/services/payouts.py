"""Paying merchants (付款): a file for the bank, and the bank's word that it paid, taken in by a second person."""

import hashlib
from collections.abc import Collection, Iterable

from django.db import transaction
from django.db.models import QuerySet, Sum

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
            number=f"P{campus_time(moment):%Y%m%d%H%M%S}{rows[0].pk:05d}",
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
    """The bank paid, save the settlements named `unpaid`: those wait for the next file. Each must be in this one, or it would be
    booked as paid for a slip of the pen."""
    with transaction.atomic():
        current = Payout.objects.select_for_update().get(pk=payout.pk)
        if current.state != Payout.State.MADE:
            raise PayoutStateError(state=Payout.State(current.state).label)
        refuse_same_person(by, current.maker_id)
        named = Settlement.objects.filter(payout=current, number__in=unpaid)
        if unknown := set(unpaid) - set(named.values_list("number", flat=True)):
            raise NotInPayoutError(numbers="、".join(sorted(unknown)))
        named.update(payout=None)
        paid = list(Settlement.objects.filter(payout=current).select_related("merchant"))
        if not paid:
            raise NothingToPayError
        refuse_own_contract(by, paid)
        current.entry_id = pay(by=by, payout=current, paid=paid)
        current.state, current.bank_reference = Payout.State.CONFIRMED, bank_reference
        current.confirmer_id, current.confirmer_name, current.confirmed_at = by.account_id, by.name, now()
        current.total_fen, current.rows = sum(row.payable_fen for row in paid), len(paid)
        current.save()
        facts = {"reference": bank_reference, "unpaid": sorted(unpaid), "fen": current.total_fen}
        audit.record(by=by, action="card.confirm_payout", target=f"payout:{current.number}", facts=facts)
        return current


def refuse_own_contract(by: Actor, paid: Iterable[Settlement]) -> None:
    """Who wrote down where the money goes does not say that it went there."""
    own = Settlement.objects.filter(pk__in=[one.pk for one in paid], contract__author_id=by.account_id)
    if (first := own.select_related("merchant").first()) is not None:
        raise OwnContractError(merchant=first.merchant.name)


def pay(*, by: Actor, payout: Payout, paid: list[Settlement]) -> int:
    bank = opened(BANK_ACCOUNT, "银行圈存", "asset")
    legs = [
        ledger.Leg(debit_account_id=payable_of(row.merchant), credit_account_id=bank, amount_fen=row.payable_fen)
        for row in paid
    ]
    key = f"card.merchant_payout:{payout.number}"
    return ledger.post(by=by, kind="card.merchant_payout", legs=legs, key=key, reference=payout.number).entry_id


def file_of(payout: Payout) -> str:
    """The file of `nanhu-payout-1` (docs/rooms/card-closing.md): a head, a line for each settlement, a foot with the digest."""
    rows = Settlement.objects.filter(payout=payout).select_related("merchant", "contract").order_by("number")
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
