"""Reads. Whatever is shown to a reader comes out of `visible_to`, so that list, page, attachment and home agree."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, TypedDict
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    Count,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Coalesce, ExtractYear, TruncDate, Upper

from nanhu.kernel import clock
from nanhu.kernel.database.prepared import AnyOf, Given, Prepared, counted
from nanhu.kernel.kit.filters import holding, numbered, places_of_words
from nanhu.kernel.registry import Viewer
from nanhu.platforms.messages import audience, rules
from nanhu.platforms.messages.errors import NoticeNotFoundError
from nanhu.platforms.messages.models import Attachment, Notice, NoticeUnit, Receipt

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

EDITOR = "messages.editor"
MOST_WORDED = 20
"""More of one room are not told by the one search."""
UNITS, AUDIENCES = ArrayField(BigIntegerField()), ArrayField(TextField())


class Marks(TypedDict):
    is_unread: bool
    has_attachment: bool


type MarkedNotice = WithAnnotations[Notice, Marks]


def is_editor(viewer: Viewer) -> bool:
    return EDITOR in viewer.roles


def visible_to(viewer: Viewer, *, at: datetime | None = None) -> QuerySet[Notice]:
    """The notices this person may read now: published, not over, for one of their faces, and for one of their units."""
    units, audiences = sorted(audience.unit_ids_of(viewer)), audience.audiences_of(viewer)
    return _visible(Value(units, UNITS), Value(audiences, AUDIENCES), at or clock.now())


def _visible(units: Value | Given, audiences: Value | Given, moment: datetime | Given) -> QuerySet[Notice]:
    meant = NoticeUnit.objects.filter(AnyOf(F("unit_id"), units), notice=OuterRef("pk"))
    return Notice.objects.filter(
        Q(expires_at=None) | Q(expires_at__gt=moment),
        Q(for_units=False) | Exists(meant),
        AnyOf(F("audience"), audiences),
        state=Notice.State.PUBLISHED,
        published_at__lte=moment,
    )


def meant_for_all() -> QuerySet[Notice]:
    """Published now, for nobody in particular, the newest first."""
    moment = clock.now()
    return Notice.objects.filter(
        Q(expires_at=None) | Q(expires_at__gt=moment),
        for_units=False,
        audience=Notice.Audience.ALL,
        state=Notice.State.PUBLISHED,
        published_at__lte=moment,
    ).order_by("-published_at", "-pk")


def openable_by(viewer: Viewer) -> QuerySet[Notice]:
    """What opens by its address: an editor may also look at drafts, and at what is withdrawn or over."""
    return Notice.objects.all() if is_editor(viewer) else visible_to(viewer)


def with_marks(notices: QuerySet[Notice], viewer: Viewer) -> "QuerySet[MarkedNotice]":
    """Adds `is_unread` and `has_attachment`, in the order of a bulletin: pinned first, then the newest."""
    return _marked(notices, is_unread_by(viewer))


def _marked(notices: QuerySet[Notice], unread: Q) -> "QuerySet[MarkedNotice]":
    return (
        notices.annotate(
            is_unread=ExpressionWrapper(unread, output_field=BooleanField()),
            has_attachment=Exists(Attachment.objects.filter(notice=OuterRef("pk"))),
        )
        .select_related("office")
        .defer("body")
        .order_by("-pinned", "-published_at", "-id")
    )


def newest_of(viewer: Viewer, limit: int) -> "list[MarkedNotice]":
    """What stands at the top of the viewer's bulletin: for every home, so the query is made once."""
    return _newest(limit)(**parameters_of(viewer))


def parameters_of(viewer: Viewer) -> dict[str, Any]:
    moment = clock.now()
    return {
        "account": viewer.account_id,
        "moment": moment,
        "since": moment - rules.UNREAD_FOR,
        "units": sorted(audience.unit_ids_of(viewer)),
        "audiences": audience.audiences_of(viewer),
    }


def given() -> tuple[QuerySet[Notice], Q]:
    """What is visible, and what of it is not read, of whom `parameters_of` names at each call."""
    visible = _visible(Given("units", UNITS), Given("audiences", AUDIENCES), Given("moment", DateTimeField()))
    return visible, _not_read(Given("account"), Given("since", DateTimeField()))


@cache
def _newest(limit: int) -> "Prepared[MarkedNotice]":
    return Prepared(lambda: _marked(*given())[:limit])


def count_unread(viewer: Viewer) -> int:
    """For every home and every bell, so the query is made once."""
    return _UNREAD.first(**parameters_of(viewer)) or 0


def _counted_unread() -> QuerySet[Any]:
    visible, unread = given()
    return counted(visible.filter(unread))


_UNREAD: "Prepared[Any]" = Prepared(_counted_unread)


def unread_of(viewer: Viewer) -> QuerySet[Notice]:
    return visible_to(viewer).filter(is_unread_by(viewer))


def unread_figures(notices: QuerySet[Notice], viewer: Viewer) -> tuple[int, int]:
    """How many wait for this reader, and how many of them a click may clear (what must be read may not)."""
    found = notices.filter(is_unread_by(viewer)).aggregate(
        all=Count("pk"), plain=Count("pk", filter=Q(must_read=False))
    )
    return found["all"], found["plain"]


def is_unread_by(viewer: Viewer) -> Q:
    return _not_read(viewer.account_id, clock.now() - rules.UNREAD_FOR)


def _not_read(account_id: int | Given, since: datetime | Given) -> Q:
    read = Receipt.objects.filter(account_id=account_id, notice=OuterRef("pk"))
    return Q(~Exists(read)) & (Q(must_read=True) | Q(published_at__gt=since))


def title_condition(text: str) -> Q | None:
    """Of notices with the alias `upper_title`; None where nothing is asked."""
    words = [word.upper() for word in rules.search_words(text)]
    return _titled(words, " ".join(words)) if words else None


def _titled(words: Sequence[str | Given], together: str | Given) -> Q:
    return holding(words, "upper_title") | Q(upper_title__trigram_word_similar=together)


def with_words(viewer: Viewer, text: str, most: int) -> list[Notice]:
    """The notices this person may read with these words in their titles: those that have all that was typed as it stands first."""
    words = [word.upper() for word in rules.search_words(text)]
    if not words:
        return []
    given: dict[str, Any] = {
        "units": sorted(audience.unit_ids_of(viewer)),
        "audiences": audience.audiences_of(viewer),
        "moment": clock.now(),
        "together": " ".join(words),
        "typed": text.upper(),
    }
    return _of_words(len(words))(**given, **numbered(words))[:most]


@cache
def _of_words(number: int) -> Prepared[Notice]:
    best = Case(When(Q(upper_title__contains=Given("typed", TextField())), then=0), default=1)
    visible = _visible(Given("units", UNITS), Given("audiences", AUDIENCES), Given("moment", DateTimeField()))
    rows = visible.alias(upper_title=Upper("title")).filter(
        _titled(places_of_words(number), Given("together", TextField()))
    )
    rows = rows.order_by(best, "-published_at", "-pk").select_related("office").defer("body")
    return Prepared(lambda: rows[:MOST_WORDED])


def facets_of(notices: QuerySet[Notice]) -> tuple[list[tuple[str, str]], list[int]]:
    """What the list can be narrowed by: the offices (code, name) that published these, and their years, newest first."""
    pairs = (
        notices.annotate(year=ExtractYear("published_at", tzinfo=clock.CAMPUS_ZONE))
        .order_by()
        .values_list("office__code", "office__name", "year")
        .distinct()
    )
    rows = list(pairs)
    return sorted({(code, name) for code, name, _ in rows if code}), sorted({row[2] for row in rows}, reverse=True)


def notice_for(viewer: Viewer, public_id: UUID) -> Notice:
    """The notice at this address, with `read_at` of this reader; NoticeNotFoundError where it does not open for them."""
    receipt = Receipt.objects.filter(account_id=viewer.account_id, notice=OuterRef("pk")).values("read_at")
    notices = openable_by(viewer).select_related("office").annotate(read_at=Subquery(receipt))
    found = notices.filter(public_id=public_id).first()
    if found is None:
        raise NoticeNotFoundError
    return found


def is_shown_to(viewer: Viewer, notice: Notice) -> bool:
    """Is it among this person's notices? Only an editor can have opened one that is not."""
    return not is_editor(viewer) or visible_to(viewer).filter(pk=notice.pk).exists()


def attachment_for(viewer: Viewer, public_id: UUID) -> Attachment:
    """The file, if its notice opens for this person."""
    found = Attachment.objects.filter(public_id=public_id, notice__in=openable_by(viewer)).first()
    if found is None:
        raise NoticeNotFoundError
    return found


def unit_names_of(notice: Notice) -> list[str]:
    return list(notice.for_unit_rows.order_by("unit__code").values_list("unit__name", flat=True))


def on_the_desk() -> QuerySet[Notice]:
    """All notices as editors list them, drafts and then the newest first, with their number of readers."""
    readers = (
        Receipt.objects.filter(notice=OuterRef("pk")).order_by().values("notice").annotate(n=Count("id")).values("n")
    )
    found = Notice.objects.select_related("office").annotate(readers=Coalesce(Subquery(readers), 0))
    return found.alias(upper_title=Upper("title")).order_by(F("published_at").desc(nulls_first=True), "-id")


def read_share(notice: Notice) -> rules.ReadShare:
    """Receipts are written only by those the notice is visible to, so their number needs no join with the audience."""
    return rules.ReadShare(
        read=Receipt.objects.filter(notice=notice).count(),
        audience=audience.size_of(notice),
    )


def reads_by_day(notice: Notice) -> list[tuple[str, int]]:
    """How many read it on each of the first fourteen campus days."""
    days = (
        Receipt.objects.filter(notice=notice)
        .annotate(day=TruncDate("read_at", tzinfo=clock.CAMPUS_ZONE))
        .values_list("day")
        .annotate(readers=Count("id"))
        .order_by("day")[:14]
    )
    return [(f"{day.month}.{day.day}", readers) for day, readers in days]
