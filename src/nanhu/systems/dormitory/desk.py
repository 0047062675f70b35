"""The desk of water and power by room (水电代扣): hand in, look, submit, approve, follow, try again, give back."""

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
    Markup,
    Money,
    Month,
    Number,
    PageRequest,
    Search,
    Table,
    Text,
    Views,
    Who,
    list_of,
)
from nanhu.kernel.kit.columns import Tone
from nanhu.kernel.kit.listings import Listing
from nanhu.kernel.kit.undoing import Rollbacks, undoing
from nanhu.kernel.money import format_yuan
from nanhu.kernel.registry import Role
from nanhu.kernel.registry import Text as Words
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.dormitory import queries
from nanhu.systems.dormitory.checking import CheckedRoom, check_rooms
from nanhu.systems.dormitory.forms import RoomListForm
from nanhu.systems.dormitory.models import RoomList, RoomRollback
from nanhu.systems.dormitory.services import lists as services
from nanhu.systems.dormitory.services import returns
from nanhu.systems.dormitory.sheets import ROOMS

BILLER = "dormitory.biller"
State = RoomList.State
TONES: dict[str, Tone] = {State.POSTED: "good", State.REFUSED: "none", State.DISCARDED: "none", State.RETURNED: "none"}
MOVING = {"taken": _("已扣"), "left": _("没扣到"), "given_back": _("已退回"), "closed": _("已撤销或减免")}
BEFORE = {"short": _("余额不够"), "first": _("第一次出现的房间")}
desk = Console(
    "dormitory:rooms",
    _("水电代扣"),
    icon="zap",
    owner=_("后勤处"),
    description=_("按房间交一个月的水费电费：整份检查、另一人复核、逐笔从卡里扣，没扣到的导出"),
    roles=[
        Role(
            key=BILLER,
            name=_("水电代扣经办"),
            description=_("交宿舍水电账单、复核别人的账单，看得到各房间住着谁、扣了多少"),
        )
    ],
    order=45,
)


rollbacks = Console(
    "dormitory:rollbacks",
    _("水电整份退回"),
    icon="undo-2",
    owner=_("后勤处"),
    description=_("扣错了的整份账单逐笔退回，两人办理"),
    roles=desk.roles.values(),
    order=451,
)
desk.shares_bar_with(rollbacks)


class Lists(Table):
    title = Link(_("名称"), to="case")
    room_count = Number(_("笔数"))
    share_count = Number(_("人次"))
    sum_fen = Money(_("金额"))
    author = Who(_("制单"), "author_name", at="created_at", account="author_id")
    approver = Who(_("复核"), "approver_name", account="approver_id")
    state = Badge(_("状态"), names=State.choices, tones=TONES, tone="warn")


class ListFilters(Filters):
    q = Search("title", "author_name")
    state = Choice(_("状态"), State.choices)


class Buildings(Table):
    building = Text(_("楼栋"))
    item = Text(_("项目"))
    rooms = Number(_("房间"))
    persons = Number(_("人数"))
    fen = Money(_("金额"))


class Shares(Table):
    line = Number(_("行号"), is_wide=True)
    building = Text(_("楼栋"), "bill__building")
    room = Text(_("房间"), "bill__room")
    campus_no = Text(_("学工号"), is_number=True)
    name = Text(_("姓名"))
    item = Text(_("项目"), "bill__get_item_display", sort=False)
    month = Month(_("月份"), "bill__month")
    amount_fen = Money(_("金额"))
    state = Text(_("状态"), "fate", names=queries.FATES)
    why = Text(_("原因"), lambda share: queries.why_words().get(share.why, share.why))


class ReturnableShares(Shares):
    """For who may give one payment back, on its payer's page."""

    correction = Markup(_("更正"), "dormitory/_return.html")


def keep(by: Actor, form: RoomListForm, rooms: list[CheckedRoom]) -> RoomList:
    said = form.cleaned_data
    return services.make_list(by=by, token=said["token"], title=said["title"], rooms=rooms, file_name=form.file_name)


def shares(request: PageRequest, found: RoomList) -> Listing:
    conditions = queries.conditions(found)
    views = {key: (word, conditions[key]) for key, word in (MOVING if found.is_money_moving else BEFORE).items()}
    filters: type[Filters] = type("ShareFilters", (Filters,), {"show": Views(views)})
    debit = ledger.direct_debit()
    may_return = debit is not None and debit.return_urls(request.viewer, []) is not None
    rows = queries.shares_of(found)
    if debit is None or not may_return or found.state != State.POSTED:
        return list_of(request, Shares, rows, filters, per_page=100, caption=_("每人一份"))

    def with_urls(page: list[Any]) -> list[Any]:
        urls = debit.return_urls(request.viewer, [one.charge_id for one in page if one.fate == "taken"]) or {}
        for one in page:
            one.return_url = urls.get(one.charge_id, "")
        return page

    return list_of(request, ReturnableShares, rows, filters, per_page=100, caption=_("每人一份"), each=with_urls)


def facts(request: PageRequest, found: RoomList) -> dict[str, Any]:
    sums = queries.sums_by_building(found)
    return {
        "report": queries.report_of(found),
        "buildings": list_of(request, Buildings, sums, per_page=500, caption=_("各楼")),
    }


lists = desk.intake(
    "",
    RoomList,
    Lists,
    ROOMS,
    form=RoomListForm,
    check=check_rooms,
    keep=keep,
    title=_("水电代扣"),
    tab=_("各份账单"),
    lead=_(
        "一位经办人交一个月的水费电费，按房间分给住的人；另一位复核后逐笔从校园卡扣款。余额不够的不扣，列出来可以导出、再扣。"
    ),
    filters=ListFilters,
    empty=Empty(
        title=_("还没有交过账单"),
        icon="zap",
        action=_("交第一份账单"),
        to="new",
        text=_("先下载模板，一行一个住在房间里的人；整份检查无误才会留下，另一位同意后才会扣款。"),
    ),
    new={
        "title": _("交水电账单"),
        "lead": _("这一步只检查，不扣钱：下一页先看各楼的金额和谁的余额不够，再提交给另一位经办人复核。"),
        "button": _("交账单"),
        "facts": lambda _request: {
            "rules": _(
                "一行一个住在房间里的人。“房间金额”写整间房的金额，同一间房每行写一样的数，系统按人平分到分，"
                "除不尽的分由学工号在前的人各多一分；各人金额不同，就把这一列的表头改成“个人金额”。"
            )
        },
    },
    filled=lambda: ROOMS.last(queries.last_occupants()),
    template="dormitory/room_list.html",
    facts=facts,
    rows=shares,
    rows_at="shares.csv",
    agree=lambda found: (
        _("同意从 %(count)s 人次扣 %(sum)s") % {"count": found.share_count, "sum": format_yuan(found.sum_fen)}
    ),
    done={"approve": _("已同意，正在逐笔扣款。"), "discard": _("已作废，一笔也没有扣。")},
)


@lists.case.action("try-again/", done=_("正在把没扣到的再扣一次。"))
def try_again(request: PageRequest, found: RoomList) -> None:
    services.try_again(by=request.actor, room_list=found)


class Returns(Rollbacks):
    share_count = Number(_("人次"), "batch__share_count")
    sum_fen = Money(_("金额"), "batch__sum_fen")


def return_words(found: RoomRollback) -> Words:
    count, fen = queries.report_of(found.batch).with_school
    return _("同意退回 %(count)s 笔共 %(sum)s") % {"count": count, "sum": format_yuan(fen)}


undoing(
    lists,
    rollbacks,
    RoomRollback,
    Returns,
    on_ask=lambda by, batch, token, reason: returns.ask_back(by=by, batch=batch, token=token, reason=reason),
    on_agree=lambda by, found: returns.agree_back(by=by, rollback=found),
    title=_("整份退回"),
    warning=_(
        "整份扣错了才退：已扣的每一笔都退回本人的校园卡，原因在持卡人的明细里看得到，没扣到的不再欠；退回后这些房间可以重新交账单。提出后由另一位复核：提出的人、当初制单和复核的人都不能批。"
    ),
    lead=_("一位经办人在账单的页上提出，另一位同意后逐笔退回。提出的人、当初制单和复核的人都不能批。"),
    agree=return_words,
    done=_("已同意，正在逐笔退回。"),
)
