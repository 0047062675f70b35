"""Cash at the counter (现金充值): money enters from outside, a debt is settled first of all."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.clock import now
from nanhu.kernel.money import format_yuan
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.errors import (
    BalanceLimitError,
    CardStateError,
    CashNotAllowedError,
    TopUpLimitError,
)
from nanhu.systems.card.limits import counter_limits
from nanhu.systems.card.models import Card, CashException, TopUp
from nanhu.systems.card.policies import may_bring_cash
from nanhu.systems.card.services.receipts import locked_balances, write_receipt
from nanhu.systems.card.services.shifts import drawer_for_cash


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What came of a form; `is_repeated` where it had been posted before and nothing moved this time."""

    top_up: TopUp
    is_repeated: bool


def top_up_with_cash(*, by: Actor, card: Card, amount_fen: int, token: UUID) -> Taken:
    """Put cash on a card. `token` names the form: the same form again gives the same receipt and moves nothing."""
    return take(by=by, card=card, amount_fen=amount_fen, token=token, exception_id=None)


def top_up_by_exception(*, by: Actor, exception: CashException) -> Taken:
    """Take the cash that another clerk agreed to; the exception itself is the token."""
    token, fen = exception.public_id, exception.amount_fen
    return take(by=by, card=exception.card, amount_fen=fen, token=token, exception_id=exception.pk)


def take(*, by: Actor, card: Card, amount_fen: int, token: UUID, exception_id: int | None) -> Taken:
    check_amount(amount_fen)
    with transaction.atomic():
        current = Card.objects.select_for_update(of=("self",)).select_related("wallet").get(pk=card.pk)
        wallet = current.wallet
        balances = locked_balances(wallet.account_id, wallet.receivable_id)
        leg = ledger.Leg(
            debit_account_id=drawer_for_cash(by), credit_account_id=wallet.account_id, amount_fen=amount_fen
        )
        entry = ledger.post(by=by, kind="card.top_up", legs=[leg], key=f"card.top_up:{token}")
        if entry.is_repeated:
            return Taken(top_up=TopUp.objects.select_related("receipt").get(token=token), is_repeated=True)
        exception = check_allowed(by=by, card=current, exception_id=exception_id)
        after = balances[wallet.account_id] + amount_fen
        owed = balances[wallet.receivable_id]
        if after - min(owed, after) > counter_limits().balance_fen:
            raise BalanceLimitError(largest=format_yuan(counter_limits().balance_fen))
        receipt_id = write_receipt(
            kind="top_up", card=card, amount_fen=amount_fen, balance_fen=after, entry_id=entry.entry_id, detail="现金"
        )
        settled = settle_debt(by=by, card=card, owed_fen=owed, balance_fen=after)
        top_up = TopUp.objects.create(
            receipt_id=receipt_id,
            token=token,
            clerk_id=account_of(by),
            clerk_name=by.name,
            amount_fen=amount_fen,
            settled_fen=settled,
            balance_fen=after - settled,
            exception=exception,
        )
        if exception is not None:
            exception.state = CashException.State.USED
            exception.save(update_fields=["state"])
        facts = {"fen": amount_fen, "receipt": receipt_id, "settled": settled, "exception": exception_id}
        reason = exception.reason if exception else ""
        audit.record(by=by, action="card.top_up", target=f"card:{card.number}", reason=reason, facts=facts)
        return Taken(top_up=top_up, is_repeated=False)


def check_amount(amount_fen: int) -> None:
    largest = counter_limits().top_up_fen
    if not 0 < amount_fen <= largest:
        raise TopUpLimitError(largest=format_yuan(largest))


def check_allowed(*, by: Actor, card: Card, exception_id: int | None) -> CashException | None:
    """The exception this top-up uses up, None where the person may bring cash anyway."""
    if card.state != Card.State.ISSUED:
        raise CardStateError(state=Card.State(card.state).label)
    if exception_id is None:
        if not may_bring_cash(card):
            raise CashNotAllowedError
        return None
    exception = CashException.objects.select_for_update().get(pk=exception_id)
    if exception.state != CashException.State.APPROVED or exception.author_id != by.account_id:
        raise exception.wrong_state()
    if exception.created_at < now() - counter_limits().exception_life:
        raise exception.wrong_state(_("已过期"))
    return exception


def settle_debt(*, by: Actor, card: Card, owed_fen: int, balance_fen: int) -> int:
    """What was eaten while a terminal was offline and the wallet could not cover."""
    settled = min(owed_fen, balance_fen)
    if settled > 0:
        leg = ledger.Leg(
            debit_account_id=card.wallet.account_id, credit_account_id=card.wallet.receivable_id, amount_fen=settled
        )
        entry = ledger.post(by=by, kind="card.settle_owed", legs=[leg])
        write_receipt(
            kind="settle_owed",
            card=card,
            amount_fen=settled,
            balance_fen=balance_fen - settled,
            entry_id=entry.entry_id,
        )
    return settled
