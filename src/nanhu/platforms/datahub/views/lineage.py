"""Lineage (数据来历) of a person: each value, the batch and line that said it, the rules that cleaned it, and who received it; for
the steward, and for the person himself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit
from nanhu.kernel.kit import Console, Day, Link, Moment, Number, PageRequest, Table, Text, list_of
from nanhu.kernel.ui import words
from nanhu.platforms.datahub.labels import field_label
from nanhu.platforms.datahub.models import Batch, Delivery, LandingRow, SharedRow
from nanhu.platforms.datahub.shared.declarations import KEY_ENDS, MASKS, PERSON, shared_tables
from nanhu.platforms.datahub.shared.writers import title_of
from nanhu.platforms.datahub.sharing import golden as golden_rows
from nanhu.platforms.datahub.views.desk import home
from nanhu.platforms.datahub.views.shared import words_of
from nanhu.platforms.people import api as people

LOOK = "datahub.look_lineage"
MOST = 200
HIDDEN = "••••••"
"""What this page need not show to say where it is from."""


def table_name(key: str) -> str:
    return words.term(shared_tables()[key].name) if key in shared_tables() else key


def place_of(one: SharedRow) -> str:
    return _now("第 {line} 行").format(line=one.landing.line) if one.landing else ""


def line_of(one: LandingRow) -> str:
    return f"{one.sheet} {_now('第 {line} 行').format(line=one.line)}".strip()


def content_of(one: SharedRow) -> str:
    """The open fields of one's own row."""
    table = shared_tables().get(one.table_key)
    fields = table.fields if table else []
    return "；".join(
        f"{words.term(each.label)} {words_of(one.data[each.name], each.values)}"
        for each in fields
        if each.name in one.data
    )


@dataclass(frozen=True, slots=True)
class Value:
    """A golden value and where it is from; `pk` is the batch's."""

    label: str
    shown: str
    source: str
    at: Any
    pk: int | None
    rules: str


class Values(Table):
    label = Text(_("项"))
    shown = Text(_("现在的值"))
    source = Text(_("来源"))
    at = Text(_("从"))
    pk = Link(_("批次"), lambda one: f"#{one.pk}" if one.pk else "—", to="batch", by=("pk",))
    rules = Text(_("规则版本"), is_number=True)


class OwnValues(Table):
    label = Text(_("项"))
    shown = Text(_("现在的值"))
    source = Text(_("来源"))
    at = Text(_("从"))
    batch = Text(_("批次"), lambda one: f"#{one.pk}" if one.pk else "—")


class Rows(Table):
    source = Text(_("来源"), "source_title")
    batch_id = Link(_("批次"), lambda one: f"#{one.batch_id}", to="batch", by=("batch__pk",))
    pk = Link(_("位置"), line_of, to="row", by=("pk",))
    state = Text(_("状态"), "get_state_display")
    created_at = Moment(_("时间"))


class OwnRows(Table):
    source = Text(_("来源"), "source_title")
    batch = Text(_("批次"), lambda one: f"#{one.batch_id}")
    line = Text(_("位置"), line_of)
    state = Text(_("状态"), "get_state_display")
    created_at = Moment(_("时间"))


class Shared(Table):
    table_key = Text(_("共享表"), lambda one: table_name(one.table_key))
    pk = Link(_("行"), lambda one: one.key.replace(KEY_ENDS, " · "), to="shared_row", by=("table_key", "pk"))
    batch_id = Link(_("批次"), lambda one: f"#{one.batch_id}" if one.batch_id else "—", to="batch", by=("batch__pk",))
    landing = Link(_("位置"), place_of, to="row", by=("landing__pk",))
    valid_from = Moment(_("从"))


class OwnShared(Table):
    table_key = Text(_("共享表"), lambda one: table_name(one.table_key))
    data = Text(_("内容"), content_of)
    source = Text(_("来源"), "source_title")
    valid_from = Moment(_("从"))


class Deliveries(Table):
    consumer = Text(_("给了谁"), "grant__vendor__company")
    table_key = Text(_("共享表"), lambda one: table_name(one.grant.table_key))
    purpose = Text(_("用途"), "grant__purpose")
    day = Day(_("日期"))
    times = Number(_("次数"))


class WhoseForm(forms.Form):
    person = people.PersonField(label=_("学工号或姓名"))


@home.lookup(
    "lineage/",
    WhoseForm,
    title=_("数据来历"),
    tab=_("数据来历"),
    lead=_("一个人的每一项是哪个部门哪一批哪一行说的，按哪一版规则，给了谁。每次查看都记录，本人看得到。"),
    submit=_("查看"),
    icon="waypoints",
    template="datahub/lineage.html",
)
def lineage(request: PageRequest, form: WhoseForm) -> dict[str, Any]:
    person_id = form.cleaned_data["person"]
    audit.record(by=request.actor, action=LOOK, target=f"person:{person_id}", reason=str(_("数据来历")))
    name, lists = lists_of(request, person_id, (Values, Rows, Shared), is_own=False)
    return {"name": name, "lists": lists}


mine = Console(
    "datahub:mine",
    _("我的数据来历"),
    icon="waypoints",
    owner=_("信息中心"),
    description=_("我的每一项是哪个部门说的，学校把它给了谁"),
    allows=lambda viewer: viewer.person_id is not None,
    section="service",
    order=66,
)


@mine.page(
    "",
    title=_("我的数据来历"),
    lead=_(
        "学校登记的您的每一项，是哪个部门哪一批说的；各系统里关于您的行；给过哪些单位。不对的，在“更正个人信息”里说。"
    ),
)
def my_lineage(request: PageRequest) -> HttpResponse:
    person_id = request.viewer.person_id or 0
    _name, lists = lists_of(request, person_id, (OwnValues, OwnRows, OwnShared), is_own=True)
    return render(request, "datahub/my_lineage.html", {"lists": lists})


def lists_of(
    request: PageRequest, person_id: int, tables: tuple[type[Table], type[Table], type[Table]], *, is_own: bool
) -> tuple[str, list[Any]]:
    golden = next(iter(people.golden_persons([person_id])), None)
    numbers = sorted({tie.campus_no for tie in golden.ties}) if golden else []
    rows = (
        LandingRow.objects.filter(person_id__in=list(people.families([person_id])))
        .select_related("batch")
        .defer("batch__gone", "sealed", "raw")
    )
    living = SharedRow.objects.filter(valid_to=None, is_removed=False, **{f"data__{PERSON}__in": numbers})
    living = living.select_related("landing", "batch").defer("sealed", "batch__gone").order_by("table_key", "key")
    given = Delivery.objects.filter(campus_no__in=numbers).select_related("grant__vendor").order_by("-day", "-id")
    values, spoke, shared = tables
    found: list[tuple[type[Table], Iterable[Any], str]] = [
        (values, values_of(golden, is_own=is_own) if golden else [], _now("主数据各项")),
        (spoke, rows.order_by("-id")[:MOST], _now("说过这个人的行") if not is_own else _now("说过我的行")),
        (shared, living[:MOST], _now("共享表里的行")),
        (Deliveries, given[:MOST], _now("给出的记录")),
    ]
    return golden.name if golden else "", [captioned(request, *one) for one in found]


def captioned(request: PageRequest, table: type[Table], rows: Iterable[Any], caption: str) -> Any:
    """A list that was cut says so."""
    listed = named(list(rows))
    cut = _now("{caption}（只列最近 {count} 条）").format(caption=caption, count=MOST)
    return list_of(request, table, listed, caption=cut if len(listed) == MOST else caption, per_page=MOST)


def named(rows: list[Any]) -> list[Any]:
    """Rows with a batch, each with the title of its source, which is looked up once."""
    titles: dict[str, str] = {}
    for one in rows:
        if isinstance(one, LandingRow | SharedRow):
            key = one.batch.source if one.batch else ""
            titles.setdefault(key, title_of(key) or _now("本系统"))
            one.source_title = titles[key]  # type: ignore[union-attr]  # for the table alone
    return rows


def values_of(one: people.GoldenPerson, *, is_own: bool) -> list[Value]:
    row = golden_rows.person_row(one)
    said = [
        ("", name, golden_value("people.person", name, row.get(name), is_own=is_own), stamp)
        for name, stamp in one.provenance.items()
    ]
    for tie in one.ties:
        values = golden_rows.tie_row(one, tie) | {"unit_id": tie.unit_name, "status_name": tie.status_name}
        said += [
            (
                f"{tie.campus_no} ",
                name,
                golden_value("people.affiliation", name, values.get(name), is_own=is_own),
                stamp,
            )
            for name, stamp in tie.provenance.items()
            if name != "category_name"
        ]
    stamps: list[Mapping[str, Any]] = [stamp for *_rest, stamp in said if isinstance(stamp, dict)]
    ids = {stamp["batch"] for stamp in stamps if stamp.get("batch")}
    rules = dict(Batch.objects.filter(pk__in=ids).values_list("pk", "rules"))
    return [
        Value(
            f"{whose}{field_label(name)}",
            value,
            title_of(str(stamp.get("source", ""))) or "—",
            str(stamp.get("at", ""))[:10],
            stamp.get("batch") if stamp.get("batch") in rules else None,
            rules.get(stamp.get("batch") or 0, "") or "—",
        )
        for whose, name, value, stamp in said
        if isinstance(stamp, dict)
    ]


def golden_value(table: str, name: str, value: Any, *, is_own: bool) -> str:
    """What need not be shown to say where it is from is masked; from its owner only the numbers."""
    field = shared_tables()[table].by_name.get(name)
    if value in {None, ""}:
        return "—"
    if field is None:
        return str(value)
    if field.sensitive and (not is_own or field.mask in {"number", "phone"}):
        return MASKS[field.mask](str(value)) if field.mask else HIDDEN
    return words_of(value, field.values)
