"""Reading. A read receipt of a notice is itself the record (append-only), so neither it nor a message that was read needs a line in the audit log."""

from django.db import transaction
from django.db.models import Q

from nanhu.kernel import clock
from nanhu.kernel.registry import Viewer
from nanhu.platforms.messages import queries
from nanhu.platforms.messages.models import Entry, Notice, Receipt
from nanhu.platforms.messages.services.telling import DIGEST


@transaction.atomic
def mark_read(*, by: Viewer, notice: Notice) -> bool:
    """Keep that this reader has read; once. An editor who only looks in is no reader and leaves no receipt."""
    if not queries.visible_to(by).filter(pk=notice.pk).exists():
        return False
    Receipt.objects.bulk_create([Receipt(account_id=by.account_id, notice=notice)], ignore_conflicts=True)
    read_entries(by, Q(message__notice=notice))
    return True


@transaction.atomic
def mark_all_read(*, by: Viewer) -> int:
    """Clear the unread marks at once; what must be read has to be opened and confirmed one by one."""
    waiting = list(queries.unread_of(by).filter(must_read=False).values_list("pk", flat=True))
    rows = [Receipt(account_id=by.account_id, notice_id=pk) for pk in waiting]
    Receipt.objects.bulk_create(rows, ignore_conflicts=True, batch_size=2000)
    read_entries(by, Q(message__notice__in=waiting))
    return len(rows)


def mark_message_read(*, by: Viewer, message_id: int) -> int:
    return read_entries(by, Q(message=message_id))


def mark_messages_read(*, by: Viewer) -> int:
    """All that stands in the reader's list."""
    return read_entries(by, Q(is_hidden=False))


def read_entries(by: Viewer, which: Q) -> int:
    """Read once is read everywhere: no channel gets a turn any more, and a digest of what is being read has done its work."""
    if by.person_id is None:
        return 0
    mine = Entry.objects.filter(person_id=by.person_id, read_at=None)
    Entry.objects.filter(pk__in=mine.filter(message__template=DIGEST).values("pk")).update(
        read_at=clock.now(), due_at=None
    )
    return Entry.objects.filter(pk__in=mine.filter(which).values("pk")).update(
        read_at=clock.now(), due_at=None, gather_at=None
    )
