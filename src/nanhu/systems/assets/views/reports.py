"""Yearly reports (年度报表) on the office's desk: 国资年报 by class, the rows of 高基, the list for the insurer."""

from typing import Any

from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import Day, Money, Number, PageRequest, Table, Text, listing
from nanhu.kernel.kit.filters import address_with
from nanhu.systems.assets.queries import books, reports
from nanhu.systems.assets.views.office import desk
from nanhu.systems.assets.views.tables import ThingFilters


class Year(Table):
    code = Text(_("分类"), sort=False)
    name = Text(_("名称"), sort=False)
    count = Number(_("年末数量"), sort=False)
    opening = Money(_("年初原值"), total=True, sort=False)
    added = Money(_("本年增加"), total=True, sort=False)
    removed = Money(_("本年减少"), total=True, sort=False)
    closing = Money(_("年末原值"), total=True, sort=False)
    lost = Money(_("累计折旧"), total=True, sort=False)
    net = Money(_("年末净值"), total=True, sort=False)


class Statistics(Table):
    name = Text(_("项目"), sort=False)
    count = Number(_("数量"), sort=False)
    fen = Money(_("金额"), sort=False)
    area = Number(_("面积（平方米）"), sort=False)


class Insured(Table):
    ordering = ("number",)
    number = Text(_("资产编号"), is_number=True)
    name = Text(_("名称"))
    classification = Text(_("分类"), "classification__name", is_wide=True)
    place = Text(_("楼"), "room__parent__name", is_wide=True)
    room = Text(_("存放地点"), "room__name")
    quantity = Number(_("数量"))
    used = Day(_("投入使用"), "put_into_use_on", is_wide=True)
    value_fen = Money(_("账面原值"), total=True)
    net_fen = Money(_("净值"))


def year_of(request: PageRequest) -> tuple[int, list[int]]:
    """Rubbish in the address is the last whole year."""
    known = reports.years()
    said = request.GET.get("year", "")
    return next((year for year in known if str(year) == said), known[:2][-1]), known


def chosen(request: PageRequest) -> dict[str, Any]:
    year, known = year_of(request)
    others = [(page.title, page.address()) for page in (year_report, statistics, insured) if page is not request.page]
    years = [(str(one), address_with(request.GET, {"year": f"{one}"}), one == year) for one in known]
    return {"years": years, "year": year, "others": others}


@desk.page(
    "reports/",
    title=_("国资年报"),
    tab=_("年报"),
    lead=_("按分类：年初、本年增加和减少、年末的原值，年末的累计折旧和净值。当年的算到现在；数量按现在的卡片。"),
)
def year_report(request: PageRequest) -> HttpResponseBase:
    facts = chosen(request)
    rows = reports.year_rows(facts["year"])
    return listing(
        request, Year, rows, per_page=50, export_as=f"国资年报{facts['year']}", template="assets/year.html", facts=facts
    )


@year_report.page(
    "statistics/",
    title=_("高基报表"),
    lead=_("教学、科研仪器设备按单价一千元以上；单价按年末原值除以现在的数量；面积按登记的房间，停用的不算。"),
)
def statistics(request: PageRequest) -> HttpResponseBase:
    facts = chosen(request)
    rows = reports.statistics(facts["year"])
    return listing(
        request,
        Statistics,
        rows,
        per_page=50,
        export_as=f"高基{facts['year']}",
        template="assets/year.html",
        facts=facts,
    )


@year_report.page("insured/", title=_("投保清单"), lead=_("在账的资产，按现在的原值和净值；先筛选，再导出交保险公司。"))
def insured(request: PageRequest) -> HttpResponseBase:
    rows = books.on_the_books().select_related("classification", "room__parent")
    return listing(request, Insured, rows, ThingFilters, export_as="投保清单")
