"""Crediting money that its holder then claims (入账待领)."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.funds.models import Claimable
from nanhu.systems.card.funds.services.pending import pending_accounts
from nanhu.systems.card.models import Card, Wallet


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """A sum for one wallet. `key` names it for good; `available_at` None means at once."""

    wallet: Wallet
    source: str
    amount_fen: int
    key: str
    from_account_id: int
    reference: str = ""
    available_at: datetime | None = None
    expires_at: datetime | None = None


def credit(
    *,
    by: Actor,
    wallet: Wallet,
    source: str,
    amount_fen: int,
    key: str,
    from_account_id: int,
    reference: str = "",
    available_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> Claimable:
    """Credit once: the same key again gives the claimable that it made. In the transaction of its caller."""
    order = Credit(
        wallet=wallet,
        source=source,
        amount_fen=amount_fen,
        key=key,
        from_account_id=from_account_id,
        reference=reference,
        available_at=available_at,
        expires_at=expires_at,
    )
    with transaction.atomic():
        pending = pending_accounts([wallet])[wallet.pk]
        leg = ledger.Leg(debit_account_id=from_account_id, credit_account_id=pending, amount_fen=amount_fen)
        entry = ledger.post(by=by, kind="card.credit", legs=[leg], key=f"card.credit:{key}", reference=reference)
        if entry.is_repeated:
            return Claimable.objects.get(key=key)
        return note(by=by, order=order, entry_id=entry.entry_id)


def note(*, by: Actor, order: Credit, entry_id: int, from_card: Card | None = None) -> Claimable:
    """The claimable of an entry that has just moved money into the pending account."""
    moment = now()
    made = Claimable.objects.create(
        key=order.key,
        wallet=order.wallet,
        source=order.source,
        amount_fen=order.amount_fen,
        entry_id=entry_id,
        from_account_id=order.from_account_id,
        from_card=from_card,
        reference=order.reference,
        available_at=order.available_at or moment,
        expires_at=order.expires_at,
        created_at=moment,
    )
    facts = {"fen": order.amount_fen, "source": order.source, "claimable": made.pk, "entry": entry_id}
    target = f"wallet:{order.wallet.pk}"
    audit.record(by=by, action="card.credit", target=target, reason=order.reference, facts=facts)
    return made
