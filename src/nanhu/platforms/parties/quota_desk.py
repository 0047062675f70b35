"""财政指标 for the finance office: the quotas that hold, and sheets of those that come on paper, handed in by one and agreed by another."""

from typing import Final

from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.kit import (
    Badge,
    Choice,
    Console,
    Empty,
    Filters,
    Moment,
    Money,
    Number,
    PageRequest,
    Search,
    Table,
    Text,
    list_of,
    listing,
)
from nanhu.kernel.kit.cases import RowLists
from nanhu.kernel.kit.listings import Listing
from nanhu.kernel.registry import Role
from nanhu.platforms.parties.forms import QuotaListForm
from nanhu.platforms.parties.models import QuotaLine, QuotaList, QuotaListRow
from nanhu.platforms.parties.queries import quotas_in_force
from nanhu.platforms.parties.quota_sheet import QUOTAS, check_quotas, filled
from nanhu.platforms.parties.services import quota_lists

BUDGET: Final = "parties.budget"
desk = Console(
    "parties:quotas",
    _("财政指标"),
    icon="landmark",
    owner=_("财务处"),
    description=_("财政下达给学校的指标：一体化读来的，和按文件交表登记的"),
    roles=[Role(key=BUDGET, name=_("财政指标管理"), description=_("看财政指标，交指标表，复核别人交的"))],
    order=72,
)


def years() -> list[tuple[str, str]]:
    found = QuotaLine.objects.order_by("-year").values_list("year", flat=True).distinct()
    return [(str(one), str(one)) for one in found]


class Quotas(Table):
    ordering = ("-year", "number")
    number = Text(_("指标编号"), is_number=True)
    document = Text(_("指标文号"))
    year = Text(_("年度"), is_number=True)
    agency = Text(_("单位代码"), is_number=True, is_wide=True)
    fund_type = Text(_("资金性质"), is_number=True, is_wide=True)
    function = Text(_("支出功能分类"), is_number=True)
    government_class = Text(_("政府经济分类"), is_number=True, is_wide=True)
    department_class = Text(_("部门经济分类"), is_number=True, is_wide=True)
    project = Text(_("项目代码"), is_number=True, is_wide=True)
    amount_fen = Money(_("指标金额"), total=True)
    source = Text(
        _("来源"),
        lambda one: one.quota_list_id is None,
        names={True: _("财政一体化"), False: _("指标表")},
        sort="quota_list",
    )
    received_at = Moment(_("登记时间"))


class QuotaFilters(Filters):
    q = Search("number", "document", "project", label=_("指标编号、文号、项目代码"))
    year = Choice(_("年度"), years)


class Lists(RowLists):
    row_count = Number(_("指标"))


class Rows(Table):
    line = Number(_("行号"), is_wide=True)
    number = Text(_("指标编号"), is_number=True)
    document = Text(_("指标文号"))
    year = Text(_("年度"), is_number=True)
    function = Text(_("支出功能分类"), is_number=True, is_wide=True)
    before_fen = Money(_("原来的金额"))
    amount_fen = Money(_("指标金额"), total=True)
    change = Badge(
        _("改什么"),
        names=QuotaListRow.Change.choices,
        tones={"new": "good", "changed": "warn", "withdrawn": "bad"},
        tone="none",
    )


def keep_list(by: Actor, form: QuotaListForm, rows: list[QuotaListRow]) -> QuotaList:
    said = form.cleaned_data
    return quota_lists.make_list(by=by, token=said["token"], title=said["title"], rows=rows, file_name=form.file_name)


def rows_of(request: PageRequest, found: QuotaList) -> Listing:
    return list_of(request, Rows, found.rows.order_by("line"), per_page=100, caption=_("逐条指标"))


@desk.page(
    "",
    title=_("财政指标"),
    tab=_("指标"),
    lead=_("现行有效的，撤销的不在里面。一体化每小时读一次；只有文件的，在“指标表”里交。"),
)
def quotas(request: PageRequest) -> HttpResponseBase:
    none = Empty(
        title=_("还没有财政指标"),
        icon="landmark",
        text=_("接通财政一体化以后自动读来；没有接通的，按文件填表交。"),
        action=_("交指标表"),
        to="new",
    )
    name = f"财政指标{campus_today():%Y%m%d}"
    return listing(request, Quotas, quotas_in_force(), QuotaFilters, empty=none, export_as=name)


lists = desk.intake(
    "lists/",
    QuotaList,
    Lists,
    QUOTAS,
    form=QuotaListForm,
    check=check_quotas,
    keep=keep_list,
    filled=filled,
    title=_("指标表"),
    tab=_("指标表"),
    lead=_(
        "一行一条指标：编号没有的新增，有的改成表上的，“是否撤销”写“是”的撤销，没写到的不动。由财政一体化读来的不能用表改。"
    ),
    empty=Empty(title=_("还没有交过指标表"), icon="file-spreadsheet", action=_("交第一份"), to="new"),
    new={
        "title": _("交指标表"),
        "lead": _("这一步只检查；提交后由另一位复核，同意后才写入。"),
        "button": _("交指标表"),
    },
    rows=rows_of,
    rows_at="rows.csv",
    agree=lambda found: _("同意写入 %(count)s 条指标") % {"count": found.row_count},
    done={"approve": _("已同意，正在写入。"), "discard": _("已作废。")},
)
