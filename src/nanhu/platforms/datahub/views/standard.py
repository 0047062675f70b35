"""The code tables (信息标准), and the spellings that are in none of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today
from nanhu.kernel.kit import (
    Badge,
    Course,
    Day,
    Empty,
    Filters,
    Markup,
    Number,
    OneDay,
    PageRequest,
    Table,
    Text,
    Who,
    list_of,
)
from nanhu.kernel.kit.listings import Listing
from nanhu.kernel.ui.words import term
from nanhu.platforms.datahub.codes import OWN, TABLES, UNIT, code_table
from nanhu.platforms.datahub.forms import AliasForm, CodeForm
from nanhu.platforms.datahub.known_sources import made_for_tables, named_source
from nanhu.platforms.datahub.labels import office_label, table_name
from nanhu.platforms.datahub.models import Batch, CodeAlias, CodeRule, Issue
from nanhu.platforms.datahub.queries import courses_of_batches
from nanhu.platforms.datahub.services import aliases, code_rules
from nanhu.platforms.datahub.services.code_rules import EDITABLE, code_name, table_on
from nanhu.platforms.datahub.shared.declarations import Field, shared_tables
from nanhu.platforms.datahub.sources import SOURCES, SourceSpec, table_of
from nanhu.platforms.datahub.views.desk import desk
from nanhu.platforms.datahub.views.quality import LEAST, SHOWN

MOST_CODES = 300
UNKNOWN = ("unmapped_code", "category_unknown", "unit_unknown")
NO_CODE = ("value_no_code", "value_left_out")
OFF_TABLE = (*UNKNOWN, *NO_CODE)
ALL_KNOWN = Empty(title=_("全部识别"), icon="circle-check", text=_("已导入的数据里没有无法识别的写法。"))


@dataclass(frozen=True, slots=True)
class Spelling:
    """What no code has for a name: of a code table (`key`), or of a field of a shared table that lists its codes itself."""

    value: str
    key: str
    table: str
    source: str
    office: str
    times: int


class Unmapped(Table):
    value = Text(_("写法"))
    table = Text(_("代码表"), is_term=True)
    office = Text(_("来源"))
    times = Number(_("次数"), sort=False)
    add = Markup(_("操作"), "datahub/_add_alias.html")


class Tables(Table):
    name = Text(_("表"), lambda key: format_html('<a href="?table={}">{}</a>', key, table_name(key)))
    norm = Text(_("依据"), TABLES.get, is_term=True)
    size = Number(_("代码数"), lambda key: len(code_table(key).codes))
    change = Text(_("改代码"), lambda key: change_link(key) if key in EDITABLE else str(_("按标准，不改")))


def change_link(key: str) -> str:
    return format_html('<a href="{}?table={}">{}</a>', reverse("datahub:change_codes"), key, _("加或停用代码"))


class Codes(Table):
    code = Text(_("代码"), is_number=True)
    name = Text(_("名称"))
    aliases = Text(_("别名"), lambda code: "、".join(code.aliases))


class CodeRules(Table):
    """What the school changed, whatever day it is of."""

    table = Text(_("代码表"), lambda one: table_name(one.table))
    code = Text(_("代码"), is_number=True)
    name = Text(_("名称"), lambda one: one.name or code_name(one.table, one.code))
    is_valid = Badge(_("怎样"), names={True: _("加的"), False: _("停用")}, tones={True: "good"}, tone="none")
    starts_on = Day(_("起始日期"))
    ends_on = Day(_("截止日期"))
    reason = Text(_("依据"))
    created_by_name = Who(_("谁定的"), at="created_at")


@dataclass(frozen=True, slots=True)
class CodedField:
    """A field that takes codes alone: a column of an office's file, or a field of a shared table, which may list them itself."""

    header: str
    table: str
    norm: str
    source: str


class Fields(Table):
    header = Text(_("列"), is_term=True)
    table = Text(_("代码表"))
    norm = Text(_("依据"), is_term=True)
    source = Text(_("来源"), is_term=True)


def coded_fields() -> list[CodedField]:
    keyed = [
        (spec, one, key) for spec in SOURCES.values() for one in spec.columns if (key := table_of(spec, one.field))
    ]
    of_files = [CodedField(one.headers[0], table_name(key), TABLES[key], str(spec.title)) for spec, one, key in keyed]
    coded = [(table, one) for table in shared_tables().values() for one in table.fields if one.type == "code"]
    of_tables = [
        CodedField(one.label, codes_of(one), TABLES.get(one.code_table, OWN), table.name) for table, one in coded
    ]
    return of_files + of_tables


def codes_of(field: Field) -> str:
    """The name of its table, or the codes that it lists itself."""
    return table_name(field.code_table) if field.code_table else "、".join(map(term, field.values.values()))


@dataclass(frozen=True, slots=True)
class Share:
    """Of a coded column of a source's last file: how many cells said something, and how many of these no table knows. `course`: the
    percent known of its last files, the oldest first."""

    spec: SourceSpec
    field: str
    filled: int
    unknown: int
    course: Sequence[float]

    @property
    def percent(self) -> str:
        return f"{self.course[-1]:.1f}%"


class Shares(Table):
    source = Text(_("来源"), lambda one: f"{one.spec.office} · {one.spec.title}")
    field = Text(_("列"), lambda one: one.spec.fields[one.field].headers[0])
    batch = Number(_("填了"), "filled")
    unknown = Number(_("对不上"))
    percent = Text(_("落标率"), is_number=True)
    course = Course(_("最近十二批"), least=LEAST)


def shares() -> list[Share]:
    """The worst first."""
    batches = courses_of_batches(SHOWN)
    listed = [one.pk for known in batches.values() for one in known]
    tallies = Issue.objects.filter(batch__in=listed, code__in=OFF_TABLE)
    counted = tallies.values_list("batch_id", "column").annotate(times=Count("row", distinct=True))
    unknown = {(batch, column): times for batch, column, times in counted}
    found = []
    for key, known in batches.items():
        spec = named_source(key)
        whole = [one for one in known if one.pruned_at is None] or known[
            -1:
        ]  # of the others findings went with their rows
        for name in whole[-1].columns if spec else ():
            if spec and is_coded(spec, name):
                said = [tally_of(one, name, unknown) for one in whole if name in one.columns]
                course = [100 - off * 100 / max(filled, 1) for filled, off in said]
                found.append(Share(spec, name, *said[-1], course))
    return sorted(found, key=lambda one: one.course[-1])


def tally_of(batch: Batch, name: str, unknown: Mapping[tuple[int, str], int]) -> tuple[int, int]:
    """How many cells of the column said something, and how many of these no table knows."""
    filled = batch.counts.get("filled", {}).get(name, batch.counts.get("rows", 0))
    return filled, min(unknown.get((batch.pk, name), 0), filled)


def is_coded(spec: SourceSpec, name: str) -> bool:
    if spec.kind == "shared":
        field = shared_tables()[spec.table].by_name.get(name)
        return field is not None and field.type == "code"
    return spec.kind != "large" and bool(table_of(spec, name))


def unknown_spellings() -> list[Spelling]:
    """What stands in columns that take codes alone and is none: the most frequent first. Of a shared table's field that need not be said
    the finding is one for all types (`value_left_out`)."""
    specs = {one.key: one for one in (*SOURCES.values(), *made_for_tables()) if one.kind == "shared"}
    coded = {key: [name for name in spec.fields if is_coded(spec, name)] for key, spec in specs.items()}
    of_shared = reduce(or_, (Q(batch__source=key, column__in=names) for key, names in coded.items()))
    found = (
        Issue.objects.filter(Q(code__in=UNKNOWN) | Q(of_shared, code__in=NO_CODE))
        .filter(batch__state=Batch.State.APPLIED, resolved_at=None)
        .values_list("facts__value", "facts__table", "batch__source", "column")
        .annotate(times=Count("id"))
        .order_by("-times", "facts__value")
    )
    spellings = []
    for value, key, source, column, times in found:
        spec = specs.get(source)
        table = table_name(key) if key or spec is None else shared_tables()[spec.table].by_name[column].label
        office = str(spec.office) if spec else office_label(source)
        spellings.append(Spelling(value, key or "", table, source, office, times))
    return spellings


@desk.page(
    "standard/",
    title=_("信息标准"),
    tab=_("信息标准"),
    lead=_("全校共用的代码表。编号沿用 JY/T 1006-2012、GB/T 29808-2013 的数据项所引用的代码标准，各表注明版本。"),
)
def standard(request: PageRequest) -> HttpResponse:
    key = request.GET.get("table", "")
    rules = CodeRule.objects.filter(withdrawn_at=None).order_by("table", "code", "starts_on")
    fields = coded_fields()
    facts = {
        "unmapped": list_of(request, Unmapped, unknown_spellings(), caption=_("不在代码表里的写法"), empty=ALL_KNOWN),
        "shares": list_of(
            request, Shares, shares(), caption=_("落标率：各来源最近几批，最差的在前"), per_page=MOST_CODES
        ),
        "tables": list_of(request, Tables, list(TABLES), caption=_("代码表"), per_page=len(TABLES)),
        "codes": codes_on_a_day(request, key) if key in TABLES else None,
        "rules": list_of(request, CodeRules, rules, caption=_("学校加的和停用的代码")),
        "key": key,
        "aliases": list_of(request, AddedAliases, CodeAlias.objects.order_by("-id"), caption=_("加的别名")),
        "fields": list_of(request, Fields, fields, caption=_("只填代码的字段"), per_page=len(fields)),
    }
    return render(request, "datahub/standard.html", facts)


class CodesFilters(Filters):
    on = OneDay(_("哪一天的表"))


def codes_on_a_day(request: PageRequest, key: str) -> Listing:
    day = CodesFilters(request.GET).form.cleaned_data.get("on") or campus_today()
    codes = list(table_on(key, day).values())[:MOST_CODES]
    return list_of(request, Codes, codes, CodesFilters, caption=f"{table_name(key)} · {day}", per_page=MOST_CODES)


class AddedAliases(Table):
    spelling = Text(_("写法"))
    table = Text(_("代码表"), lambda one: table_name(one.table))
    code = Text(_("代码"), lambda one: one.code if one.table == UNIT else code_name(one.table, one.code))
    source = Text(_("来源"), lambda one: office_label(one.source) if one.source else _("全部"))
    actor = Who(_("谁加的"), at="created_at")


@standard.form(
    "alias/",
    AliasForm,
    title=_("给一个写法加别名"),
    lead=_("以后的文件按这个代码读；已经拒绝的行，在批次页上重放。"),
    submit=_("加上"),
    initial=lambda request: {name: request.GET.get(name, "") for name in ("table", "value", "source")},
    done=_("已加上。"),
)
def alias(request: PageRequest, form: AliasForm) -> None:
    said = form.cleaned_data
    aliases.add_alias(
        by=request.actor, table=said["table"], value=said["value"], code=said["code"], source=said["source"]
    )


@standard.form(
    "codes/",
    CodeForm,
    title=_("改代码表"),
    lead=_("从那一天起，交来的文件按改过的表读；以前交来的，重放、回退时仍按当时的表。"),
    submit=_("这样改"),
    initial=lambda request: {"table": request.GET.get("table", "")},
    done=_("已改。"),
)
def change_codes(request: PageRequest, form: CodeForm) -> None:
    said = dict(form.cleaned_data)
    if said.pop("what") == "add":
        code_rules.add_code(by=request.actor, **said)
    else:
        del said["name"], said["note"]
        code_rules.withdraw_code(by=request.actor, **said)
