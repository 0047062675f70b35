"""Periodic inspections (定期检验) on the desks: what is due, of a unit and of the school; on a thing's card its keeper plans and enters them."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today
from nanhu.kernel.kit import Badge, Day, Empty, Filters, Link, Number, PageRequest, Table, Text, Views, listing
from nanhu.platforms.campus.api import PlaceSearch
from nanhu.systems.assets.models import Inspection, InspectionRecord
from nanhu.systems.assets.models.things import GONE
from nanhu.systems.assets.policies import units_kept_by
from nanhu.systems.assets.views import office, unit
from nanhu.systems.assets.views.tables import SOON, soon


def standing(row: Any) -> str:
    """Failed it is not used, however long it would have been good."""
    is_failed = row.result == InspectionRecord.Result.FAILED
    if is_failed:
        return "failed"
    return "late" if row.due_on < campus_today() else "soon" if row.due_on < campus_today() + SOON else "due"


class Inspections(Table):
    ordering = ("due_on",)
    number = Link(_("资产编号"), "asset__number", to="thing", by=("asset__public_id",))
    name = Text(_("名称"), "asset__name")
    kind = Text(_("检验"), names=dict(Inspection.Kind.choices))
    due_on = Day(_("到期"))
    state = Badge(
        _("状态"),
        standing,
        names={"failed": _("不合格"), "late": _("已过期"), "soon": _("六十天内到期"), "due": _("有效")},
        tones={"failed": "bad", "late": "bad", "soon": "warn", "due": "good"},
        sort=False,
    )
    every_months = Number(_("周期（月）"), is_wide=True)
    last_on = Day(_("上次检验"), is_wide=True, sort=False)
    result = Text(_("上次结果"), names=dict(InspectionRecord.Result.choices), is_wide=True, sort=False)
    unit = Text(_("使用单位"), "asset__unit__name", is_wide=True)
    room = Text(_("存放地点"), "asset__room__name", is_wide=True)


class InspectionFilters(Filters):
    q = PlaceSearch("asset__number", "asset__name", "asset__unit__name", places=("asset__room__name",))
    show = Views(
        {
            "late": (_("已过期"), lambda: Q(due_on__lt=campus_today())),
            "soon": (_("六十天内到期"), lambda: soon("due_on")),
            "failed": (_("上次不合格"), Q(result=InspectionRecord.Result.FAILED)),
        }
    )


LEAD = _(
    "特种设备检验、计量检定、校准和保养，先到期的在前。在资产卡片上“定期检验”里定周期，做完登记结果；不合格的转报修，不再使用。"
)
NONE = Empty(
    title=_("没有要定期检验的资产"), icon="clipboard-check", text=_("在资产卡片上点“定期检验”，写多久检一次。")
)


def inspections() -> QuerySet[Any]:
    return Inspection.living().exclude(asset__state__in=GONE).select_related("asset__unit", "asset__room")


@office.desk.page("inspections/", title=_("定期检验"), tab=_("检验"), lead=LEAD)
def of_the_school(request: PageRequest) -> HttpResponseBase:
    return listing(request, Inspections, inspections(), InspectionFilters, empty=NONE, export_as="定期检验")


@unit.desk.page("inspections/", title=_("定期检验"), tab=_("检验"), lead=LEAD)
def of_units(request: PageRequest) -> HttpResponseBase:
    rows = inspections().filter(asset__unit_id__in=units_kept_by(request.viewer))
    return listing(request, Inspections, rows, InspectionFilters, empty=NONE, export_as="定期检验")
