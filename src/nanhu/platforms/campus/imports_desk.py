"""The desk where rooms come in by the sheet: checked, compared with what stands, approved by another, taken back by two."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.kit import (
    Badge,
    Choice,
    Console,
    Empty,
    Filters,
    Link,
    Number,
    PageRequest,
    Table,
    Text,
    Who,
    list_of,
)
from nanhu.kernel.kit.columns import Tone
from nanhu.kernel.kit.listings import Listing
from nanhu.kernel.kit.undoing import undoing
from nanhu.platforms.campus.desk import KEEPER_ROLE
from nanhu.platforms.campus.desk import desk as places
from nanhu.platforms.campus.forms import RoomsForm
from nanhu.platforms.campus.models import RoomImport, RoomImportRow, RoomRollback
from nanhu.platforms.campus.services import rooms as services
from nanhu.platforms.campus.services.rooms import CheckedRoom
from nanhu.platforms.campus.sheets import HEADS, ROOMS

State = RoomImport.State
TONES: dict[str, Tone] = {
    State.POSTED: "good",
    State.REFUSED: "none",
    State.DISCARDED: "none",
    State.UNDONE: "none",
    State.FAILED: "bad",
}

desk = Console(
    "campus:imports",
    _("房间表"),
    icon="table",
    owner=_("后勤处"),
    description=_("按表登记房间：整份检查、看改动、另一人复核、两人可以回滚"),
    roles=[KEEPER_ROLE],
    order=47,
)
rollbacks = Console(
    "campus:room_rollbacks",
    _("房间表回滚"),
    icon="undo-2",
    owner=_("后勤处"),
    description=_("登记错了的房间表整份收回，两人办理"),
    roles=[KEEPER_ROLE],
    order=48,
)
places.shares_bar_with(desk, rollbacks)


def differences(row: RoomImportRow) -> str:
    if row.before is None:
        return ""
    changed = (key for key in row.after if row.after[key] != row.before.get(key))
    return "；".join(f"{HEADS[key]} {said(row.before.get(key))} → {said(row.after[key])}" for key in changed)


def said(value: Any) -> str:
    return "、".join(value) if isinstance(value, list) else "—" if value in {None, ""} else str(value)


class Imports(Table):
    title = Link(_("名称"), to="case")
    added_count = Number(_("新增"))
    changed_count = Number(_("修改"))
    same_count = Number(_("不变"))
    author = Who(_("制单"), "author_name", at="created_at", account="author_id")
    approver = Who(_("复核"), "approver_name", account="approver_id")
    state = Badge(_("状态"), names=State.choices, tones=TONES, tone="warn")


class Rows(Table):
    ordering = ("line",)
    line = Number(_("行号"), is_wide=True)
    code = Text(_("房间代码"), is_number=True)
    name = Text(_("名称"), lambda row: row.after["name"])
    change = Badge(
        _("改动"), names=RoomImportRow.Change.choices, tones={"add": "good", "change": "warn", "same": "none"}
    )
    differences = Text(_("原来 → 以后"), differences, sort=False)


class RowFilters(Filters):
    change = Choice(_("改动"), RoomImportRow.Change.choices)


def keep(by: Actor, form: RoomsForm, rooms: list[CheckedRoom]) -> RoomImport:
    given = form.cleaned_data
    return services.keep_rooms(by=by, token=given["token"], title=given["title"], rooms=rooms, file_name=form.file_name)


def rows(request: PageRequest, found: RoomImport) -> Listing:
    return list_of(request, Rows, found.rows.all(), RowFilters, per_page=100, caption=_("逐间改动"))


imports = desk.intake(
    "",
    RoomImport,
    Imports,
    ROOMS,
    form=RoomsForm,
    check=services.check_rooms,
    keep=keep,
    title=_("房间表"),
    tab=_("房间表"),
    lead=_("一份表登记许多房间：先检查和看改动，另一位复核后生效。没有人用到新增的房间以前，两人可以整份回滚。"),
    empty=Empty(
        title=_("还没有交过房间表"), icon="table", action=_("交第一份"), to="new", text=_("先下载模板，一行一个房间。")
    ),
    new={
        "title": _("交房间表"),
        "lead": _("这一步只检查，不登记：下一页逐间看新增和改动，再提交给另一位。"),
        "button": _("交房间表"),
        "facts": lambda _request: {
            "rules": _("“带上次交的行”是现在登记的全部房间，改好就是一份新表；表里没有的房间不动。")
        },
    },
    filled=services.filled_form,
    template="campus/import.html",
    rows=rows,
    rows_at="rows.csv",
    agree=lambda found: (
        _("同意新增 %(added)s 间、修改 %(changed)s 间") % {"added": found.added_count, "changed": found.changed_count}
    ),
    done={"approve": _("已同意，正在登记。"), "discard": _("已作废，房间没有改动。")},
)


undoing(
    imports,
    rollbacks,
    RoomRollback,
    on_ask=lambda by, batch, token, reason: services.ask_back(by=by, batch=batch, token=token, reason=reason),
    on_agree=lambda by, found: services.agree_back(by=by, rollback=found),
    title=_("房间表回滚"),
    warning=_(
        "这份表新增的房间取消，改过的恢复原样。后来又改过，或房间已有人用到，就不能回滚。提出后由另一位复核：提出的人、当初制单和复核的人都不能批。"
    ),
    lead=_("一位在房间表的页上提出，另一位同意后房间和交表以前一样。提出的人、当初制单和复核的人都不能批。"),
    done=_("已回滚，房间和交表以前一样。"),
)
