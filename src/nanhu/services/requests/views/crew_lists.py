"""The desk of lists of crews (班组表): handed in as a sheet, agreed to by a second person, rolled back whole by two."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.kit import Console, Empty, Number, PageRequest, Table, Text, list_of
from nanhu.kernel.kit.cases import RowLists
from nanhu.kernel.kit.forms import IntakeForm
from nanhu.kernel.kit.listings import Listing
from nanhu.kernel.kit.undoing import undoing
from nanhu.services.requests import policies
from nanhu.services.requests.crew_sheet import CREWS, check_crews
from nanhu.services.requests.models import CrewList, CrewRollback, FaultClass
from nanhu.services.requests.services import crew_lists
from nanhu.services.requests.services.crew_lists import CrewLine

NAMES = dict(FaultClass.Key.choices)
desk = Console(
    "requests:crew_lists",
    _("班组表"),
    icon="file-spreadsheet",
    owner=_("服务大厅"),
    description=_("用一张表登记和改班组，另一位复核后写入，可以整份回滚"),
    roles=policies.DESK_ROLES,
    order=42,
)
rollbacks = Console(
    "requests:crew_rollbacks",
    _("班组表回滚"),
    icon="undo-2",
    owner=_("服务大厅"),
    description=_("写错了的班组表整份恢复原样，两人办理"),
    roles=policies.DESK_ROLES,
    order=43,
)
desk.shares_bar_with(rollbacks)


GONE = Empty(title=_("满 30 天，各行已经清除"), text=_("班组现在怎样，见“班组”页。"), icon="file-spreadsheet")


class CrewListForm(IntakeForm):
    title = forms.CharField(label=_("名称"), max_length=60, help_text=_("例如：新学期的班组"))
    file = forms.FileField(
        label=_("班组表"),
        help_text=_(
            "CSV 或 xlsx，一行一个班组：班组、修什么、哪些楼（可无）、周几当班（可无）、班长学工号、组员学工号（可无）、电话（可无）。"
        ),
    )


class Lists(RowLists):
    row_count = Number(_("班组"))


class Rows(Table):
    line = Number(_("行号"), is_wide=True)
    name = Text(_("班组"))
    classes = Text(_("修什么"), lambda row: "、".join(str(NAMES[one]) for one in row.said["classes"]), sort=False)
    buildings = Text(_("哪些楼"), lambda row: " ".join(row.said["buildings"]) or _("全校"), sort=False)
    people = Number(_("人数"), lambda row: len(row.said["members"]) + 1, sort=False)
    outcome = Text(_("结果"), sort=False)


def rows_of(request: PageRequest, found: CrewList) -> Listing:
    return list_of(request, Rows, found.rows.select_related("batch").order_by("line"), caption=_("各班组"), empty=GONE)


def keep_list(by: Actor, form: CrewListForm, rows: list[CrewLine]) -> CrewList:
    said: dict[str, Any] = form.cleaned_data
    return crew_lists.make_list(by=by, token=said["token"], title=said["title"], rows=rows, file_name=form.file_name)


lists = desk.intake(
    "",
    CrewList,
    Lists,
    CREWS,
    form=CrewListForm,
    check=check_crews,
    keep=keep_list,
    title=_("班组表"),
    tab=_("班组表"),
    lead=_("同名的班组改成表上写的，没有的新登记，没写到的不动。"),
    empty=Empty(title=_("还没有交过班组表"), icon="file-spreadsheet", action=_("交第一份"), to="new"),
    new={"title": _("交班组表"), "lead": _("这一步只检查；提交后由另一位复核，同意后才写入。")},
    rows=rows_of,
    rows_at="rows.csv",
    decide=tuple(role.key for role in policies.DESK_ROLES),
    agree=lambda found: _("同意写入 %(count)s 个班组") % {"count": found.row_count},
    done={"approve": _("已同意，正在写入。"), "discard": _("已作废。")},
)
undoing(
    lists,
    rollbacks,
    CrewRollback,
    on_ask=lambda by, batch, token, reason: crew_lists.ask_back(by=by, batch=batch, token=token, reason=reason),
    on_agree=lambda by, found: crew_lists.agree_back(by=by, rollback=found),
    title=_("班组表回滚"),
    warning=_(
        "新登记的班组停用，改过的恢复原样。后来有人改过其中一个的，不能回滚。提出后由另一位复核：提出的人、当初制单和复核的人都不能批。"
    ),
    lead=_("一位在班组表的页上提出，另一位同意后整份恢复。提出的人、当初制单和复核的人都不能批。"),
    done=lambda count: _("已回滚，%(count)s 个班组恢复了原样。") % {"count": count},
)
