"""Contracts with merchants, and which account sees which merchant."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.attempts import refused_as
from nanhu.kernel.clock import campus_today
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.ui import dates
from nanhu.systems.card.closing.errors import ContractDayError, ContractOverlapsError
from nanhu.systems.card.closing.models import Contract, MerchantUser, Settlement
from nanhu.systems.card.models import Merchant

ONE_AT_A_TIME = "card_contract_one_at_a_time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """`account_token` is what the bank gave for the account; the number itself is never kept (ruling 12)."""

    fee_per_mille: int
    cycle: str
    payee: str
    account_token: str
    account_last4: str
    starts_on: date
    ends_on: date | None = None


def agree(*, by: Actor, merchant: Merchant, terms: Terms) -> Contract:
    with refused_as(ContractOverlapsError(merchant=merchant.name), by=ONE_AT_A_TIME):
        contract = Contract.objects.create(
            merchant=merchant,
            fee_per_mille=terms.fee_per_mille,
            cycle=terms.cycle,
            payee=terms.payee,
            account_token=terms.account_token,
            account_last4=terms.account_last4,
            starts_on=terms.starts_on,
            ends_on=terms.ends_on,
            author_id=by.account_id,
        )
        facts = {"fee": terms.fee_per_mille, "cycle": terms.cycle, "from": terms.starts_on.isoformat()}
        audit.record(by=by, action="card.agree_contract", target=f"merchant:{merchant.key}", facts=facts)
        return contract


def end(*, by: Actor, contract: Contract, on: date) -> None:
    """`on` is its last day. What it has settled stays its own; one that is over stays as it is."""
    with refused_as(ContractOverlapsError(merchant=contract.merchant.name), by=ONE_AT_A_TIME):
        Merchant.objects.select_for_update(no_key=True).get(pk=contract.merchant_id)
        current = Contract.objects.select_related("merchant").get(pk=contract.pk)
        if current.ends_on is not None and current.ends_on < campus_today():
            raise WrongStateError(what=_("这份合同"), state=_("已结束"))
        if on < (least := settled_until(current) or current.starts_on):
            raise ContractDayError(day=dates.short_day(least, campus_today().year))
        Contract.objects.filter(pk=current.pk).update(ends_on=on)
        facts = {"contract": current.pk, "on": on.isoformat()}
        audit.record(by=by, action="card.end_contract", target=f"merchant:{current.merchant.key}", facts=facts)


def settled_until(contract: Contract) -> date | None:
    found: date | None = Settlement.objects.filter(contract=contract).aggregate(last=Max("last"))["last"]
    return found


def let_see(*, by: Actor, account_id: int, merchant: Merchant) -> None:
    """Bind an account to a merchant; twice is harmless."""
    with transaction.atomic():
        _bound, is_new = MerchantUser.objects.get_or_create(account_id=account_id, merchant=merchant)
        if is_new:
            facts = {"account": account_id}
            audit.record(by=by, action="card.bind_merchant", target=f"merchant:{merchant.key}", facts=facts)


def unbind(*, by: Actor, bound: MerchantUser, reason: str) -> None:
    with transaction.atomic():
        if bound.delete()[0]:
            facts = {"account": bound.account_id}
            target = f"merchant:{bound.merchant.key}"
            audit.record(by=by, action="card.unbind_merchant", target=target, reason=reason, facts=facts)


def contract_on(merchant: Merchant, day: date) -> Contract | None:
    living = Contract.objects.filter(merchant=merchant, starts_on__lte=day)
    return living.exclude(ends_on__lt=day).order_by("-starts_on").first()
