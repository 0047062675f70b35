"""Two accounts were one person's: all of it is the kept one's, and what he had with himself goes."""

from django.db import transaction
from django.db.models import BigIntegerField, F, Func, Model, Q, Value

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
    rekey_reports(kept=kept, gone=gone)
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


def rekey_reports(*, kept: int, gone: int) -> None:
    """What he judged or answered of his own by the other account waits for a third person; a bar that came of it is none."""
    both = (kept, gone)
    TalkReport.objects.filter(author_id__in=both, accused_id__in=both).delete()
    own = TalkReport.objects.filter(Q(author_id__in=both) | Q(accused_id__in=both), judge_id__in=both)
    RelayBar.objects.filter(Q(report__in=own) | Q(account_id__in=both, by_id__in=both)).delete()
    own.update(judge=None, judged_at=None)
    answered = RelayBar.objects.filter(Q(account_id__in=both) | Q(by_id__in=both), answered_by_id__in=both)
    answered.update(answer="", answered_by=None, lifted_at=None)
    read = TalkReport.objects.filter(read_by__contains=[gone]).exclude(read_by__contains=[kept])
    read.update(read_by=Func(F("read_by"), Value(kept, BigIntegerField()), function="array_append"))
    for model, names in ((TalkReport, ("accused", "judge")), (RelayBar, ("account", "by", "answered_by"))):
        for name in names:
            model._default_manager.filter(**{name: gone}).update(**{name: kept})  # noqa: SLF001 - Django's own name
