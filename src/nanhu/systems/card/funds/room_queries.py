"""Reading lists of rooms: what was charged before, what a list comes to, and what became of each share."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from nanhu.systems.card.funds.models import RoomBill, RoomList, RoomShare
from nanhu.systems.card.models import Receipt

State = RoomShare.State
WHY = {
    "card.wallet_short": _("卡内余额不够"),
    "card.deduction_limit": _("超过当天的代扣限额"),
    "card.not_found": _("没有校园卡"),
    "card.no_deduction_right": _("这类卡没有代扣代缴的权限"),
}


def given_back() -> Exists:
    """A receipt that some correction took back."""
    return Exists(Receipt.objects.filter(reverses_id=OuterRef("receipt_id"), outcome="posted"))


def shares_with_fate(shares: QuerySet[RoomShare]) -> QuerySet[Any]:
    return shares.annotate(is_given_back=given_back())


def charged(keys: Iterable[tuple[str, str, str, date]]) -> dict[tuple[str, str, str, date], RoomBill]:
    """Bills that stand in the way of these. One of which nothing was taken, or all given back, does not."""
    asked = set(keys)
    rows = RoomBill.objects.filter(
        released_at=None,
        building__in={key[0] for key in asked},
        room__in={key[1] for key in asked},
        month__in={key[3] for key in asked},
    ).exclude(pk__in=spent_bills().values("pk"))
    found = {(one.building, one.room, one.item, one.month): one for one in rows.select_related("room_list")}
    return {key: bill for key, bill in found.items() if key in asked}


def spent_bills() -> QuerySet[RoomBill]:
    """Of a list that was posted, no share of theirs is with the school: another bill may take their place."""
    alive = shares_with_fate(RoomShare.objects.filter(bill=OuterRef("pk"))).exclude(
        Q(state=State.LEFT) | Q(is_given_back=True)
    )
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
        .annotate(rooms=Count("bill", distinct=True), persons=Count("wallet", distinct=True), fen=Sum("amount_fen"))
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
    """Count and sum of each fate. `short`: of those that wait, what the wallets of this moment would not bear."""

    waiting: tuple[int, int]
    taken: tuple[int, int]
    left: tuple[int, int]
    given_back: tuple[int, int]
    short: tuple[int, int]
    first_rooms: int


def report_of(room_list: RoomList) -> RoomReport:
    shares = shares_with_fate(RoomShare.objects.filter(room_list=room_list)).order_by()
    found: dict[tuple[str, bool], tuple[int, int]] = {
        (row["state"], row["is_given_back"]): (row["count"], int(row["fen"]))
        for row in shares.values("state", "is_given_back").annotate(count=Count("id"), fen=Sum("amount_fen"))
    }
    short = shares.filter(is_short(room_list)).aggregate(count=Count("id"), fen=Sum("amount_fen"))
    return RoomReport(
        waiting=found.get((State.WAITING, False), (0, 0)),
        taken=found.get((State.TAKEN, False), (0, 0)),
        left=found.get((State.LEFT, False), (0, 0)),
        given_back=found.get((State.TAKEN, True), (0, 0)),
        short=(short["count"], int(short["fen"] or 0)),
        first_rooms=RoomBill.objects.filter(room_list=room_list, is_first=True).count(),
    )


def is_short(room_list: RoomList) -> Q:
    return Q(pk__in=RawSQL("SELECT share_id FROM card_room_shortfalls(%s)", [room_list.pk]))


def conditions(room_list: RoomList) -> dict[str, Q]:
    """By what its shares are looked at, before and after it was posted."""
    return {
        "taken": Q(state=State.TAKEN, is_given_back=False),
        "left": Q(state=State.LEFT),
        "short": is_short(room_list),
        "given_back": Q(is_given_back=True),
        "first": Q(bill__is_first=True),
        "waiting": Q(state=State.WAITING),
    }


def shares_of(room_list: RoomList, shown: str = "") -> QuerySet[Any]:
    rows = shares_with_fate(RoomShare.objects.filter(room_list=room_list)).select_related("bill").order_by("line")
    return rows.filter(conditions(room_list)[shown]) if shown else rows


def last_occupants() -> Iterable[tuple[str, str, str, str]]:
    """Who was charged where in the newest approved list: what next month's form begins with."""
    newest = (
        RoomList.objects.exclude(approver=None).exclude(state=RoomList.State.REFUSED).order_by("-decided_at").first()
    )
    rows = RoomShare.objects.filter(room_list=newest).order_by("line") if newest else RoomShare.objects.none()
    return dict.fromkeys(rows.values_list("bill__building", "bill__room", "campus_no", "name"))
