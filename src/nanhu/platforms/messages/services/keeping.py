"""Old messages are forgotten, their sums kept; what two records of one person were told stands together."""

from collections.abc import Collection
from datetime import timedelta

from django.db import transaction

from nanhu.kernel import clock
from nanhu.platforms.messages.models import ChannelChoice, Delivery, Entry, Message, MessageSettings, PushSubscription
from nanhu.platforms.messages.statements import QUERIES

KEPT_FOR = timedelta(days=180)
AT_ONCE = 20_000


def forget_old() -> int:
    """How many entries went; in parts, so that no lock is held for long."""
    before, gone = clock.now() - KEPT_FOR, 0
    while (part := forget_part(before)) > 0:
        gone += part
    Message.objects.filter(created_at__lt=before, entries=None).delete()
    return gone


@transaction.atomic
def forget_part(before: object) -> int:
    return QUERIES.run("forget", {"before": before, "most": AT_ONCE, "zone": str(clock.CAMPUS_ZONE)})


@transaction.atomic
def join(*, kept: int, gone: int) -> None:
    """What both were told stays with the record that is kept, and goes out to it alone; its choices hold."""
    QUERIES.run("join", {"kept": kept, "gone": gone})
    Entry.objects.filter(person=gone).update(due_at=None, gather_at=None)
    waiting = Delivery.objects.filter(entry__person=gone, state=Delivery.State.QUEUED)
    waiting.update(state=Delivery.State.DROPPED, changed_at=clock.now())
    PushSubscription.objects.filter(person=gone).update(person=kept)
    if not MessageSettings.objects.filter(person=kept).exists():
        MessageSettings.objects.filter(person=gone).update(person=kept)
    if not ChannelChoice.objects.filter(person=kept).exists():
        ChannelChoice.objects.filter(person=gone).update(person=kept)


def forget_browsers(person_ids: Collection[int]) -> None:
    """Whose each is nobody can say any more: it is switched on anew by who sits there."""
    PushSubscription.objects.filter(person__in=person_ids).delete()


def forget_person(person_ids: set[int]) -> None:
    """Whoever has left gets nothing more: no push, and nothing that waits."""
    PushSubscription.objects.filter(person__in=person_ids).delete()
    Entry.objects.filter(person__in=person_ids).update(due_at=None, gather_at=None)
