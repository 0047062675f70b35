"""The desk of doors: how they are and who passed, rules with whom they touch, emergencies; and everybody's own passages."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit
from nanhu.kernel.clock import now
from nanhu.kernel.kit import (
    SIGNED_IN,
    Console,
    Empty,
    Filters,
    Markup,
    Moment,
    Number,
    PageRequest,
    Press,
    Table,
    Text,
    Views,
    Who,
    bulk,
    form_of,
    list_of,
    listing,
)
from nanhu.kernel.kit.effects import Effect
from nanhu.kernel.kit.forms import ReasonForm
from nanhu.kernel.kit.records import record
from nanhu.kernel.registry import Role
from nanhu.platforms.access import queries
from nanhu.platforms.access.forms import DoorRuleForm, EmergencyForm, SidesForm
from nanhu.platforms.access.models import DoorEmergency, DoorRule
from nanhu.platforms.access.services import emergencies, ruling
from nanhu.platforms.access.services.previewing import Preview, preview_rule, preview_withdrawal
from nanhu.platforms.access.services.sides import reset_sides
from nanhu.platforms.campus.api import Place, place_with

MANAGER = "access.manager"
GUARD = "access.guard"
MANAGERS = (MANAGER,)
PAST = 30
"""Emergencies that the page shows when they are over."""

NO_DOORS = Empty(title=_("还没有登记的门"), icon="door-open", text=_("门禁控制器登记到地点以后，在这里看得到。"))
NO_DOOR_HERE = Empty(title=_("这个地点自己没有门"), icon="door-closed", text=_("它的规则适用于下属各处的门。"))
NOBODY_YET = Empty(title=_("还没有人刷卡"), icon="history", text=_("每一次放行和拒绝都会列在这里。"))
NONE_SUCH = Empty(title=_("没有这样的记录"), icon="history", text=_("换一个条件。"))
NONE_OWN = Empty(title=_("还没有记录"), icon="door-open", text=_("刷一次宿舍或图书馆的门，这里就看得到。"))
MOST_PLACES = 2000
"""On one page: the tree is looked over as a whole."""

desk = Console(
    "access",
    _("门禁"),
    icon="door-open",
    owner=_("保卫处"),
    description=_("谁能进哪里，门的当前状态，紧急开门"),
    roles=[
        Role(key=MANAGER, name=_("门禁主管"), description=_("定谁能进哪些门、什么时候能进")),
        Role(key=GUARD, name=_("门卫"), description=_("看各处门的情况和通行记录，紧急开门，重置进出状态")),
    ],
    order=44,
)


class Places(Table):
    name = Markup(_("地点"), "access/_place.html")
    kind = Text(_("种类"), "place__get_kind_display")
    doors = Number(_("门"), lambda line: len(line.doors))
    state = Markup(_("情况"), "access/_states.html")


class Doors(Table):
    name = Text(_("门"), lambda line: f"{line.door.terminal.place} {line.door.terminal.number}")
    state = Markup(_("情况"), "access/_state.html")
    said_at = Moment(_("上次联系"), "door__said_at")
    version = Number(_("名单版本"), "door__said_version")
    stored = Number(_("未上传"), "door__said_stored")


class OwnPassages(Table):
    at = Moment(_("时间"), "passage__at")
    place = Text(_("地点"), "passage__place__name")
    door = Text(_("门"), queries.door_words)
    result = Markup(_("结果"), "access/_result.html")


class Passages(Table):
    at = Moment(_("时间"), "passage__at")
    who = Markup(_("谁"), "access/_person.html")
    door = Text(_("门"), queries.door_words)
    result = Markup(_("结果"), "access/_result.html")
    remark = Markup(_("需要关注"), "access/_remark.html")


class Rules(Table):
    who = Markup(_("谁"), "access/_rule.html")
    place = Markup(_("哪里"), "access/_where.html")
    when = Markup(_("什么时候"), "access/_when.html")
    reason = Text(_("依据"))
    made_by = Who(_("制定人"), "created_by_name")


class LivingRules(Rules):
    withdraw = Press(_("撤回"), to="rule_withdraw")


class WithdrawnRules(Rules):
    ordering = ("-withdrawn_at",)
    withdrawn_by = Who(_("撤回"), "withdrawn_by_name")
    withdrawn_at = Moment(_("撤回时间"))


@desk.page(
    "", title=_("门禁"), tab=_("各处的门"), lead=_("各处门的当前状态，每五秒自动更新。断网的门按已下载的名单继续工作。")
)
def places(request: PageRequest) -> HttpResponseBase:
    lines = queries.place_lines()
    doors = [door for line in lines for door in line.doors]
    facts = {
        "list": list_of(request, Places, lines, caption=_("各处的门"), empty=NO_DOORS, per_page=MOST_PLACES),
        "doors": len(doors),
        "online": sum(door.is_online for door in doors),
        "stored": sum(door.door.said_stored for door in doors),
        "as_of": now(),
    }
    return render(request, "access/places.html", facts)


@places.page("places/<str:key>/", title=_("地点"), subject=place_with)
def place(request: PageRequest, found: Place) -> HttpResponseBase:
    line = queries.line_at(found)
    nobody = Empty(title=_("没有规则，任何人都不能进入"), icon="list-checks", text=_("由门禁主管写规则。"))
    facts = {
        "place": found,
        "line": line,
        "inside": queries.inside(found),
        "counts": queries.today_counts(found),
        "rules": list_of(request, Rules, queries.rules_over(found), caption=_("谁能进"), empty=nobody),
        "list": list_of(request, Doors, line.doors, caption=_("门"), empty=NO_DOOR_HERE),
        "passages": list_of(
            request,
            Passages,
            queries.with_masked_names(queries.passages_at(found)),
            caption=_("刚刚"),
            empty=NOBODY_YET,
        ),
        "pass_back": queries.pass_back_of(found),
        "form": form_of(request, SidesForm),
        "as_of": now(),
    }
    return render(request, "access/place.html", facts)


class PassageFilters(Filters):
    only = Views(
        {
            "refused": (_("没有放行"), Q(is_opened=False)),
            "remarked": (_("需要关注"), ~Q(remark="")),
            "offline": (_("断网时"), Q(is_offline=True)),
        }
    )


@place.page("log/", title=_("门禁记录"), lead=_("最近两百条。记录只增不改，保存半年；谁来看过也有记录。"))
def log(request: PageRequest, found: Place) -> HttpResponseBase:
    """With full names; that somebody read it is on record."""
    filters = PassageFilters(request.GET)
    only = filters.given(PassageFilters.only)[""] or ""
    audit.record(by=request.actor, action="access.log_read", target=f"place:{found.key}", facts={"only": only})
    lines = queries.passages_at(found, narrow=filters.narrow, most=queries.LOG_ROWS)
    facts = {"place": found}
    return listing(request, Passages, lines, PassageFilters, empty=NONE_SUCH, template="access/log.html", facts=facts)


@place.action("reset/", form=SidesForm, done=_("已重置，下一次刷卡按没有进出记录算。"))
def reset(request: PageRequest, form: SidesForm, found: Place) -> None:
    reset_sides(
        by=request.actor, place=found, reason=form.cleaned_data["reason"], person_id=form.cleaned_data["campus_no"]
    )


@desk.page(
    "rules/",
    title=_("门禁规则"),
    tab=_("规则"),
    lead=_(
        "针对个人的规则优先于针对群体的，同级中禁止优先于准许；没有适用的规则，门不开。卡本身不能用时，任何规则都不起作用。"
    ),
    roles=MANAGERS,
)
def rules(request: PageRequest) -> HttpResponseBase:
    none = Empty(
        title=_("还没有规则"),
        icon="list-checks",
        action=_("写第一条"),
        to="rule_new",
        text=_("没有规则，所有的门都不开。"),
    )
    facts = {
        "living": list_of(
            request, LivingRules, queries.living_rules(), caption=_("现在的规则"), empty=none, bulk="rules_withdraw"
        ),
        "withdrawn": list_of(request, WithdrawnRules, queries.withdrawn_rules(), caption=_("已撤回的规则")),
    }
    return render(request, "access/rules.html", facts)


def effect(seen: Preview) -> Effect:
    return Effect(
        gaining=sorted(seen.gaining),
        losing=sorted(seen.losing),
        unchanged_count=seen.untouched,
        gains=_("可进入时间增加的人"),
        loses=_("可进入时间减少的人"),
        unchanged=_("涉及但无变化的人"),
        note=_("按规则生效后七天、这个地点和里面各处的门来算。"),
    )


@rules.form(
    "new/",
    DoorRuleForm,
    title=_("新的门禁规则"),
    lead=_("先看谁得到、谁失去，再生效。"),
    button=_("新规则"),
    submit=_("预览影响范围"),
    icon="eye",
    preview=lambda _request, form: effect(preview_rule(form.cleaned_data["place"], form.draft())),
    done=_("已生效。联网的门现在就按它判断，断网名单在几秒内更新。"),
)
def rule_new(request: PageRequest, form: DoorRuleForm) -> None:
    said = form.cleaned_data
    ruling.rule(by=request.actor, place=said["place"], draft=form.draft(), reason=said["reason"])


@rules.form(
    "<uuid:public_id>/withdraw/",
    ReasonForm,
    title=_("撤回门禁规则"),
    submit=_("撤回"),
    icon="undo-2",
    tone="danger",
    subject=record(DoorRule.objects.filter(withdrawn_at=None).select_related("place", "person", "unit"), _("这条规则")),
    facts=lambda _request, rule: {"effect": effect(preview_withdrawal(rule))},
    done=_("已撤回。"),
    template="access/withdraw.html",
)
def rule_withdraw(request: PageRequest, form: ReasonForm, rule: DoorRule) -> None:
    ruling.withdraw(by=request.actor, rule=rule, reason=form.cleaned_data["reason"])


@bulk(
    rules,
    "withdraw/",
    ReasonForm,
    title=_("撤回选中的规则"),
    lead=_("撤回后，只靠这些规则放行的人不能再进；已经通过的记录保留。"),
    submit=_("全部撤回"),
    icon="undo-2",
    tone="danger",
    rows=lambda _request: queries.living_rules(),
    table=Rules,
    done=lambda count: _("%(count)s 条规则已撤回。") % {"count": count},
)
def rules_withdraw(request: PageRequest, form: ReasonForm, chosen: list[DoorRule]) -> int:
    for rule in chosen:
        ruling.withdraw(by=request.actor, rule=rule, reason=form.cleaned_data["reason"])
    return len(chosen)


def emergency_facts(_request: PageRequest) -> Mapping[str, Any]:
    lines = [line for line in queries.place_lines() if line.emergency and line.doors]
    doors = [door for line in lines for door in line.doors]
    return {
        "open": queries.open_emergencies(),
        "lines": lines,
        "doors": len(doors),
        "past": queries.past_emergencies(PAST),
        "heard": sum(door.has_heard for door in doors),
        "as_of": now(),
    }


@desk.form(
    "emergency/",
    EmergencyForm,
    title=_("紧急开门"),
    tab=_("紧急开门"),
    lead=_("打开一个地点和里面所有的门，谁都能过。到时自己关；开门、关门、原因都留痕。"),
    submit=_("现在开门"),
    icon="siren",
    tone="danger",
    facts=emergency_facts,
    to="emergency",
    done=_("已下达开门指令。门在几秒内收到，下面显示哪些已打开。"),
    template="access/emergency.html",
)
def emergency(request: PageRequest, form: EmergencyForm) -> None:
    """Shows which doors have heard it."""
    said = form.cleaned_data
    emergencies.open_place(by=request.actor, place=said["place"], reason=said["reason"], minutes=said["minutes"])


@emergency.action(
    "<uuid:public_id>/close/",
    subject=record(DoorEmergency.objects.all(), _("这次紧急开门")),
    done=_("已下达关门指令。"),
)
def emergency_close(request: PageRequest, found: DoorEmergency) -> None:
    emergencies.end(by=request.actor, emergency=found)


@desk.page("mine/", title=_("我的门禁记录"), roles=SIGNED_IN)
def mine(request: PageRequest) -> HttpResponseBase:
    """The viewer's own passages, and nobody else's."""
    person_id = request.viewer.person_id
    lines = queries.own_passages(person_id) if person_id is not None else []
    return render(request, "access/mine.html", {"list": list_of(request, OwnPassages, lines, empty=NONE_OWN)})
