"""What time does: reviews that are late, items whose days are over, phones that are forgotten, rows that go after a year."""

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.platforms.identity import api as identity
from nanhu.services.lostfound import policies, rules
from nanhu.services.lostfound.models import Claim, Item, RelayBar
from nanhu.services.lostfound.school_file import school_file
from nanhu.services.lostfound.services.suggesting import suggest
from nanhu.services.lostfound.services.trail import each, end, end_claims, locked, note, notify

BY = Actor.system("lostfound")
State = Item.State


def expire() -> int:
    """What is over leaves the board (and stood there no more since midnight)."""
    over = Item.objects.filter(state=State.OPEN, expires_on__lt=campus_today())
    return each(over, expire_one)


def expire_one(item: Item) -> None:
    found = locked(item, [State.OPEN])
    if found.expires_on < campus_today():
        end(found, State.EXPIRED)
        found.save()
        note(BY, "lostfound.expire", found)


@transaction.atomic
def alarm_late_reviews() -> int:
    """Once an item, told in the same transaction: shown without photos where the school lets it, else the leaders are told."""
    waits = Item.objects.select_for_update(of=("self",), skip_locked=True).select_related("author", "place__parent")
    late = list(waits.filter(review_due_at__lte=now(), alarmed_at=None).order_by("pk"))
    shows = school_file().shows_unreviewed
    shown = [one for one in late if shows and one.state == State.PENDING]
    for one in late:
        one.alarmed_at = now()
        if one in shown:
            show_unreviewed(one)
        else:
            one.save()
            note(BY, "lostfound.alarm", one)
    if len(late) > len(shown):
        says = _("失物招领有 %(count)s 条超过四个工作小时没有审核，请到“失物招领审核”里看。")
        for account in identity.holders_of(policies.CHIEF) or identity.holders_of(policies.REVIEWER):
            notify(account, says, count=len(late) - len(shown))
    return len(late)


def show_unreviewed(item: Item) -> None:
    """The review stays open."""
    item.state, item.shows_photos = State.OPEN, False
    item.expires_on = campus_today() + rules.SHOWN_FOR
    item.save()
    note(BY, "lostfound.show_unreviewed", item)
    suggest(item)


def forget_phones() -> int:
    """Thirty days after the end: the phone, the mark, what claimers said of it, and photos that never passed the review."""
    ended = Item.objects.filter(ended_at__lt=now() - rules.PHONE_KEPT)
    sealed = Q(phone__isnull=False) | Q(mark__isnull=False) | Q(claims__mark__isnull=False)
    kept = ended.filter(sealed | Q(photos__isnull=False, approved_at=None)).distinct()
    return each(kept, forget_phone)


def forget_phone(item: Item) -> None:
    found = locked(item)
    if found.ended_at is None:
        raise found.wrong_state()
    found.phone, found.phone_masked, found.mark = None, "", None
    found.save()
    end_claims(found)
    if found.approved_at is None:
        found.photos.all().delete()
    Claim.objects.filter(item=found).update(mark=None)
    note(BY, "lostfound.forget_phone", found)


def remove_old() -> int:
    """A year after its end (or after it was published, where nobody ended it); what lies on the shelf or waits for a signature stays."""
    RelayBar.objects.filter(until__lt=now() - rules.ITEM_KEPT).delete()
    return each(old_items(), remove_one)


def old_items() -> QuerySet[Item]:
    stays = Q(state__in=[State.PENDING, State.OPEN]) | Q(hand_over__isnull=False, hand_over__signed_at=None)
    on_shelf = Q(handed_in_at__isnull=False, hand_over=None)
    last = Coalesce("hand_over__at", "ended_at", "created_at")
    return Item.objects.exclude(stays | on_shelf).alias(last=last).filter(last__lt=now() - rules.ITEM_KEPT)


def remove_one(item: Item) -> None:
    found = locked(item)
    if not old_items().filter(pk=found.pk).exists():
        raise found.wrong_state()
    note(BY, "lostfound.remove", found)
    found.delete()
