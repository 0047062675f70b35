"""Contracts with merchants, and which account sees which merchant."""

from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.systems.card.closing.errors import ContractOverlapsError
from nanhu.systems.card.closing.models import Contract, MerchantUser
from nanhu.systems.card.models import Merchant


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
    try:
        with transaction.atomic():
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
    except IntegrityError as error:
        if "card_contract_one_at_a_time" in str(error):
            raise ContractOverlapsError(merchant=merchant.name) from error
        raise


def end(*, by: Actor, contract: Contract, on: date) -> None:
    with transaction.atomic():
        Contract.objects.filter(pk=contract.pk).update(ends_on=on)
        facts = {"contract": contract.pk, "on": on.isoformat()}
        audit.record(by=by, action="card.end_contract", target=f"merchant:{contract.merchant.key}", facts=facts)


def let_see(*, by: Actor, account_id: int, merchant: Merchant) -> None:
    """Bind an account to a merchant; twice is harmless."""
    with transaction.atomic():
        _bound, is_new = MerchantUser.objects.get_or_create(account_id=account_id, merchant=merchant)
        if is_new:
            facts = {"account": account_id}
            audit.record(by=by, action="card.bind_merchant", target=f"merchant:{merchant.key}", facts=facts)


def contract_on(merchant: Merchant, day: date) -> Contract | None:
    living = Contract.objects.filter(merchant=merchant, starts_on__lte=day)
    return living.exclude(ends_on__lt=day).order_by("-starts_on").first()
