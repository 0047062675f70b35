"""Posting an approved batch: five hundred rows a transaction, so that nobody waits long and a crash loses nothing."""

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.database.values import one_value
from nanhu.kernel.jobs import ProgressHandle, job, open_progress
from nanhu.kernel.money import format_yuan
from nanhu.systems.card.funds.models import PayoutBatch, PayoutRow
from nanhu.systems.card.funds.services.pending import pending_accounts
from nanhu.systems.card.models import Wallet

State = PayoutBatch.State
PIECE = 500
WORKER = Actor.system("card.funds")


@job("card.post_payout")
def post_payout(batch_id: int) -> None:
    """May run twice, at once or after a crash: a row is posted once."""
    batch = PayoutBatch.objects.get(pk=batch_id)
    progress = open_progress(batch.progress_id) if batch.progress_id else None
    done = batch.rows.filter(claimable__isnull=False).count()
    while posted := post_piece(by=WORKER, batch=batch, most=PIECE):
        done += posted
        if progress is not None:
            progress.advance(done)
    finish(close(batch), progress)


def finish(batch: PayoutBatch, progress: ProgressHandle | None) -> None:
    if progress is not None and batch.state == PayoutBatch.State.POSTED:
        told = {"count": batch.row_count, "sum": format_yuan(batch.sum_fen)}
        progress.finish(
            _("已入账 %(count)s 人，共 %(sum)s") % told,
            result_url=reverse("card:payouts:case", args=[batch.public_id]),
        )


def post_piece(*, by: Actor, batch: PayoutBatch, most: int) -> int:
    """One transaction; how many rows it posted, 0 when all are. Two workers at once wait for each other."""
    with transaction.atomic():
        if not PayoutBatch.objects.select_for_update().filter(pk=batch.pk, state=State.POSTING).exists():
            return 0
        to_post = PayoutRow.objects.filter(batch=batch, claimable=None).order_by("id")[:most]
        wallets = list(Wallet.objects.filter(pk__in=[row.wallet_id for row in to_post]).order_by("pk"))
        if wallets:
            pending_accounts(wallets)
        posted = int(one_value("SELECT card_post_payout(%s, %s)", [batch.pk, most]))
        if posted:
            audit.record(by=by, action="card.post_payout", target=f"payout:{batch.public_id}", facts={"rows": posted})
        return posted


def close(batch: PayoutBatch) -> PayoutBatch:
    """When every row is posted."""
    with transaction.atomic():
        locked = PayoutBatch.objects.select_for_update().get(pk=batch.pk)
        if locked.state == State.POSTING and not locked.rows.filter(claimable=None).exists():
            locked.state, locked.posted_at = State.POSTED, now()
            locked.save(update_fields=["state", "posted_at"])
        return locked
