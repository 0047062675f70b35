"""The look at each photo before an order is taken on: whether it shows a face is judged by a clerk, never by a program."""

from collections.abc import Collection, Mapping
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.systems.card.issuing.models import CardOrder, OrderRow
from nanhu.systems.card.issuing.services.orders import State, locked, note

SENT_BACK: Final = gettext_noop("照片被退回：看不清正脸，请换一张")


def unseen(order: CardOrder) -> QuerySet[OrderRow]:
    return order.rows.exclude(photo_path="").filter(photo_seen_at=None).order_by("line")


def look_over(
    *, by: Actor, order: CardOrder, shown: Mapping[int, str], refused: Collection[int] = ()
) -> tuple[int, int]:
    """`shown` is the photo (`photo_path`) by line as the page showed it: one exchanged since then stays unseen.

    A refused photo leaves its row, and the order waits until another is handed in. How many are seen, how many go back.
    """
    with transaction.atomic():
        current = locked(order, State.APPROVED)
        rows = [row for row in unseen(current).select_for_update() if row.photo_path == shown.get(row.line)]
        for row in rows:
            if row.line in refused:
                row.photo_path, row.photo_note, row.is_photo_back = "", SENT_BACK, True
            else:
                row.photo_seen_at, row.photo_seen_by_name = now(), by.name
        columns = ["photo_path", "photo_note", "is_photo_back", "photo_seen_at", "photo_seen_by_name"]
        OrderRow.objects.bulk_update(rows, columns)
        back = [row.line for row in rows if not row.photo_path]
        note(by, "card.look_at_photos", current, facts={"seen": len(rows) - len(back), "sent_back": back})
        return len(rows) - len(back), len(back)
