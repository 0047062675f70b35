"""A table says its columns once; page, export, order and sum follow."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from types import SimpleNamespace

import pytest
from django.db.models import Q
from django.http import QueryDict
from django.template import Engine
from django.template.loader import render_to_string
from django.test import RequestFactory
from openpyxl import load_workbook

from nanhu.kernel.kit import (
    Badge,
    Choice,
    Course,
    Day,
    Days,
    Filters,
    Link,
    Money,
    Number,
    OwnChoice,
    Period,
    Person,
    Search,
    Span,
    Table,
    Text,
    Views,
    people,
)
from nanhu.kernel.kit.columns import Markup, Reader, Who
from nanhu.kernel.kit.filters import address_with
from nanhu.kernel.kit.listings import Listing, says_nothing
from nanhu.kernel.kit.tables import in_order, is_field, sort_fields
from nanhu.kernel.kit.walking import moment_before, moment_mark, number_before, part_of
from nanhu.kernel.models import AuditEntry, EventDelivery
from nanhu.kernel.sheets.writing import sheet_response
from nanhu.kernel.ui import dates

NOBODY = Reader()
FORMULAS = ["=1+1", " =1+1", "　=1+1", "＝1+1", "\t=1+1", "+1", "-1+2", "@SUM(A1)", "\u200b=1+1"]


@dataclass
class Asset:
    name: str
    fen: int | None = 429_900
    state: str = "used"
    bought_on: date | None = date(2024, 3, 11)
    starts_on: date = date(2024, 3, 11)
    ends_on: date | None = None


class Assets(Table):
    name = Text("名称")
    price = Money("原值", "fen", total=True)
    state = Badge("状态", names={"used": "在用", "gone": "报废"}, tones={"used": "good"})
    bought_on = Day("购置")


class MoreAssets(Assets):
    state = Text("状态")
    held = Span("有效期")


def cells(table, row):
    return [str(column.shown(row, NOBODY)) for column in table.columns]


def sheet(table, row):
    return [column.exported(row, NOBODY) for column in table.columns]


def test_a_cell_is_words_for_people_and_values_for_sheets():
    assert cells(Assets, Asset("投影机")) == [
        "投影机",
        "¥ 4,299.00",
        '<span class="state state-good">在用</span>',
        "2024年3月11日",
    ]
    assert [str(one) for one in sheet(Assets, Asset("投影机"))] == ["投影机", "4299.00", "在用", "2024-03-11"]


def test_nothing_is_shown_as_nothing_and_exported_as_nothing():
    bare = Asset("", fen=None, bought_on=None)
    assert cells(Assets, bare)[1] == cells(Assets, bare)[3] == "—"
    assert sheet(Assets, bare)[1] is None


def test_what_is_not_ours_is_escaped():
    assert "<script>" not in Badge("x", "name", names={}).shown(Asset("<script>"), NOBODY)


def test_a_subclass_goes_on_with_the_columns_and_may_replace_one():
    assert [column.name for column in MoreAssets.columns] == ["name", "price", "state", "bought_on", "held"]
    assert isinstance(MoreAssets.columns[2], Text)
    assert isinstance(Assets.columns[2], Badge)


def test_columns_known_only_at_run_time():
    made = Table.made_of("Made", {"name": Text("名称"), "count": Number("数量")})
    assert cells(made, {"name": "椅子", "count": 1200}) == ["椅子", "1,200"]


class Deliveries(Table):
    subscriber = Text("订阅者")
    event = Text("事件", "event__name")
    reckoned = Text("算的", lambda row: row.pk)
    fixed = Text("不排", "error", sort=False)
    ordering = ("due_at",)


def test_a_column_is_sorted_by_what_the_database_holds():
    found = {column.name: sort_fields(column, EventDelivery) for column in Deliveries.columns}
    assert found == {"subscriber": ("subscriber",), "event": ("event__name",), "reckoned": (), "fixed": ()}
    assert not is_field(EventDelivery, "event__nothing")
    assert not is_field(EventDelivery, "subscriber__name")


@pytest.mark.parametrize(
    ("wanted", "order"),
    [
        ("", ("due_at", "-pk")),
        ("event", ("event__name", "-pk")),
        ("-event", ("-event__name", "-pk")),
        ("reckoned", ("due_at", "-pk")),
        ("password", ("due_at", "-pk")),
        ("event__payload", ("due_at", "-pk")),
    ],
)
def test_rubbish_in_the_order_orders_nothing(wanted, order):
    assert in_order(Deliveries, EventDelivery.objects.all(), wanted).query.order_by == order


def test_rows_that_were_cut_off_stay_as_they_were_cut():
    cut = EventDelivery.objects.order_by("pk")[:10]
    assert in_order(Deliveries, cut, "-event") is cut


class AuditFilters(Filters):
    q = Search("actor", "target")
    action = Choice("动作", [("a", "甲"), ("b", "乙")])
    at = Days("时间", field="at__date")
    show = Views({"bare": ("没有理由", Q(reason=""))})


def narrowed(text: str) -> str:
    return str(AuditFilters(QueryDict(text)).narrow(AuditEntry.objects.all()).query)


def test_the_address_is_the_filter():
    asked = narrowed("q=zhou&action=b&show=bare&at_from=2026-01-01")
    for part in ("%zhou%", '"action" = b', '"reason" = ', "2026-01-01"):
        assert part in asked


@pytest.mark.parametrize(
    "rubbish", ["action=zzz", "at_from=yesterday", "show=all", "page=x&sort=%00", "unknown=1", "q="]
)
def test_rubbish_narrows_nothing(rubbish):
    assert "WHERE" not in narrowed(rubbish)


def test_each_filter_that_holds_is_a_chip_that_can_be_taken_off():
    chips = AuditFilters(QueryDict("q=zhou&action=b&show=bare&page=3")).chips
    assert [(str(chip.label), chip.words, chip.off) for chip in chips] == [
        ("搜索", "zhou", "?action=b&show=bare"),
        ("动作", "乙", "?q=zhou&show=bare"),
    ]


def test_a_column_that_a_table_does_not_go_on_with_gives_its_place_away():
    class Above(Table):
        name, what, state = Text("名称"), Text("要点"), Text("状态")

    class Below(Above):
        what = None
        who = Text("申请人")
        state = Text("办到哪里")
        last = Text("最后")

    assert [str(one.head) for one in Below.columns] == ["名称", "申请人", "最后", "办到哪里"]
    assert [one.name for one in Above.columns] == ["name", "what", "state"], "of its own"

    class Further(Below):
        more = Text("更多")

    assert [one.name for one in Further.columns] == ["name", "who", "last", "state", "more"]


def test_days_given_in_the_wrong_order_are_turned_round():
    found = AuditFilters(QueryDict("at_from=2026-03-09&at_to=2026-02-01"))
    assert [chip.words for chip in found.chips] == [dates.span_words(date(2026, 2, 1), date(2026, 3, 9))]
    assert found.given(found.bound[2]) == {"_from": date(2026, 2, 1), "_to": date(2026, 3, 9)}
    shown = [str(field) for field in found.shown_fields if field.html_name.startswith("at_")]
    assert [re.search(r'value="([^"]*)"', one)[1] for one in shown] == ["2026-02-01", "2026-03-09"], "as they count"


class LedFilters(AuditFilters):
    led_by = "at"
    actor = Search("actor")


class PeriodFilters(Filters):
    q = Search("actor")
    days = Period("日期")
    action = Search("action")


def test_the_filter_that_a_list_waits_for_stands_first_and_is_not_folded():
    def names(fields):
        return [field.html_name for field in fields]

    found = LedFilters(QueryDict(""))
    assert (names(found.first_fields), names(found.more_fields)) == (["at_from", "at_to"], ["q", "action", "actor"])
    assert names(PeriodFilters(QueryDict("")).shown_fields) == ["q", "first", "last", "action"], (
        "none leads: as declared"
    )


def test_a_view_keeps_the_filters_and_the_filters_keep_the_view():
    found = AuditFilters(QueryDict("q=zhou&show=bare"))
    assert [(str(word), current) for word, _url, current in found.views] == [("全部", False), ("没有理由", True)]
    assert found.views[0][1] == "?q=zhou"
    assert found.kept == [("show", "bare")]


def test_a_condition_that_names_today_is_made_when_it_is_asked_for():
    days = iter([date(2026, 11, 29), date(2026, 11, 30)])
    late = Views({"late": ("已过期", lambda: Q(due_on__lt=next(days)))})
    assert [late.condition({"": "late"}) for _twice in range(2)] == [
        Q(due_on__lt=date(2026, 11, 29)),
        Q(due_on__lt=date(2026, 11, 30)),
    ]


@dataclass(frozen=True)
class Somebody:
    keys: tuple[str, ...]


class OwnFilters(Filters):
    action = OwnChoice(
        "动作", lambda viewer, chosen: [(key, key.upper()) for key in viewer.keys + (("z",) * (chosen == "z"))]
    )


@pytest.mark.parametrize(
    ("address", "keys", "chip", "offered"),
    [
        ("action=a", ("a", "b"), ["A"], ["", "a", "b"]),
        ("action=c", ("a", "b"), [], ["", "a", "b"]),
        ("action=z", ("a",), ["Z"], ["", "a", "z"]),
        ("", (), [], [""]),
    ],
)
def test_a_choice_of_the_reader_s_own_takes_no_other_from_the_address(address, keys, chip, offered):
    found = OwnFilters(QueryDict(address), Somebody(keys))
    assert [one.words for one in found.chips] == chip
    assert [value for value, _word in found.form.fields["action"].choices] == offered
    assert ("WHERE" in str(found.narrow(AuditEntry.objects.all()).query)) is bool(chip)
    assert OwnFilters(QueryDict(address)).chips == [], "nobody who reads is offered nothing"


class Open(Filters):
    state = Choice("状态", [("gone", "已结")], usual=~Q(action="gone"))
    made = Days("日期", field="at__date", usual=lambda: Q(at__year=2026))


@pytest.mark.parametrize(
    ("asked", "held"),
    [
        ("", [~Q(action="gone"), Q(at__year=2026)]),
        ("state=gone", [Q(state="gone"), Q(at__year=2026)]),
        ("state=rubbish&made_from=2025-03-01", [~Q(action="gone"), Q(at__date__gte=date(2025, 3, 1))]),
    ],
)
def test_what_is_usual_holds_until_something_is_chosen_and_is_no_chip(asked, held):
    found = Open(QueryDict(asked))
    assert [one.holds(found.given(one)) for one in Open.declared] == held
    assert len(found.chips) == [one.is_chosen(found.given(one)) for one in Open.declared].count(True)
    assert found.is_narrowing is bool(asked)


def test_another_order_begins_on_the_first_page():
    assert address_with(QueryDict("page=4&export=csv&q=1"), {"sort": "-price"}) == "?q=1&sort=-price"


@pytest.mark.parametrize("text", FORMULAS)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_no_cell_of_an_export_runs(text, kind):
    answer = sheet_response(iter([["名称"], [text]]), "资产", kind)
    content = b"".join(answer.streaming_content)
    if kind == "csv":
        assert f'"\'{text}"' in content.decode("utf-8-sig")
    else:
        cell = load_workbook(BytesIO(content)).active["A2"]
        assert (cell.data_type, cell.value[0]) == ("s", "'")


def test_a_number_stays_a_number_in_a_workbook():
    columns = Assets.columns
    answer = sheet_response(iter([[c.head for c in columns], sheet(Assets, Asset("椅"))]), "资产", "xlsx")
    row = load_workbook(BytesIO(b"".join(answer.streaming_content))).active[2]
    assert [one.value for one in row] == ["椅", 4299, "在用", "2024-03-11"]


def test_a_link_takes_its_arguments_from_the_row():
    assert Link("名称", to="asset", by=("name",)).arguments(Asset("椅")) == {"name": "椅"}


def test_the_sum_stands_under_its_column_and_counts_every_row_of_a_list():
    request = RequestFactory().get("/?page=2")
    found = Listing(request, Assets, [Asset("椅", fen=n) for n in range(1, 101)], per_page=10)
    assert [total.shown for total in found.totals] == ["", "¥ 50.50", "", ""]
    assert found.page.number == 2


class RoomSheet(MoreAssets):
    """What is handed in again is handed out whole."""

    @classmethod
    def exported_columns(cls):
        return (Text("房间代码", "name"),)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("", ["名称", "原值", "状态", "购置", "有效期"]),
        ("columns=held&columns=price", ["名称", "原值", "有效期"]),
        ("columns=name", ["名称"]),
        ("columns=price", ["名称", "原值"]),
        ("columns=password&columns=state", ["名称", "状态"]),
        ("columns=nonsense&columns=", ["名称", "原值", "状态", "购置", "有效期"]),
    ],
)
def test_the_address_says_which_columns_page_sum_and_sheet_have(rf, address, shown):
    request = rf.get(f"/?{address}")
    request.viewer = SimpleNamespace(account_id=None)
    found = Listing(request, MoreAssets, [Asset("椅")], is_whole_page=True)
    assert found.has_tools
    assert [head.label for head in found.heads] == shown
    assert [cell.label for cell in found.lines[0].cells] == shown
    assert [cell.label for cell in found.totals] == (shown if "原值" in shown else [])
    heads, row = found.sheet()
    assert [head.partition("（")[0] for head in heads] == shown
    assert len(row) == len(shown)
    assert [one.label for one in found.column_choices if one.is_shown] == shown
    assert next(Listing(request, RoomSheet, [Asset("椅")], is_whole_page=True).sheet()) == ["房间代码"]
    beside = Listing(request, MoreAssets, [Asset("椅")])
    assert len(beside.heads) == 5, "the address of a page speaks of the list that it is, not of one that stands on it"


def test_a_course_is_drawn_between_its_floor_and_a_hundred_and_read_number_by_number():
    column = Course("采用率", "course", least=80)
    shown = str(column.shown({"course": [70.0, 80.0, 90.0, 100.0]}, NOBODY))
    assert re.findall(r'y="(\d+)" width="3" height="(\d+)"', shown) == [
        ("15", "1"),
        ("15", "1"),
        ("7", "9"),
        ("0", "16"),
    ]
    assert '<span class="visually-hidden">70.0% 80.0% 90.0% 100.0%</span>' in shown
    assert column.exported({"course": [70.0, 100.0]}, NOBODY) == "70.0–100.0%"
    assert column.exported({"course": [99.04, 99.0]}, NOBODY) == "99.0%"
    assert says_nothing(column.shown({"course": [70.0]}, NOBODY)), "one alone is no course"


def test_a_cell_that_says_nothing_takes_no_line_on_a_phone(rf):
    rows = [Asset("投影仪"), Asset("旧投影仪", fen=None, bought_on=None)]
    request = rf.get("/")
    request.viewer = SimpleNamespace(account_id=None)
    first, second = [[cell.css for cell in line.cells] for line in Listing(request, Assets, rows).lines]
    assert not any("is-nothing" in css for css in first)
    assert ["is-nothing" in css for css in second] == [False, True, False, True]
    assert says_nothing('<span class="code">—</span>')
    assert not says_nothing('<button class="button"><svg></svg></button>')


def test_people_are_named_by_one_look_up_of_the_page(monkeypatch):
    asked = []
    monkeypatch.setattr(
        people, "_load", [lambda ids: asked.append(set(ids)) or {1: people.PersonLine("林小满", "14231100001")}]
    )

    class Keepers(Table):
        keeper = Person("领用人")
        giver = Person("经办人")

    rows = [{"keeper": 1, "giver": 2}, {"keeper": None, "giver": 1}]
    reader = Reader(people=Keepers.people_in(rows))
    assert asked == [{1, 2}]
    assert [cells_of(Keepers, row, reader) for row in rows] == [
        ["林小满 14231100001", "查无此人"],
        ["—", "林小满 14231100001"],
    ]
    assert [column.exported(rows[0], reader) for column in Keepers.columns] == ["林小满 14231100001", ""]


def cells_of(table, row, reader):
    return [re.sub("<[^>]*>", "", str(column.shown(row, reader))) for column in table.columns]


@pytest.mark.parametrize(
    "mark",
    [
        "",
        "_",
        "x_1",
        "2026-11-29_1",
        "2026-11-29T12:00:00_1",
        "2026-11-29T12:00:00+00:00_",
        "2026-11-29T12:00:00+00:00_１",
        "99999-01-01_1",
        "0001-01-01T00:00:00+23:59_1",
        "9999-12-31T23:59:59-23:59_1",
    ],
)
def test_a_mark_nobody_gave_is_as_good_as_none(rf, mark):
    assert moment_before(rf.get("/", {"before": mark})) is None


def test_the_next_part_of_a_walked_list_begins_where_the_last_one_ended(rf):
    moment = datetime(2026, 11, 29, 12, tzinfo=UTC)
    shown, older = part_of([3, 2, 1], 2, lambda row: moment_mark(moment, row))
    assert (shown, moment_before(rf.get("/", {"before": older}))) == ([3, 2], (moment, 2))
    (far, _number) = moment_before(rf.get("/", {"before": "2026-11-29T12:00:00+23:59_1"}))
    assert (far, far.utcoffset()) == (moment - timedelta(hours=23, minutes=59), timedelta(0))
    assert part_of([1], 2, str) == ([1], "")
    assert number_before(rf.get("/", {"before": "9" * 19})) == 2**63 - 1
    assert number_before(rf.get("/", {"before": "-1"})) is None


def test_a_reader_is_me_also_where_the_account_stands_in_another_row():
    row = SimpleNamespace(payment=SimpleNamespace(author_id=7, author_name="林小满"))
    clerk = Who("登记", "payment__author_name", account="payment__author_id")
    assert clerk.shown(row, Reader(account_id=7)) == "我"
    assert clerk.shown(row, Reader(account_id=8)) == "林小满"


@pytest.mark.django_db
def test_the_templates_of_all_cells_are_given_what_pages_are_given_once(rf, monkeypatch):
    asked = []
    engine = Engine.get_default()
    processors = (*engine.template_context_processors, lambda request: asked.append(request) or {"asked": True})
    monkeypatch.setitem(vars(engine), "template_context_processors", processors)
    request = rf.get("/")
    request.viewer = None
    cell, reader = Markup("图标", "ui/_mark.html"), Reader(request)
    drawn = [cell.shown(Asset("椅"), reader) for _row in range(3)]
    assert drawn == [render_to_string("ui/_mark.html", {"row": None}, request=request)] * 3
    assert asked == [request, request], "once for the cells, once for the page beside them"
