"""Yearly reports (年度报表): what the books were at the beginning and the end of a year and what came and went between (国资年报), and the rows of
the statistics of higher education (高基)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Count, Sum
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_time, campus_today, end_of, start_of
from nanhu.kernel.registry import Text
from nanhu.platforms.campus import api as campus
from nanhu.systems.assets.models import Asset, Classification, Movement
from nanhu.systems.assets.models.depreciation import standing_at_end_of
from nanhu.systems.assets.models.things import GONE

EQUIPMENT, INFORMATION, BOOKS = "A02", "A0201", "A0401"
FOR_TEACHING: Final = frozenset({Asset.Use.TEACHING, Asset.Use.RESEARCH})
LEAST_FEN: Final = 100_000
"""Apiece: of equipment that the statistics count."""
DEAR_FEN: Final = 10_000_000
LARGE_FEN: Final = 40_000_000
FIELDS: Final = ("number", "classification__code", "use", "quantity", "acquired_on")


@dataclass(frozen=True, slots=True)
class Card:
    number: str
    code: str
    use: str
    quantity: int
    acquired_on: date
    value_fen: int
    lost_fen: int

    @property
    def apiece_fen(self) -> int:
        """By today's quantity, as none is kept with the movements: of a batch that was split since, too much."""
        return self.value_fen // self.quantity

    @property
    def is_counted(self) -> bool:
        """Equipment for teaching and research from a thousand yuan a piece on."""
        return self.code.startswith(EQUIPMENT) and self.use in FOR_TEACHING and self.apiece_fen >= LEAST_FEN


@dataclass(slots=True)
class YearRow:
    """Of a top class, in fen: `opening + added - removed = closing`."""

    code: str
    name: str
    count: int = 0
    opening: int = 0
    added: int = 0
    removed: int = 0
    closing: int = 0
    lost: int = 0

    @property
    def net(self) -> int:
        return self.closing - self.lost


@dataclass(frozen=True, slots=True)
class Statistic:
    name: Text
    count: int | None = None
    fen: int | None = None
    area: Any = None


def closing_of(year: int) -> dict[str, Card]:
    """By number, at its end; of the year that runs, now."""
    return {card.number: card for card in (Card(*row) for row in standing_at_end_of(date(year, 12, 1), *FIELDS))}


def year_rows(year: int) -> list[YearRow]:
    before, after = closing_of(year - 1), closing_of(year)
    names = dict(Classification.objects.filter(parent=None).values_list("code", "name"))
    rows = {code: YearRow(code=code, name=name) for code, name in sorted(names.items())}
    for number in before.keys() | after.keys():
        old, new = before.get(number), after.get(number)
        row = rows[(new or old).code[: len(EQUIPMENT)]]  # type: ignore[union-attr]  # one of both is there
        row.opening += old.value_fen if old else 0
        if new:
            row.closing += new.value_fen
            row.count += new.quantity
            row.lost += new.lost_fen
    for code, change in changes_in(year, before):
        rows[code].added += max(change, 0)
        rows[code].removed += max(-change, 0)
    return [row for row in rows.values() if row.opening or row.added or row.closing]


def changes_in(year: int, before: Mapping[str, Card]) -> Iterator[tuple[str, int]]:
    """Top class and fen of all that changed what the books say, in its order; a split, which puts from card to card, is no change.
    `before`: the cards as the year began."""
    worth = {number: card.value_fen for number, card in before.items()}
    moved = Movement.on_the_books().filter(at__gte=start_of(date(year, 1, 1)), at__lt=end_of(date(year, 12, 31)))
    rows = moved.order_by("at", "pk").values_list(
        "asset__number", "asset__classification__code", "kind", "to_state", "value_fen"
    )
    for number, code, kind, state, value_fen in rows.iterator():
        is_now = 0 if state in GONE else value_fen
        change, worth[number] = is_now - worth.get(number, 0), is_now
        if change and kind != Movement.Kind.SPLIT:
            yield code[: len(EQUIPMENT)], change


def statistics(year: int) -> list[Statistic]:
    cards = list(closing_of(year).values())
    counted = [card for card in cards if card.is_counted]
    return [
        summed(_("固定资产总值"), [card for card in cards if not card.code.startswith("A08")]),
        summed(_("教学、科研仪器设备（单价一千元以上）"), counted),
        summed(_("其中：当年新增"), [card for card in counted if card.acquired_on.year == year]),
        summed(_("其中：单价十万元以上"), [card for card in counted if card.apiece_fen >= DEAR_FEN]),
        summed(_("其中：单价四十万元以上"), [card for card in counted if card.apiece_fen >= LARGE_FEN]),
        summed(_("信息化设备"), [card for card in cards if card.code.startswith(INFORMATION)]),
        summed(_("图书资产"), [card for card in cards if card.code.startswith(BOOKS)]),
        *areas(),
    ]


def summed(name: Text, cards: Sequence[Card]) -> Statistic:
    return Statistic(name, sum(card.quantity for card in cards), sum(card.value_fen for card in cards))


def areas() -> Iterator[Statistic]:
    """Of rooms that are open today, by kind."""
    open_rooms = campus.Room.objects.filter(place__in=campus.open_places(), area_m2__isnull=False)
    words = dict(campus.Room.Kind.choices)
    for row in open_rooms.values("kind").annotate(count=Count("pk"), area=Sum("area_m2")).order_by("kind"):
        name = _("房间面积：%(kind)s") % {"kind": words[row["kind"]]}
        yield Statistic(name, row["count"], None, row["area"])


def years() -> list[int]:
    """From that on in which the first card was entered, at most ten."""
    this = campus_today().year
    first = Movement.objects.order_by("at").values_list("at", flat=True).first()
    return list(range(this, max(campus_time(first).year if first else this, this - 9) - 1, -1))
