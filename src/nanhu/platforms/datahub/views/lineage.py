"""Lineage (数据来历) of a person: each value, the batch and line that said it, the rules that cleaned it, and who received it; for
the steward. What a person sees of himself: `own_lineage`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit
from nanhu.kernel.kit import Day, Link, Moment, Number, PageRequest, Table, Text, list_of
from nanhu.kernel.ui import dates, words
from nanhu.platforms.datahub.labels import field_label
from nanhu.platforms.datahub.models import Batch, Delivery, LandingRow, SharedRow
from nanhu.platforms.datahub.shared.declarations import KEY_ENDS, MASKS, PERSON, shared_tables
from nanhu.platforms.datahub.shared_rows.writers import title_of
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


@dataclass(frozen=True, slots=True)
class GoldenValue:
    """What is known of a person by a field, by whose word and since when; `campus_no`: of the tie that it is of."""

    campus_no: str
    name: str
    shown: str
    source: str
    at: str
    batch: int | None


@dataclass(frozen=True, slots=True)
class Value:
    """A golden value and where it is from; `pk` is the batch's that brought it, `last` the newest one in which its source spoke of the
    person (and said nothing else: such a word writes nothing, else each whole list would write everybody anew)."""

    label: str
    shown: str
    source: str
    at: Any
    pk: int | None
    last: int | None
    rules: str


class Values(Table):
    label = Text(_("项"))
    shown = Text(_("现在的值"))
    source = Text(_("来源"))
    at = Text(_("从"))
    pk = Link(_("批次"), lambda one: f"#{one.pk}" if one.pk else "—", to="batch", by=("pk",))
    last = Text(_("最近又说到"), lambda one: f"#{one.last}" if one.last else "—", is_number=True)
    rules = Text(_("规则版本"), is_number=True)


class Rows(Table):
    pk = Link(_("位置"), line_of, to="row", by=("pk",))
    source = Text(_("来源"), "source_title")
    batch_id = Link(_("批次"), lambda one: f"#{one.batch_id}", to="batch", by=("batch__pk",))
    state = Text(_("状态"), "get_state_display")
    created_at = Moment(_("时间"))


class Shared(Table):
    pk = Link(_("行"), lambda one: one.key.replace(KEY_ENDS, " · "), to="shared_row", by=("table_key", "pk"))
    table_key = Text(_("共享表"), lambda one: table_name(one.table_key))
    batch_id = Link(_("批次"), lambda one: f"#{one.batch_id}" if one.batch_id else "—", to="batch", by=("batch__pk",))
    landing = Link(_("位置"), place_of, to="row", by=("landing__pk",))
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
    audit.record(by=request.actor, action=LOOK, target=f"person:{person_id}", reason="数据来历")
    name, lists = lists_of(request, person_id)
    return {"name": name, "lists": lists}


def lists_of(request: PageRequest, person_id: int) -> tuple[str, list[Any]]:
    golden = next(iter(people.golden_persons([person_id])), None)
    numbers = numbers_held(golden)
    rows = list(landed_rows(person_id))
    found: list[tuple[type[Table], Iterable[Any], str]] = [
        (Values, values_of(golden, rows) if golden else [], _now("主数据各项")),
        (Rows, rows, _now("说过这个人的行")),
        (Shared, living_rows(numbers).select_related("landing")[:MOST], _now("共享表里的行")),
        (Deliveries, deliveries(numbers), _now("给出的记录")),
    ]
    return golden.name if golden else "", [captioned(request, *one) for one in found]


def numbers_held(golden: people.GoldenPerson | None) -> list[str]:
    """His campus numbers, but for one that was given to somebody else since: what stands under it is that one's."""
    numbers = {tie.campus_no for tie in golden.ties} if golden else set()
    holders = people.holders_of(numbers)
    return sorted(
        one for one in numbers if golden is not None and holders.get(one, golden.person_id) == golden.person_id
    )


def landed_rows(person_id: int) -> QuerySet[LandingRow]:
    """The newest rows that spoke of this person."""
    rows = LandingRow.objects.filter(person_id__in=list(people.families([person_id])))
    return rows.select_related("batch").defer("batch__gone", "sealed", "raw").order_by("-id")[:MOST]


def living_rows(numbers: Sequence[str]) -> QuerySet[SharedRow]:
    """Rows in effect of who has these campus numbers, the newest first."""
    living = SharedRow.objects.filter(valid_to=None, is_removed=False, **{f"data__{PERSON}__in": numbers})
    return living.select_related("batch").defer("sealed", "batch__gone").order_by("-valid_from", "key")


def deliveries(numbers: Sequence[str]) -> QuerySet[Delivery]:
    given = Delivery.objects.filter(campus_no__in=numbers).select_related("grant__vendor")
    return given.order_by("-day", "-id")[:MOST]


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


def values_of(one: people.GoldenPerson, rows: Sequence[LandingRow]) -> list[Value]:
    heard = [row for row in rows if row.state == LandingRow.State.ACCEPTED and row.batch.state == Batch.State.APPLIED]
    last = {row.batch.source: row.batch_id for row in reversed(heard)}
    said = golden_values(one, is_own=False)
    rules = dict(Batch.objects.filter(pk__in={each.batch for each in said if each.batch}).values_list("pk", "rules"))
    return [
        Value(
            f"{each.campus_no} {field_label(each.name)}".strip(),
            each.shown,
            title_of(each.source) or "—",
            each.at[:10],
            each.batch if each.batch in rules else None,
            last.get(each.source),
            rules.get(each.batch or 0, "") or "—",
        )
        for each in said
    ]


def golden_values(one: people.GoldenPerson, *, is_own: bool) -> list[GoldenValue]:
    """Of the person, and of each of his ties to the school, in the order in which they are kept."""
    held: list[tuple[str, str, Mapping[str, Any], Mapping[str, Any]]] = [
        ("", "people.person", golden_rows.person_row(one), one.provenance)
    ]
    for tie in one.ties:
        row = golden_rows.tie_row(one, tie) | {"unit_id": tie.unit_name, "status_name": tie.status_name}
        stamps = {name: stamp for name, stamp in tie.provenance.items() if name != "category_name"}
        held.append((tie.campus_no, "people.affiliation", row, stamps))
    return [
        GoldenValue(
            campus_no,
            name,
            golden_value(table, name, row.get(name), is_own=is_own),
            str(stamp.get("source", "")),
            str(stamp.get("at", "")),
            stamp.get("batch") or None,
        )
        for campus_no, table, row, stamps in held
        for name, stamp in stamps.items()
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
    return dates.short_day(value, None) if isinstance(value, date) else words_of(value, field.values)
