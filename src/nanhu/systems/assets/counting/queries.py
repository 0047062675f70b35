"""Reads of counting: verdicts, rooms, what one team's phones are given."""

from collections.abc import Collection
from typing import Any, Final

from django.db import connection
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.database.values import all_rows
from nanhu.kernel.files.models import StoredFile
from nanhu.kernel.kit.waiting import own_count
from nanhu.kernel.registry import Text, Viewer
from nanhu.kernel.remembered import Remembered
from nanhu.platforms.campus import api as campus
from nanhu.platforms.people import api as people
from nanhu.systems.assets.counting import statements
from nanhu.systems.assets.counting.models import CountItem, CountMember, CountRow, StockTake
from nanhu.systems.assets.labels import room_code
from nanhu.systems.assets.models import Asset

VERDICTS: Final[dict[str, Text]] = {
    "match": _("在原处"),
    "moved": _("在别处"),
    "other_keeper": _("领用人不符"),
    "unplaced": _("见到，未说地点"),
    "gone": _("已处置仍在"),
    "not_seen": _("未见到"),
    "unknown": _("查无此号"),
    "seen_twice": _("已扫过"),
}


def figures_of(take: StockTake) -> dict[str, int]:
    """How many of each verdict; `unproven` of those that were seen, `booked` on the list, `late` beside all that."""
    sql = """SELECT verdict, count(*), count(*) FILTER (WHERE row_id IS NOT NULL AND NOT is_proven AND verdict <> 'seen_twice')
               FROM assets_count_verdicts(%s) GROUP BY verdict"""
    found = all_rows(sql, [take.pk])
    late = CountRow.objects.filter(take=take, received_at__gt=take.counted_at).count() if take.counted_at else 0
    return {
        **dict.fromkeys(VERDICTS, 0),
        **{verdict: count for verdict, count, _said in found},
        "unproven": sum(said for _verdict, _count, said in found),
        "booked": take.items.filter(is_expected=True).count(),
        "late": late,
    }


def verdicts_of(
    take: StockTake, *, verdict: str = "", without: str = "", only_said: bool = False, most: int | None = None
) -> list[dict[str, Any]]:
    """Line by line, as the office reads them; `most` of them."""
    sql = """SELECT v.number, a.public_id, a.name, v.verdict, v.is_proven, booked.name AS booked, seen.name AS seen, v.seen_at,
                    r.person_id AS counter_id, r.method, i.keeper_id, f.public_id AS photo, coalesce(a.value_fen, 0) AS value_fen
               FROM assets_count_verdicts(%(take)s) v
               LEFT JOIN assets_asset a ON a.id = v.asset_id LEFT JOIN campus_places booked ON booked.id = v.booked_room_id
               LEFT JOIN campus_places seen ON seen.id = v.seen_room_id LEFT JOIN assets_count_row r ON r.id = v.row_id
               LEFT JOIN assets_count_item i ON i.take_id = %(take)s AND i.asset_id = v.asset_id
               LEFT JOIN kernel_file f ON f.id = r.photo_id
              WHERE (%(verdict)s = '' OR v.verdict = %(verdict)s) AND v.verdict <> %(without)s
                AND (NOT %(only_said)s OR v.row_id IS NOT NULL AND NOT v.is_proven AND v.verdict <> 'seen_twice')
              ORDER BY v.number, v.seen_at LIMIT %(most)s"""
    facts: dict[str, Any] = {
        "take": take.pk,
        "verdict": verdict,
        "without": without,
        "only_said": only_said,
        "most": most,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, facts)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def rooms_of(take: StockTake) -> list[dict[str, Any]]:
    names = ("key", "name", "booked", "found", "moved_in", "moved_out", "open")
    return [dict(zip(names, row, strict=True)) for row in statements.rows("by_room", {"take": take.pk})]


any_open = Remembered(lambda: StockTake.objects.filter(state=StockTake.State.OPEN).exists(), seconds=5)
"""Whether anything is counted now: asked for each home, and nearly always no."""


def takes_of(person_id: Any) -> QuerySet[StockTake]:
    """Those that this person counts in, and that are open."""
    mine = CountMember.objects.filter(person_id=person_id, ended_at=None).values("team__take")
    return StockTake.objects.filter(pk__in=mine, state=StockTake.State.OPEN).order_by("ends_on", "pk")


count_takes = own_count("assets.takes", takes_of)


def counters(take: StockTake, person_id: int | None) -> QuerySet[CountMember]:
    """As whom this person counts, or counted: who was taken off a team still brings what his phone holds."""
    return CountMember.objects.filter(team__take=take, person_id=person_id or 0)


def places_of(take: StockTake, person_id: int) -> list[int] | None:
    """Where this person counts, with all below; None: everywhere. Who counts no more proves nothing anywhere."""
    tops = list(counters(take, person_id).filter(ended_at=None).values_list("team__place", flat=True))
    return None if None in tops else places_below(tops)


def things_for(take: StockTake, person_id: int) -> dict[str, Any]:
    """What this person's phone is given: the things and rooms of his teams' places."""
    places = places_of(take, person_id)
    facts = {"take": take.pk, "round": take.round, "places": places}
    things = statements.rows("things", facts)
    names = {one: card.name for one, card in people.person_cards({row[3] for row in things if row[3]}).items()}
    files = StoredFile.objects.filter(pk__in={row[6] for row in things if row[6]})
    pictures = {pk: reverse("files:download", args=[one]) for pk, one in files.values_list("pk", "public_id")}
    keys = {row[2] for row in things if row[2]}
    rooms = campus.Place.objects.filter(Q(key__in=keys) | Q(pk__in=places or [], kind="room"))
    return {
        "title": take.title,
        "round": take.round,
        "things": [
            [number, name, room, names.get(keeper, ""), is_open, former, pictures.get(picture, "")]
            for number, name, room, keeper, is_open, former, picture in things
        ],
        "rooms": dict(rooms.order_by("key").values_list("key", "name")),
    }


def places_below(tops: list[int]) -> list[int]:
    return [
        row[0] for row in all_rows("SELECT below.id FROM unnest(%s::bigint[]) top, campus_downwards(top) below", [tops])
    ]


def unit_ids_of_take(take: StockTake) -> list[int] | None:
    """The unit with those below it; None: of all units."""
    return sorted(people.unit_ids_below([take.unit.code])) if take.unit is not None else None


def unit_id(code: str) -> int | None:
    return people.unit_ids_by_code([code]).get(code)


def room_codes_of(take: StockTake) -> list[tuple[str, str]]:
    """Code and name of each room in which things of this count are booked, for its label."""
    rooms = campus.Place.objects.filter(pk__in=take.items.values("room")).order_by("key")
    return [(room_code(one.key), one.name) for one in rooms]


def things_with(numbers: list[str]) -> QuerySet[Asset]:
    return Asset.objects.filter(number__in=numbers).select_related("unit", "room").order_by("number")


def counts_what_shows(viewer: Viewer, file: StoredFile) -> bool:
    """Whether this is the picture of a thing that somebody counts."""
    counted = CountItem.objects.filter(take__state=StockTake.State.OPEN, asset__picture=file)
    me = viewer.person_id or 0
    return counted.filter(take__teams__members__person=me, take__teams__members__ended_at=None).exists()


def seen_of(ids: Collection[int]) -> QuerySet[Any]:
    """Which of these things were seen in a count."""
    return CountRow.objects.filter(asset__in=ids).values("asset")
