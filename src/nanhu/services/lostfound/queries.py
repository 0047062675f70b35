"""Reads of lost and found: the board, what fits an item, what waits for a person, what one may know of oneself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from django.db.models import Case, Count, DateField, Exists, F, Max, OuterRef, Q, QuerySet, When
from django.db.models.functions import Coalesce
from django.urls import reverse

from nanhu.kernel import folding
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.database.prepared import Given, Prepared
from nanhu.kernel.kit.filters import holding, numbered, places_of_words
from nanhu.kernel.kit.waiting import ACCOUNT, own_count
from nanhu.kernel.registry import Hit, Owner, Viewer
from nanhu.services.lostfound import policies, rules
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

MOST_CANDIDATES: Final = 300
MOST_FOUND: Final = 20
"""By the one search."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Of one person: what he looks for, claims that he has to answer, conversations with something unread, things to sign for."""

    open: int
    claims: int
    unread: int
    unsigned: int

    @property
    def waiting(self) -> int:
        return self.claims + self.unread + self.unsigned


def board() -> QuerySet[Item]:
    rows = Item.objects.filter(policies.on_board()).select_related("place__parent").prefetch_related("photos")
    return rows.order_by("-created_at")


def claims_to(account: Any) -> QuerySet[Claim]:
    kept = {"item__author": account, "item__keeper": Item.Keeper.SELF, "item__state__in": Item.ANSWERED}
    return Claim.objects.filter(state=Claim.State.WAITING, **kept)


def unread_by(account: Any, *, person: str, read_at: str) -> QuerySet[Conversation]:
    """In which the other wrote since this side (`person`) looked."""
    others = Message.objects.filter(conversation=OuterRef("pk")).exclude(sender=account)
    is_new = Q(Exists(others.filter(at__gt=OuterRef(read_at)))) | Q(Exists(others), **{f"{read_at}__isnull": True})
    return Conversation.objects.filter(is_new, **{person: account})


AS_GUEST: Final = {"person": "guest", "read_at": "guest_read_at"}
AS_AUTHOR: Final = {"person": "item__author", "read_at": "author_read_at"}


def unread_talks(account_id: int) -> list[Conversation]:
    sides = (unread_by(account_id, **side).select_related("item") for side in (AS_GUEST, AS_AUTHOR))
    return [one for side in sides for one in side]


count_open = own_count(
    "lostfound.open", lambda account: Item.objects.filter(author=account, state=Item.State.OPEN), of=ACCOUNT
)
count_claims = own_count("lostfound.claims", claims_to, of=ACCOUNT)
count_as_guest = own_count("lostfound.as_guest", lambda account: unread_by(account, **AS_GUEST), of=ACCOUNT)
count_as_author = own_count(
    "lostfound.as_author",
    lambda account: unread_by(account, **AS_AUTHOR),
    of=ACCOUNT,
)
count_unsigned = own_count(
    "lostfound.unsigned", lambda account: HandOver.objects.filter(receiver=account, signed_at=None), of=ACCOUNT
)


def counts_of(viewer: Viewer) -> Counts:
    """By the one count of the house."""
    unread = count_as_guest(viewer) + count_as_author(viewer)
    return Counts(count_open(viewer), count_claims(viewer), unread, count_unsigned(viewer))


def conversations_of(account_id: int) -> QuerySet[Conversation]:
    """Newest words first, with `is_unread` and `is_author`."""
    rows = Conversation.objects.filter(Q(guest_id=account_id) | Q(item__author_id=account_id)).select_related("item")
    read_at = Case(When(item__author_id=account_id, then=F("author_read_at")), default=F("guest_read_at"))
    others = Message.objects.filter(conversation=OuterRef("pk")).exclude(sender_id=account_id)
    unread = others.filter(at__gt=Coalesce(OuterRef("read_at"), OuterRef("created_at") - timedelta(days=1)))
    return rows.annotate(
        read_at=read_at,
        last_at=Max("messages__at"),
        is_unread=Exists(unread),
    ).order_by(F("last_at").desc(nulls_last=True))


def mine(account_id: int) -> QuerySet[Item]:
    rows = Item.objects.filter(author_id=account_id, is_of_desk=False).select_related("place__parent__parent")
    waits = Count("claims", filter=Q(claims__state=Claim.State.WAITING))
    return rows.annotate(waiting_claims=waits).order_by("-created_at")


def matches_of(items: Sequence[Item]) -> dict[int, list[Item]]:
    """By id, the three that fit best: the other kind, the same category, within three days, not on another campus. Nobody joins them but
    people. Two queries, however many items."""
    if not items:
        return {}
    wanted = Q()
    for one in items:
        wanted |= near(one)
    rows = Item.objects.filter(policies.on_board()).filter(wanted).order_by("-created_at")
    others = list(rows.select_related("author", "place__parent__parent").prefetch_related("photos")[:MOST_CANDIDATES])
    return {one.pk: best_of(one, others) for one in items}


def near(item: Item) -> Q:
    days = timedelta(days=rules.NEAR_DAYS)
    span = (item.happened_at - days, item.happened_at + days)
    other = Item.Kind.FOUND if item.kind == Item.Kind.LOST else Item.Kind.LOST
    return Q(kind=other, category=item.category, happened_at__range=span) & ~Q(author_id=item.author_id)


def best_of(item: Item, others: Sequence[Item]) -> list[Item]:
    days = timedelta(days=rules.NEAR_DAYS)
    fitting = [
        (score_of(item, one), one)
        for one in others
        if one.kind != item.kind and one.category == item.category and abs(one.happened_at - item.happened_at) <= days
    ]
    best = sorted((one for one in fitting if one[0] >= rules.LEAST_SCORE), key=lambda one: -one[0])
    return [one for _score, one in best[: rules.MOST_MATCHES]]


def score_of(item: Item, other: Item) -> float:
    place = rules.place_score(path_of(item), path_of(other))
    if place is None:
        return 0.0
    words = rules.overlap(f"{item.words} {item.place_words}", f"{other.words} {other.place_words}")
    return rules.score(words=words, place=place, time=rules.nearness(item.happened_at, other.happened_at))


def path_of(item: Item) -> tuple[str, ...]:
    """Keys from the campus down."""
    found, place = [], item.place
    while place is not None:
        found.append(place.key)
        place = place.parent
    return tuple(reversed(found))


def likeness(claim: Claim) -> str:
    """How like the mark that the finder noted, which is shown to nobody: "" where he noted none."""
    if not claim.item.mark or not claim.mark:
        return ""
    found = rules.overlap(claim.item.mark, claim.mark)
    return "close" if found >= 0.5 else "some" if found > 0 else "none"  # noqa: PLR2004 - half of the pairs


def found_by_text(_viewer: Viewer, text: str, limit: int) -> Sequence[Hit]:
    """For the one search: only what is on the board at this moment."""
    words = folding.query_of(text).split()
    if not words:
        return []
    return [
        Hit(
            key=str(one.public_id),
            title=f"{one.get_kind_display()}：{one.title}",
            url=reverse("lostfound:board:item", args=[one.public_id]),
            detail=one.where,
            icon=one.icon,
        )
        for one in holding_words(len(words))(today=campus_today(), **numbered(words))[:limit]
    ]


@cache
def holding_words(number: int) -> Prepared[Item]:
    today = Given("today", DateField())
    rows = Item.objects.filter(policies.on_board(today), holding(places_of_words(number)))
    return Prepared(lambda: rows.select_related("place__parent").order_by("-created_at")[:MOST_FOUND])


def item_records(owner: Owner, since: datetime | None) -> Iterator[dict[str, Any]]:
    """All that stands under a person's name; phone and mark in the copy that only he opens."""
    rows = Item.objects.filter(author_id=owner.account_id, is_of_desk=False).select_related("place__parent")
    rows = rows.order_by("-created_at")
    for one in rows.filter(created_at__gte=since) if since else rows:
        sealed = {"phone": one.phone or "", "mark": one.mark or ""} if owner.is_whole else {"phone": one.phone_masked}
        yield {
            "kind": one.kind,
            "category": one.category,
            "words": one.words,
            "where": one.where,
            "happened_at": one.happened_at,
            "state": one.state,
            "published_at": one.created_at,
            **sealed,
        }


def message_records(owner: Owner, since: datetime | None) -> Iterator[dict[str, Any]]:
    rows = Message.objects.filter(sender_id=owner.account_id).select_related("conversation__item").order_by("-at")
    for one in rows.filter(at__gte=since) if since else rows:
        said = {"words": one.words} if owner.is_whole else {}
        yield {"about": one.conversation.item.public_title, "at": one.at, **said}


def claim_records(owner: Owner, since: datetime | None) -> Iterator[dict[str, Any]]:
    rows = Claim.objects.filter(claimer_id=owner.account_id).select_related("item").order_by("-created_at")
    for one in rows.filter(created_at__gte=since) if since else rows:
        sealed = {"mark": one.mark or ""} if owner.is_whole else {}
        answer = {"state": one.state, "answered_at": one.decided_at}
        yield {"about": one.item.public_title, "at": one.created_at, **answer, **sealed}


def hand_over_records(owner: Owner, since: datetime | None) -> Iterator[dict[str, Any]]:
    rows = HandOver.objects.filter(receiver_id=owner.account_id).select_related("item").order_by("-at")
    for one in rows.filter(at__gte=since) if since else rows:
        yield {"about": one.item.title, "document": one.document, "signed_at": one.signed_at, "at": one.at}


def report_records(owner: Owner, since: datetime | None) -> Iterator[dict[str, Any]]:
    rows = AbuseReport.objects.filter(author_id=owner.account_id).select_related("item").order_by("-at")
    for one in rows.filter(at__gte=since) if since else rows:
        yield {"about": one.item.public_title, "reason": one.reason, "at": one.at}
    talks = TalkReport.objects.filter(author_id=owner.account_id).select_related("conversation__item").order_by("-at")
    for report in talks.filter(at__gte=since) if since else talks:
        yield {"about": report.conversation.item.public_title, "reason": report.reason, "at": report.at}


def bar_records(owner: Owner, since: datetime | None) -> Iterator[dict[str, Any]]:
    rows = RelayBar.objects.filter(account_id=owner.account_id).order_by("-at")
    for one in rows.filter(at__gte=since) if since else rows:
        said = {"objection": one.objection, "answer": one.answer, "lifted_at": one.lifted_at}
        yield {"reason": one.reason, "at": one.at, "until": one.until, **said}


def look_records(owner: Owner, since: datetime | None) -> Iterator[dict[str, Any]]:
    rows = PhoneLook.objects.filter(viewer_id=owner.account_id).select_related("item")
    for one in rows.filter(at__gte=since) if since else rows:
        yield {"about": one.item.public_title, "at": one.at}


def is_late(item: Item) -> bool:
    return item.review_due_at is not None and item.review_due_at <= now()


def reviews_for(viewer: Viewer, *, is_late: bool = False) -> QuerySet[Item]:
    """What this reviewer may decide, the most urgent first."""
    rows = policies.reviewable_by(viewer.account_id).select_related("place__parent").order_by("review_due_at")
    return rows.filter(review_due_at__lte=now()) if is_late else rows


def desk_items() -> QuerySet[Item]:
    waits = Count("claims", filter=Q(claims__state=Claim.State.WAITING))
    rows = policies.kept_at_desk().select_related("place__parent", "hand_over")
    return rows.annotate(waiting_claims=waits).order_by("-created_at")
