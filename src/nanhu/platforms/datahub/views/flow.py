"""The flow of data (数据流向): which sources feed which tables, and who reads them; of one table, column by column."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.apps import apps
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import Empty, PageRequest, Table, Text, list_of
from nanhu.kernel.ui import words
from nanhu.platforms.datahub.lineage.columns import Flow, flows
from nanhu.platforms.datahub.lineage.picture import Box, drawn
from nanhu.platforms.datahub.models import DataSource, Grant
from nanhu.platforms.datahub.shared.declarations import SharedTable, shared_tables
from nanhu.platforms.datahub.shared_rows import writers
from nanhu.platforms.datahub.sharing.offers import offer_of
from nanhu.platforms.datahub.views.desk import desk
from nanhu.platforms.datahub.views.large import LargeLine, large_table
from nanhu.platforms.datahub.views.shared import shared_table
from nanhu.platforms.datahub.warehouse.declared import LARGE

NOTHING = Empty(title=_("还没有数据流过"), icon="waypoints")


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the list that says the same as the picture."""

    left: str
    middle: str
    right: str


class Steps(Table):
    left = Text(_("来源"))
    middle = Text(_("共享表"))
    right = Text(_("使用方"))


class FieldSteps(Table):
    left = Text(_("来源的列"))
    middle = Text(_("项"))
    right = Text(_("使用方"))


def source_name(flow: Flow, readers: Mapping[str, str]) -> str:
    """`readers`: of large tables, who reads them in; of the others a file was laid there."""
    if flow.spec.kind == "large":
        return " · ".join(filter(None, [str(flow.spec.office), readers.get(flow.spec.key) or _now("文件")]))
    return f"{words.term(str(flow.spec.office))} · {words.term(str(flow.spec.title))}"


def is_of_the_box(table: SharedTable) -> bool:
    """Whether the system that fills it stands in this installation."""
    return not table.derived and table.system in apps.app_configs


def system_name(table: SharedTable) -> str:
    return _now("本系统 · %s") % apps.get_app_config(table.system).verbose_name


def granted() -> list[Grant]:
    return list(Grant.in_effect().select_related("vendor").order_by("table_key", "vendor__company"))


@desk.page(
    "flow/",
    title=_("数据流向"),
    tab=_("数据流向"),
    lead=_("数据从哪些来源流进哪张表，再给了谁。点一张表，看它的每一项。"),
)
def flow(request: PageRequest) -> HttpResponse:
    carried, grants, tables = flows(), granted(), shared_tables()
    own = [key for key, table in tables.items() if is_of_the_box(table) and not writers.known_writer_of(key)]
    used = {one.table for one in carried} | {one.table_key for one in grants} | set(own)
    shown = [table for key, table in tables.items() if key in used]
    readers = dict(
        DataSource.objects.filter(fills__startswith=LARGE).exclude(state="draft").values_list("fills", "name")
    )
    sources = {one.spec.key: Box(f"s:{one.spec.key}", source_name(one, readers)) for one in carried}
    systems = {tables[key].system: Box(f"b:{tables[key].system}", system_name(tables[key])) for key in own}
    consumers = {one.vendor.company: Box(f"c:{one.vendor.company}", one.vendor.company) for one in grants}
    links = [(f"s:{one.spec.key}", f"t:{one.table}") for one in carried]
    links += [(f"b:{tables[key].system}", f"t:{key}") for key in own]
    links += [(f"t:{one.table_key}", f"c:{one.vendor.company}") for one in grants]
    middle = [Box(f"t:{one.key}", words.term(one.name), reverse("datahub:table_flow", args=[one.key])) for one in shown]
    middle += [
        Box(f"t:{one.table}", str(one.spec.title), reverse("datahub:large_flow", args=[one.table.removeprefix(LARGE)]))
        for one in carried
        if one.spec.kind == "large"
    ]
    return shown_flow(request, [[*sources.values(), *systems.values()], middle, list(consumers.values())], links, Steps)


@shared_table.page("flow/", title=_("每一项的流向"))
def table_flow(request: PageRequest, table: SharedTable) -> HttpResponse:
    carried = [one for one in flows() if one.table == table.key]
    fields = [Box(f"f:{one.name}", words.term(one.label)) for one in table.fields]
    columns = [
        Box(f"{one.spec.key}:{column}", f"{column} · {words.term(str(one.spec.title))}")
        for one in carried
        for column in dict.fromkeys(one.columns.values())
    ]
    links = [(f"{one.spec.key}:{column}", f"f:{name}") for one in carried for name, column in one.columns.items()]
    offers = [(one.vendor.company, offer_of(one, table)) for one in granted() if one.table_key == table.key]
    consumers = [Box(f"c:{company}", company) for company, offer in offers if offer is not None]
    links += [(f"f:{name}", f"c:{company}") for company, offer in offers if offer is not None for name in offer.names]
    return shown_flow(request, [columns, fields, consumers], links, FieldSteps)


@large_table.page("flow/", title=_("每一项的流向"))
def large_flow(request: PageRequest, line: LargeLine) -> HttpResponse:
    carried = next((one.columns for one in flows() if one.table == LARGE + line.key), {})
    columns = [Box(f"c:{column}", column) for column in carried.values()]
    fields = [Box(f"f:{name}", name) for name in carried]
    return shown_flow(
        request, [columns, fields, []], [(f"c:{column}", f"f:{name}") for name, column in carried.items()], FieldSteps
    )


def shown_flow(
    request: PageRequest, columns: Sequence[Sequence[Box]], links: Sequence[tuple[str, str]], table: type[Table]
) -> HttpResponse:
    names = {box.key: box.whole for column in columns for box in column}
    steps = [
        Step(
            "、".join(names[left] for left, right in links if right == box.key and left in names) or "—",
            box.whole,
            "、".join(names[right] for left, right in links if left == box.key and right in names) or "—",
        )
        for box in columns[1]
    ]
    facts = {
        "picture": drawn(columns, links),
        "list": list_of(
            request, table, steps, caption=_("同样的内容，逐行"), per_page=max(len(steps), 1), empty=NOTHING
        ),
    }
    return render(request, "datahub/flow.html", facts)
