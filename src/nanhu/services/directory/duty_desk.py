"""The desk of duties (值班安排): one by one, or by a sheet that a second person agrees to, which two can roll back."""

from typing import Any

from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.kit import (
    Badge,
    Console,
    Empty,
    Filters,
    FoldedSearch,
    Link,
    Markup,
    Number,
    PageRequest,
    Table,
    Text,
    list_of,
    listing,
)
from nanhu.kernel.kit.cases import LIST_TONES, RowLists
from nanhu.kernel.kit.listings import Listing
from nanhu.kernel.kit.records import seen
from nanhu.kernel.kit.undoing import undoing
from nanhu.kernel.registry import Viewer
from nanhu.kernel.revisions import revision_of
from nanhu.platforms.people import api as people
from nanhu.services.directory import policies, queries
from nanhu.services.directory.forms import DutyChangeForm, DutyForm, RosterForm
from nanhu.services.directory.models import Duty, DutyList, DutyRollback
from nanhu.services.directory.rules import shift_on, shift_words
from nanhu.services.directory.services import duties as services
from nanhu.services.directory.services.duties import Shift
from nanhu.services.directory.sheets import ROSTER, check_roster

desk = Console(
    "directory:rosters",
    _("值班安排"),
    icon="calendar-clock",
    owner=_("信息中心"),
    description=_("本单位谁值班：逐个排，或交一份值班表，另一位复核后发布"),
    roles=policies.ROLES,
    order=86,
)


def shift_of(request: PageRequest, said: dict[str, Any]) -> Shift:
    begins_at, ends_at = shift_on(said["day"], said["hours"])
    return Shift(
        unit_id=policies.unit_kept(request.viewer, said["unit"]),
        day=said["day"],
        begins_at=begins_at,
        ends_at=ends_at,
        task=said["task"],
        person_id=said["person"],
        office=said["office"],
        phone=said["phone"],
        place_id=said["place"].pk if said["place"] else None,
    )


class Duties(Table):
    when = Link(_("时间"), to="change_duty", sort="begins_at")
    unit = Text(_("单位"), "unit__name")
    task = Text(_("任务"))
    who = Text(_("谁"), sort=False)
    phone = Text(_("电话"), is_number=True)
    place = Text(_("地点"), "place__name", is_wide=True)
    action = Markup(_("操作"), "directory/_duty_deeds.html")


class DutyFilters(Filters):
    q = FoldedSearch(label=_("单位、姓名或拼音"))


def kept_duties(viewer: Viewer) -> QuerySet[Duty]:
    return policies.of_units_kept_by(viewer, queries.coming_duties())


@desk.page("", title=_("值班"), tab=_("值班"), lead=_("今天起各单位谁值班。已经开始的班次不改。"))
def duties(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有排班"), icon="clock", action=_("排一个班"), to="add_duty")
    return listing(
        request,
        Duties,
        kept_duties(request.viewer),
        DutyFilters,
        each=queries.with_holders,
        empty=none,
        export_as="值班表",
    )


@duties.form("new/", DutyForm, title=_("排班"), button=_("排班"), icon="plus", done=_("已排上。"), to="duties")
def add_duty(request: PageRequest, form: DutyForm) -> None:
    services.add(by=request.actor, shift=shift_of(request, form.cleaned_data))


def initial_of(_request: PageRequest, found: Duty) -> dict[str, Any]:
    numbers = people.numbers_of(found.person_id) if found.person_id else []
    return {
        "unit": f"{found.unit.code} {found.unit.name}",
        "day": found.day,
        "hours": shift_words(found.begins_at, found.ends_at),
        "task": found.task,
        "person": f"{found.person_name} {numbers[-1]}" if numbers else "",
        "office": found.office,
        "phone": found.phone,
        "place": found.place.key if found.place else "",
        "revision": revision_of(found),
    }


@duties.form(
    "<uuid:public_id>/",
    DutyChangeForm,
    title=_("改班次"),
    subject=seen(kept_duties, Duty.what),
    initial=initial_of,
    done=_("已改。"),
    to="duties",
)
def change_duty(request: PageRequest, form: DutyChangeForm, found: Duty) -> None:
    said = form.cleaned_data
    services.change(by=request.actor, duty=found, shift=shift_of(request, said), revision=said["revision"])


@duties.form(
    "<uuid:public_id>/remove/",
    Form,
    title=_("去掉这一条"),
    submit=_("去掉这一条"),
    icon="x",
    tone="danger",
    done=_("已去掉。"),
    lead=_("去掉以后，这段时间没有人值班；日程里取消，要恢复得重新排。"),
    subject=seen(kept_duties, Duty.what),
    about=str,
    to="duties",
)
def remove_duty(request: PageRequest, _form: Form, found: Duty) -> None:
    services.remove(by=request.actor, duty=found)


def keep_roster(by: Actor, form: RosterForm, rows: list[Shift]) -> DutyList:
    form.refuse_others(row.unit_id for row in rows)
    said = form.cleaned_data
    return services.make_list(by=by, token=said["token"], title=said["title"], rows=rows, file_name=form.file_name)


class Rosters(RowLists):
    row_count = Number(_("班次"))
    state = Badge(_("状态"), names=DutyList.State.choices, tones=LIST_TONES, tone="warn")


class RosterRows(Table):
    line = Number(_("行号"), is_wide=True)
    unit = Text(_("单位"), "unit__name")
    when = Text(_("时间"), sort=False)
    task = Text(_("任务"))
    who = Text(_("谁"), sort=False)
    phone = Text(_("电话"), is_number=True, is_wide=True)
    place = Text(_("地点"), "place__name", is_wide=True)
    state = Badge(
        _("状态"),
        names=Duty.State.choices,
        tones={"standing": "good", "replaced": "none", "removed": "none"},
        tone="warn",
    )


def rows_of(request: PageRequest, found: DutyList) -> Listing:
    rows = found.rows.select_related("unit", "place").order_by("line")
    return list_of(request, RosterRows, rows, per_page=100, caption=_("各班次"), each=queries.with_holders)


rosters = desk.intake(
    "lists/",
    DutyList,
    Rosters,
    ROSTER,
    form=RosterForm,
    check=check_roster,
    keep=keep_roster,
    title=_("值班表"),
    tab=_("值班表"),
    lead=_("一份表说全它写到的单位和日子：那几天原来的班次让位，回滚时恢复。"),
    empty=Empty(title=_("还没有交过值班表"), icon="calendar-range", action=_("交第一份"), to="new"),
    new={
        "title": _("交值班表"),
        "lead": _("这一步只检查；提交后由另一位复核，同意后才发布。"),
        "arguments": lambda request: {"units": policies.units_kept_by(request.viewer)},
    },
    rows=rows_of,
    rows_at="rows.csv",
    decide=(policies.KEEPER,),
    agree=lambda found: _("同意发布 %(count)s 个班次") % {"count": found.row_count},
    done={"approve": _("已同意，正在写入。"), "discard": _("已作废。")},
)
rollbacks = Console(
    "directory:duty_rollbacks",
    _("值班表回滚"),
    icon="undo-2",
    owner=_("信息中心"),
    description=_("发布错了的值班表整份收回，原来的班次恢复，两人办理"),
    roles=[policies.KEEPER_ROLE],
    order=90,
)
desk.shares_bar_with(rollbacks)


def words_of_return(counts: tuple[int, int]) -> str:
    came, wanted = counts
    if came < wanted:
        return _("已回滚，原来的 %(n)s 个班次恢复了，%(left)s 个没有恢复。") % {"n": came, "left": wanted - came}
    return _("已回滚，原来的 %(n)s 个班次恢复了。") % {"n": came}


undoing(
    rosters,
    rollbacks,
    DutyRollback,
    on_ask=lambda by, batch, token, reason: services.ask_back(by=by, batch=batch, token=token, reason=reason),
    on_agree=lambda by, found: services.agree_back(by=by, rollback=found),
    title=_("值班表回滚"),
    warning=_(
        "这份表里还没有开始的班次去掉，那几天原来的班次恢复。后来改过、换过班的表不能回滚。提出后由“电话簿管理”的另一位复核：提出的人、当初制单和复核的人都不能批。"
    ),
    lead=_("一位在值班表的页上提出，另一位同意后整份收回。提出的人、当初制单和复核的人都不能批。"),
    done=words_of_return,
    may_ask=policies.may_ask_back,
)
