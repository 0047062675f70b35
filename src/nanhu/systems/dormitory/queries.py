"""Reading lists of rooms: what was charged before, what a list comes to, and what became of each share."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Sum, TextField, Value, When
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.money import format_yuan
from nanhu.kernel.registry import Text, TileContent, Viewer
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.dormitory.models import RoomBill, RoomList, RoomShare
from nanhu.systems.dormitory.rules import CLOSED, DEFERRED, NOBODY, STILL_CHARGED

type RoomKey = tuple[str, str, str, date]
State, Charge = RoomShare.State, ledger.Bill.State
WITH_SCHOOL = Q(charge__paid_fen__gt=F("charge__returned_fen"))
FATE = Case(
    When(charge__state=Charge.REFUNDED, then=Value("given_back")),
    When(charge__state=Charge.PAID, then=Value("taken")),
    When(charge__state__in=[Charge.WAIVED, Charge.CANCELLED], then=Value("closed")),
    When(charge__state__in=[Charge.OPEN, Charge.PART, Charge.DEFERRED], state=State.TAKEN, then=Value("left")),
    When(charge=None, state=State.LEFT, bill__released_at__isnull=False, then=Value("closed")),
    default=F("state"),
    output_field=TextField(),
)
"""What became of a share: its bill says so, however it was paid. `left` is owed still."""
FATES: dict[str, Text] = {**dict(State.choices), "given_back": _("已退回"), "closed": _("已撤销或减免")}
OWN_WHY: dict[str, Text] = {
    CLOSED: _("应缴单已撤销或减免"),
    DEFERRED: _("已办缓缴"),
    NOBODY: _("没有可以代扣的渠道"),
    STILL_CHARGED: _("这间房原来的账单已有人缴款或正在扣款，仍以它为准"),
    ledger.FeeItemMissingError.code: _("这项收费今天没有生效的收费标准"),
    ledger.FeeCeilingError.code: _("超过收费许可的上限"),
}


def why_words() -> dict[str, Text]:
    """What hinders a share, in words: our own and those of the payer."""
    debit = ledger.direct_debit()
    return {**OWN_WHY, **(debit.reasons if debit else {})}


def shares_with_fate(shares: QuerySet[RoomShare]) -> QuerySet[Any]:
    return shares.annotate(fate=FATE)


def charged(keys: Iterable[RoomKey]) -> dict[RoomKey, RoomBill]:
    """Bills that stand in the way of these: with money, or of a list that is not through. One of which nothing was taken, or all given
    back, does not, unless another waits to replace it already."""
    return among(RoomBill.objects.exclude(pk__in=spent_bills().values("pk")), keys)


def counted_bills(keys: Iterable[RoomKey]) -> dict[RoomKey, RoomBill]:
    """Those that count now, whatever became of them."""
    return among(RoomBill.objects.filter(is_waiting=False), keys)


def among(bills: QuerySet[RoomBill], keys: Iterable[RoomKey]) -> dict[RoomKey, RoomBill]:
    asked = set(keys)
    rows = bills.filter(
        released_at=None,
        building__in={key[0] for key in asked},
        room__in={key[1] for key in asked},
        month__in={key[3] for key in asked},
    )
    found = {key_of_bill(one): one for one in rows.select_related("room_list")}
    return {key: bill for key, bill in found.items() if key in asked}


def key_of_bill(bill: RoomBill) -> RoomKey:
    return bill.building, bill.room, bill.item, bill.month


def room_tile(viewer: Viewer) -> TileContent | None:
    """Somebody's room as its last bill names it, with his parts of that month."""
    mine = RoomShare.objects.filter(
        person=viewer.person_id or 0, bill__released_at=None, state__in=["taken", "left"]
    ).select_related("bill")
    latest = mine.order_by("-bill__month").first()
    if latest is None:
        return None
    room = latest.bill
    parts = mine.filter(bill__month=room.month, bill__building=room.building, bill__room=room.room)
    return TileContent(
        caption=f"{room.building} {room.room}",
        lines=tuple(
            f"{one.bill.get_item_display()} {format_yuan(one.amount_fen)}" for one in parts.order_by("bill__item")
        ),
        source=_("%(year)s年%(month)s月水电") % {"year": room.month.year, "month": room.month.month},
    )


def spent_bills() -> QuerySet[RoomBill]:
    """Of a list that was posted, no share of theirs is with the school: another bill may take their place."""
    alive = RoomShare.objects.filter(WITH_SCHOOL, bill=OuterRef("pk"))
    return RoomBill.objects.filter(released_at=None, room_list__state=RoomList.State.POSTED).exclude(Exists(alive))


def known_rooms(places: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those that a list named before and somebody approved."""
    asked = set(places)
    rows = RoomBill.objects.filter(
        building__in={place[0] for place in asked}, room__in={place[1] for place in asked}
    ).exclude(room_list__approver=None)
    return {place for place in rows.values_list("building", "room").distinct() if place in asked}


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildingSum:
    building: str
    item: str
    rooms: int
    persons: int
    fen: int


def sums_by_building(room_list: RoomList) -> list[BuildingSum]:
    rows = (
        RoomShare.objects.filter(room_list=room_list)
        .order_by("bill__building", "bill__item")
        .values("bill__building", "bill__item")
        .annotate(rooms=Count("bill", distinct=True), persons=Count("person", distinct=True), fen=Sum("amount_fen"))
    )
    return [
        BuildingSum(
            building=row["bill__building"],
            item=str(RoomBill.Item(row["bill__item"]).label),
            rooms=row["rooms"],
            persons=row["persons"],
            fen=int(row["fen"]),
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomReport:
    """Count and sum of each fate. `with_school`: what would go back now. `short`: of those that wait, what their persons hold at this moment would not bear."""

    waiting: tuple[int, int]
    taken: tuple[int, int]
    left: tuple[int, int]
    given_back: tuple[int, int]
    closed: tuple[int, int]
    with_school: tuple[int, int]
    short: tuple[int, int]
    first_rooms: int


def report_of(room_list: RoomList) -> RoomReport:
    shares = shares_with_fate(RoomShare.objects.filter(room_list=room_list)).order_by()
    found: dict[str, tuple[int, int]] = {
        row["fate"]: (row["count"], int(row["fen"]))
        for row in shares.values("fate").annotate(count=Count("id"), fen=Sum("amount_fen"))
    }
    short = shares.filter(is_short(room_list)).aggregate(count=Count("id"), fen=Sum("amount_fen"))
    held = F("charge__paid_fen") - F("charge__returned_fen")
    with_school = shares.filter(WITH_SCHOOL).aggregate(count=Count("id"), fen=Sum(held))
    return RoomReport(
        waiting=found.get("waiting", (0, 0)),
        taken=found.get("taken", (0, 0)),
        left=found.get("left", (0, 0)),
        given_back=found.get("given_back", (0, 0)),
        closed=found.get("closed", (0, 0)),
        with_school=(with_school["count"], int(with_school["fen"] or 0)),
        short=(short["count"], int(short["fen"] or 0)),
        first_rooms=RoomBill.objects.filter(room_list=room_list, is_first=True).count(),
    )


def is_short(room_list: RoomList) -> Q:
    """By what lies at this moment where direct debit takes from."""
    debit = ledger.direct_debit()
    if debit is None or room_list.is_money_moving:
        return Q(pk__in=[])
    waiting = RoomShare.objects.filter(room_list=room_list, state=State.WAITING)
    held = debit.available(set(waiting.values_list("person_id", flat=True)))
    facts = [room_list.pk, list(held), list(held.values())]
    return Q(pk__in=RawSQL("SELECT share_id FROM dormitory_room_shortfalls(%s, %s, %s)", facts))


def conditions(room_list: RoomList) -> dict[str, Q]:
    """By what its shares are looked at, before and after it was posted."""
    return {
        "taken": Q(fate="taken"),
        "left": Q(fate="left"),
        "short": is_short(room_list),
        "given_back": Q(fate="given_back"),
        "closed": Q(fate="closed"),
        "first": Q(bill__is_first=True),
        "waiting": Q(fate="waiting"),
    }


def shares_of(room_list: RoomList, shown: str = "") -> QuerySet[Any]:
    rows = (
        shares_with_fate(RoomShare.objects.filter(room_list=room_list))
        .select_related("bill", "charge")
        .order_by("line")
    )
    return rows.filter(conditions(room_list)[shown]) if shown else rows


def last_occupants() -> Iterable[tuple[str, str, str, str]]:
    """Who was charged where in the newest approved list: what next month's form begins with."""
    newest = (
        RoomList.objects.exclude(approver=None).exclude(state=RoomList.State.REFUSED).order_by("-decided_at").first()
    )
    rows = RoomShare.objects.filter(room_list=newest).order_by("line") if newest else RoomShare.objects.none()
    return dict.fromkeys(rows.values_list("bill__building", "bill__room", "campus_no", "name"))
