"""Two accounts were one person's: all of it is the kept one's, and what he had with himself goes."""

from django.db import transaction
from django.db.models import Model

from nanhu.services.lostfound.models import (
    AbuseReport,
    Claim,
    Conversation,
    HandOver,
    Item,
    Message,
    PhoneLook,
    RelayBar,
    TalkReport,
)

ONCE: tuple[tuple[type[Model], str, tuple[str, ...]], ...] = (
    (Claim, "claimer", ("item_id",)),
    (Conversation, "guest", ("item_id",)),
    (AbuseReport, "author", ("item_id",)),
    (TalkReport, "author", ("conversation_id",)),
    (PhoneLook, "viewer", ("item_id", "on")),
)
"""Of which a person has one an item (and day)."""


@transaction.atomic
def rekey(*, kept: int, gone: int) -> None:
    Item.objects.filter(author_id=gone, reviewer_id=kept).update(reviewer=None, reviewed_at=None)
    Item.objects.filter(author_id=kept, reviewer_id=gone).update(reviewer=None, reviewed_at=None)
    Item.objects.filter(author_id=gone).update(author_id=kept)
    Item.objects.filter(reviewer_id=gone).update(reviewer_id=kept)
    Message.objects.filter(sender_id=gone).update(sender_id=kept)
    HandOver.objects.filter(receiver_id=gone).exclude(giver_id=kept).update(receiver_id=kept)
    HandOver.objects.filter(giver_id=gone).exclude(receiver_id=kept).update(giver_id=kept)
    TalkReport.objects.filter(author_id__in=(kept, gone), accused_id__in=(kept, gone)).delete()
    TalkReport.objects.filter(accused_id=gone).exclude(judge_id=kept).update(accused_id=kept)
    RelayBar.objects.filter(account_id=gone).exclude(by_id=kept).exclude(answered_by_id=kept).update(account_id=kept)
    for model, person, once in ONCE:
        rows = model._default_manager  # noqa: SLF001 - Django's own name
        held = set(rows.filter(**{person: kept}).values_list(*once))
        for row in rows.filter(**{person: gone}):
            if tuple(getattr(row, name) for name in once) in held:
                row.delete()
            else:
                setattr(row, f"{person}_id", kept)
                row.save()
    Claim.objects.filter(item__author_id=kept, claimer_id=kept).delete()
    Conversation.objects.filter(item__author_id=kept, guest_id=kept).delete()
