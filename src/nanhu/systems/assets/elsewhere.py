"""What the rest of the house shows of assets: a tile, the one search, the calendar."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.contrib.postgres.fields import ArrayField
from django.db.models import DateField, F, Max, Q, QuerySet, TextField
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import CAMPUS_ZONE
from nanhu.kernel.database.prepared import AnyOf, Given, Prepared
from nanhu.kernel.kit.waiting import own_count
from nanhu.kernel.registry import Hit, Occurrence, TileContent, Viewer
from nanhu.platforms.campus import api as campus
from nanhu.systems.assets.models import Asset, Inspection, Loan
from nanhu.systems.assets.models.things import GONE
from nanhu.systems.assets.numbers import spelled
from nanhu.systems.assets.policies import (
    FINANCE,
    KEEPER,
    OFFICE,
    all_things,
    kept_by,
    things_of,
    units_kept_by,
    works_here,
)

SHORTEST: Final = 2
"""Signs of what is looked for among things: one is in every name."""
DAY: Final = timedelta(days=1)
MOST_OF_ONES_OWN: Final = 20
"""Found by the one search."""


def unconfirmed(keeper_id: int | None) -> QuerySet[Asset]:
    return things_of(keeper_id or 0).filter(confirmed_at=None, state=Asset.State.IN_USE)


count_unconfirmed = own_count("assets.unconfirmed", unconfirmed)


def tile(viewer: Viewer) -> TileContent | None:
    """What was given to somebody and he has not confirmed."""
    count = count_unconfirmed(viewer) if works_here(viewer) else 0
    if not count:
        return None
    return TileContent(
        value=str(count), caption=_("件东西等您确认"), url=reverse("assets:mine:waiting"), tone="attention"
    )


def seen_by(viewer: Viewer) -> Iterator[tuple[str, QuerySet[Asset]]]:
    """Each desk on which an office sees things of others, the widest first."""
    if viewer.roles & {OFFICE, FINANCE}:
        yield "assets:office:thing", all_things()
        return
    if KEEPER in viewer.roles:
        yield "assets:unit:thing", kept_by(viewer)


def things_found(viewer: Viewer, text: str, limit: int) -> list[Hit]:
    """By number (also as read off a label), name, model, serial or room, of the things that this viewer sees on a desk."""
    if len(text.strip()) < SHORTEST:
        return []
    given, rooms = {"number": spelled(text), "text": text.strip()}, campus.names_within(text)
    in_rooms = Q(room__name__in=rooms)
    seen = [(page, list(answering(rows, in_rooms, **given)[:limit])) for page, rows in seen_by(viewer)]
    if works_here(viewer) and not viewer.roles & {OFFICE, FINANCE}:
        seen.append(("assets:mine:thing", OWN_FOUND(person=viewer.person_id or 0, rooms=rooms, **given)))
    found: dict[int, Hit] = {}
    for page, rows in seen:
        for one in rows:
            found.setdefault(one.pk, hit_of(one, reverse(page, args=[one.public_id])))
    return list(found.values())[:limit]


def answering(rows: QuerySet[Asset], in_rooms: Q, *, number: Any, text: Any) -> QuerySet[Asset]:
    said = Q(number=number) | in_rooms
    for field in ("number", "former_number", "name", "model", "serial", "room__name"):
        said |= Q(**{f"{field}__icontains": text})
    return rows.filter(said).exclude(state=Asset.State.VOID).order_by("number")


IN_ROOMS: Final = Q(AnyOf(F("room__name"), Given("rooms", ArrayField(TextField()))))
OWN_FOUND: Final = Prepared(
    lambda: answering(own(), IN_ROOMS, number=Given("number", TextField()), text=Given("text", TextField()))[
        :MOST_OF_ONES_OWN
    ]
)


def hit_of(one: Asset, url: str) -> Hit:
    where = one.room.name if one.room else one.unit.name
    return Hit(key=one.number, title=one.name, url=url, detail=f"{one.number} · {where}", icon="package")


SINCE: Final = Given("since", DateField())
UNTIL: Final = Given("until", DateField())


def kept() -> QuerySet[Asset]:
    return all_things().filter(AnyOf(F("unit_id"), Given("units")))


def own() -> QuerySet[Asset]:
    return things_of(Given("person"))


def ending(rows: QuerySet[Asset]) -> QuerySet[Asset]:
    ends = rows.filter(warranty_until__gte=SINCE, warranty_until__lte=UNTIL).exclude(state__in=GONE)
    return ends.order_by("warranty_until", "pk")


def inspected(rows: QuerySet[Asset]) -> QuerySet[Inspection]:
    due = Inspection.objects.filter(ended_at=None, due_on__gte=SINCE, due_on__lte=UNTIL, asset__in=rows)
    due = due.exclude(asset__state__in=GONE).annotate(changed_at=Coalesce(Max("records__at"), "created_at"))
    return due.select_related("asset").order_by("due_on", "pk")


def borrowed() -> QuerySet[Loan]:
    lent = Loan.objects.filter(borrower=Given("person"), returned_at=None, due_on__gte=SINCE, due_on__lte=UNTIL)
    return lent.select_related("asset").order_by("due_on", "pk")


def let() -> QuerySet[Loan]:
    """To somebody outside, of the units that one keeps."""
    out = Loan.objects.exclude(letting=None).filter(returned_at=None, due_on__gte=SINCE, due_on__lte=UNTIL)
    return out.filter(AnyOf(F("asset__unit_id"), Given("units"))).select_related("asset").order_by("due_on", "pk")


OWN_ENDS, KEPT_ENDS = Prepared(lambda: ending(own())), Prepared(lambda: ending(kept()))
OWN_DUE, KEPT_DUE = Prepared(lambda: inspected(own())), Prepared(lambda: inspected(kept()))
BORROWED, LET = Prepared(borrowed), Prepared(let)


def occurrences(viewer: Viewer, since: date, until: date) -> Iterable[Occurrence]:
    """Warranties that end of one's own things and of those of the units that one keeps; when what one borrowed is due. A calendar's
    address knows no roles: whose keeper one is the posts say."""
    if viewer.person_id is None or "staff" not in viewer.faces:
        return
    told = set()
    given = {"since": since, "until": until}
    units = list(units_kept_by(viewer))
    mine, ours = given | {"person": viewer.person_id}, given | {"units": units}
    kept_ends, kept_due = (KEPT_ENDS(**ours), KEPT_DUE(**ours)) if units else ([], [])
    for page, ends in (("assets:mine:thing", OWN_ENDS(**mine)), ("assets:unit:thing", kept_ends)):
        for one in ends:
            if one.pk not in told and one.warranty_until is not None:
                told.add(one.pk)
                title = say("保修到期：%(thing)s") % {"thing": f"{one.name} {one.number}"}
                url = reverse(page, args=[one.public_id])
                yield on_day(f"assets.warranty.{one.public_id}", title, one.warranty_until, one.created_at, url)
    yield from inspections([("assets:unit:thing", kept_due), ("assets:mine:thing", OWN_DUE(**mine))])
    for loan in (*BORROWED(**mine), *(LET(**ours) if units else ())):
        title = say("归还：%(thing)s") % {"thing": f"{loan.asset.name} {loan.asset.number}"}
        lent_at = datetime.combine(loan.lent_on, time.min, CAMPUS_ZONE)
        is_mine, card = loan.letting_id is None, [loan.asset.public_id]
        url = reverse("assets:mine:borrowed") if is_mine else reverse("assets:unit:thing", args=card)
        yield on_day(f"assets.loan.{loan.public_id}", title, loan.due_on, lent_at, url)


def inspections(lists: Iterable[tuple[str, list[Any]]]) -> Iterable[Occurrence]:
    """By when things have to be inspected, those of the units that one keeps before one's own: there it is entered."""
    told = set()
    for page, due in lists:
        for one in due:
            if one.pk not in told:
                told.add(one.pk)
                title = say("%(kind)s到期：%(thing)s") % {"kind": one, "thing": f"{one.asset.name} {one.asset.number}"}
                url = reverse(page, args=[one.asset.public_id])
                yield on_day(f"assets.inspection.{one.public_id}", title, one.due_on, one.changed_at, url)


def on_day(uid: str, title: str, day: date, changed_at: datetime, url: str) -> Occurrence:
    return Occurrence(uid=uid, title=title, starts=day, ends=day + DAY, changed_at=changed_at, url=url)
