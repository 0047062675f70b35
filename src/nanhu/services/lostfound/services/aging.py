"""What time does: reviews that are late, items whose days are over, phones that are forgotten, rows that go after a year."""

from collections.abc import Callable

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.school import school
from nanhu.platforms.identity import api as identity
from nanhu.services.lostfound import policies, rules
from nanhu.services.lostfound.models import Claim, Item
from nanhu.services.lostfound.services.suggesting import suggest
from nanhu.services.lostfound.services.trail import locked, note, notify

BY = Actor.system("lostfound")
State = Item.State


def shows_unreviewed() -> bool:
    """Whether the school lets a post show, without photos, that nobody reviewed in time (`[lostfound]` of its file)."""
    table = school().table("lostfound")
    table.only({"shows_unreviewed"})
    return table.yes("shows_unreviewed", usual=False)


def each(rows: QuerySet[Item], change: Callable[[Item], None]) -> int:
    """One transaction an item: what somebody changed meanwhile is left to him."""
    count = 0
    for item in rows:
        try:
            with transaction.atomic():
                change(item)
        except WrongStateError:
            continue
        count += 1
    return count


def expire() -> int:
    """What is over leaves the board (and stood there no more since midnight)."""
    over = Item.objects.filter(state=State.OPEN, expires_on__lt=campus_today())
    return each(over, expire_one)


def expire_one(item: Item) -> None:
    found = locked(item, [State.OPEN])
    if found.expires_on < campus_today():
        found.state, found.ended_at, found.review_due_at = State.EXPIRED, now(), None
        found.save()
        note(BY, "lostfound.expire", found)


def alarm_late_reviews() -> int:
    """Once an item: shown without photos where the school lets it, else the leaders of the reviewers are told."""
    late = Item.objects.filter(review_due_at__lte=now(), alarmed_at=None, state__in=[State.PENDING, State.OPEN])
    if shows_unreviewed():
        return each(late, show_unreviewed)
    count = each(late, alarm_one)
    if count:
        says = _("失物招领有 %(count)s 条超过四个工作小时没有审核，请到“失物招领审核”里看。") % {"count": count}
        for account in identity.holders_of(policies.CHIEF):
            notify(account, says)
    return count


def alarm_one(item: Item) -> None:
    found = locked(item, [State.PENDING, State.OPEN])
    found.alarmed_at = now()
    found.save()
    note(BY, "lostfound.alarm", found)


def show_unreviewed(item: Item) -> None:
    """The review stays open. What was reported stays hidden."""
    found = locked(item, [State.PENDING, State.OPEN])
    if found.review_due_at is None:
        raise found.wrong_state()
    found.alarmed_at = now()
    if found.state == State.PENDING:
        found.state, found.shows_photos = State.OPEN, False
        found.expires_on = campus_today() + rules.SHOWN_FOR
    found.save()
    note(BY, "lostfound.show_unreviewed", found)
    if not found.shows_photos:
        suggest(found)


def forget_phones() -> int:
    """Thirty days after the end: the phone, the mark and what claimers said of it."""
    ended = Item.objects.filter(ended_at__lt=now() - rules.PHONE_KEPT)
    kept = ended.filter(Q(phone__isnull=False) | Q(mark__isnull=False) | Q(claims__mark__isnull=False)).distinct()
    return each(kept, forget_phone)


def forget_phone(item: Item) -> None:
    found = locked(item)
    if found.ended_at is None:
        raise found.wrong_state()
    found.phone, found.phone_masked, found.mark = None, "", None
    found.save()
    Claim.objects.filter(item=found).update(mark=None)
    note(BY, "lostfound.forget_phone", found)


def remove_old() -> int:
    """A year after it was published; what still lies on the shelf stays until it is fetched or disposed of."""
    old = Item.objects.filter(created_at__lt=now() - rules.ITEM_KEPT)
    return each(old.exclude(handed_in_at__isnull=False, hand_over=None), remove_one)


def remove_one(item: Item) -> None:
    note(BY, "lostfound.remove", locked(item))
    item.delete()
