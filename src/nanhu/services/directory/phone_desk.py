"""The desk of lists of phones (电话清单): handed in as a sheet, agreed to by a second person, rolled back whole by two."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.kit import Badge, Console, Empty, Number, PageRequest, Table, Text, list_of
from nanhu.kernel.kit.cases import RowLists
from nanhu.kernel.kit.listings import Listing
from nanhu.kernel.kit.undoing import undoing
from nanhu.services.directory import policies
from nanhu.services.directory.forms import PhoneListForm
from nanhu.services.directory.models import PhoneList, PhoneListRow, PhoneRollback
from nanhu.services.directory.phone_sheet import PHONES, check_phones
from nanhu.services.directory.services import phone_lists
from nanhu.services.directory.services.phone_lists import PhoneLine

desk = Console(
    "directory:phone_lists",
    _("电话清单"),
    icon="file-spreadsheet",
    owner=_("信息中心"),
    description=_("用一张表登记和改本单位的电话，另一位复核后写入，可以整份回滚"),
    roles=policies.ROLES,
    order=87,
)


def keep_list(by: Actor, form: PhoneListForm, rows: list[PhoneLine]) -> PhoneList:
    form.refuse_others(row.unit_id for row in rows)
    said = form.cleaned_data
    return phone_lists.make_list(by=by, token=said["token"], title=said["title"], rows=rows, file_name=form.file_name)


class Lists(RowLists):
    row_count = Number(_("电话"))


class Rows(Table):
    line = Number(_("行号"))
    unit = Text(_("单位"), "unit__name")
    name = Text(_("办什么"))
    number = Text(_("号码"), is_number=True)
    extension = Text(_("分机"), is_number=True)
    before = Text(_("原来"), lambda row: row.before["number"] if row.before else "", is_number=True, sort=False)
    state = Badge(
        _("结果"),
        names=PhoneListRow.State.choices,
        tones={"made": "good", "changed": "good", "same": "none", "taken_back": "none"},
        tone="warn",
    )


def rows_of(request: PageRequest, found: PhoneList) -> Listing:
    rows: Any = found.rows.select_related("unit").order_by("line")
    return list_of(request, Rows, rows, per_page=100, caption=_("各电话"))


lists = desk.intake(
    "lists/",
    PhoneList,
    Lists,
    PHONES,
    form=PhoneListForm,
    check=check_phones,
    keep=keep_list,
    title=_("电话清单"),
    tab=_("电话清单"),
    lead=_("同一单位同一名称的改号码，没有的新登记，没写到的不动；应急电话不能用清单改。"),
    empty=Empty(title=_("还没有交过电话清单"), icon="file-spreadsheet", action=_("交第一份"), to="new"),
    new={
        "title": _("交电话清单"),
        "lead": _("这一步只检查；提交后由另一位复核，同意后才写入。"),
        "arguments": lambda request: {"units": policies.units_kept_by(request.viewer)},
    },
    rows=rows_of,
    rows_at="rows.csv",
    decide=(policies.KEEPER,),
    agree=lambda found: _("同意写入 %(count)s 个电话") % {"count": found.row_count},
    done={"approve": _("已同意，正在写入。"), "discard": _("已作废。")},
)
rollbacks = Console(
    "directory:phone_rollbacks",
    _("电话清单回滚"),
    icon="undo-2",
    owner=_("信息中心"),
    description=_("写错了的电话清单整份恢复原样，两人办理"),
    roles=[policies.KEEPER_ROLE],
    order=89,
)
desk.shares_bar_with(rollbacks)
undoing(
    lists,
    rollbacks,
    PhoneRollback,
    on_ask=lambda by, batch, token, reason: phone_lists.ask_back(by=by, batch=batch, token=token, reason=reason),
    on_agree=lambda by, found: phone_lists.agree_back(by=by, rollback=found),
    title=_("电话清单回滚"),
    warning=_(
        "这份清单新登记的电话去掉，改过的恢复原样。后来有人改过、去掉过其中一个的，不能回滚。提出后由“电话簿管理”的另一位复核：提出的人、当初制单和复核的人都不能批。"
    ),
    lead=_("一位在电话清单的页上提出，另一位同意后整份恢复。提出的人、当初制单和复核的人都不能批。"),
    done=lambda count: _("已回滚，%(count)s 个电话恢复了原样。") % {"count": count},
    may_ask=policies.may_ask_back,
)
