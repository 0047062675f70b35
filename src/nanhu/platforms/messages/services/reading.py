"""Read receipts. The receipt is itself the record (append-only), so it needs no line in the audit log."""

from django.db import transaction

from nanhu.kernel.registry import Viewer
from nanhu.platforms.messages import queries
from nanhu.platforms.messages.models import Notice, Receipt


@transaction.atomic
def mark_read(*, by: Viewer, notice: Notice) -> bool:
    """Keep that this reader has read; once. An editor who only looks in is no reader and leaves no receipt."""
    if not queries.visible_to(by).filter(pk=notice.pk).exists():
        return False
    Receipt.objects.bulk_create([Receipt(account_id=by.account_id, notice=notice)], ignore_conflicts=True)
    return True


@transaction.atomic
def mark_all_read(*, by: Viewer) -> int:
    """Clear the unread marks at once; what must be read has to be opened and confirmed one by one."""
    waiting = queries.unread_of(by).filter(must_read=False).values_list("pk", flat=True)
    rows = [Receipt(account_id=by.account_id, notice_id=pk) for pk in waiting]
    Receipt.objects.bulk_create(rows, ignore_conflicts=True, batch_size=2000)
    return len(rows)
