"""Batches of subsidies and payouts, and the accounts their money comes from. Their way is that of every list (kernel.intake)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.once import lock_key
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.funds.errors import BatchKnownError, FundingClosedError
from nanhu.systems.card.funds.models import Funding, PayoutBatch, PayoutRow

State = PayoutBatch.State


@dataclass(frozen=True, slots=True, kw_only=True)
class Payout:
    """What the form says of a batch."""

    token: UUID
    source: str
    title: str
    funding: Funding
    expires_on: date | None = None
    file_name: str = ""


def open_funding(*, by: Actor, code: str, name: str) -> Funding:
    """Twice is harmless."""
    with transaction.atomic():
        accounts = ledger.open_accounts([ledger.AccountOrder(code=f"card.funding:{code}", name=name, kind="clearing")])
        funding, is_new = Funding.objects.get_or_create(
            code=code, defaults={"name": name, "account_id": accounts[f"card.funding:{code}"]}
        )
        if is_new:
            audit.record(by=by, action="card.open_funding", target=f"funding:{code}", facts={"name": name})
        return funding


def make_batch(*, by: Actor, payout: Payout, rows: Sequence[PayoutRow], content: bytes) -> PayoutBatch:
    """Keep a checked list. The same form again gives the batch that it made; the same file again is refused."""
    with transaction.atomic():
        if (known := PayoutBatch.known(by, payout.token)) is not None:
            return known
        digest = hashlib.sha256(content).hexdigest()
        refuse_twice(digest)
        if not Funding.objects.filter(pk=payout.funding.pk, is_open=True).exists():
            raise FundingClosedError
        batch = PayoutBatch.begun(
            by,
            payout.token,
            source=payout.source,
            title=payout.title,
            funding=payout.funding,
            row_count=len(rows),
            sum_fen=sum(row.amount_fen for row in rows),
            expires_on=payout.expires_on,
            file_name=payout.file_name,
            file_digest=digest,
        )
        for row in rows:
            row.batch = batch
        PayoutRow.objects.bulk_create(rows, batch_size=5000)
        batch.note(by, "make_{}")
        return batch


def refuse_twice(digest: str) -> None:
    """Two forms with the same file at once: the second waits here for the first."""
    lock_key(f"card.payout_file:{digest}")
    alive = PayoutBatch.objects.filter(file_digest=digest).exclude(state__in=[State.DISCARDED, State.REFUSED])
    known = alive.first()
    if known is not None:
        raise BatchKnownError(title=known.title)
