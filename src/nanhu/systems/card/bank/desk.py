"""The card office's desk of money from outside (圈存与绑定): loads and top-ups, sums nobody claimed, who is not signed, wrong bindings."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import (
    Badge,
    Console,
    Day,
    Days,
    Empty,
    Filters,
    Link,
    Moment,
    Money,
    PageRequest,
    Person,
    Table,
    Text,
    Views,
    list_of,
    listing,
)
from nanhu.kernel.kit.columns import Tone
from nanhu.kernel.kit.records import record
from nanhu.platforms.people import api as people
from nanhu.systems.card.bank import queries
from nanhu.systems.card.bank.forms import VerdictForm
from nanhu.systems.card.bank.models import Appeal, Load, LoadStep, OnlineTopUp
from nanhu.systems.card.bank.services import app_bounds
from nanhu.systems.card.bank.services import appeals as appealing
from nanhu.systems.card.funds.policy import unclaimed_return_days
from nanhu.systems.card.policies import CLERK_ROLE, FINANCE_ROLE

PAGE = 30
State = Load.State
LOAD_TONES: dict[str, Tone] = {
    State.WRITTEN: "good",
    State.REFUSED: "none",
    State.REVERSED: "none",
    State.UNKNOWN: "bad",
    State.UNCLAIMED: "warn",
}

desk = Console(
    "card:bank",
    _("圈存与绑定"),
    icon="route",
    owner=_("校园卡管理办公室"),
    description=_("圈存和在线充值的经过、未领的钱、未签约名单、误绑申诉"),
    roles=[CLERK_ROLE, FINANCE_ROLE],
    order=45,
    styles=["card/card.css"],
)


class Loads(Table):
    ordering = ("-created_at",)
    number = Link(_("订单号"), to="load", by=("number",), is_number=True)
    created_at = Moment(_("提交时间"))
    holder = Person(_("持卡人"), "card__person_id", sort=False)
    terminal = Text(_("终端"), "terminal__number")
    amount_fen = Money(_("金额"))
    state = Badge(_("状态"), names=State.choices, tones=LOAD_TONES, tone="info")
    sentence = Text(_("说明"))


class LoadFilters(Filters):
    state = Views(
        {one.value: (one.label, Q(state=one)) for one in State} | {"all": (_("全部"), Q())},
        everything=_("没有结束的"),
        usual=Q(state__in=queries.UNDER_WAY),
    )


class TopUps(Table):
    created_at = Moment(_("提交时间"))
    holder = Person(_("持卡人"), "card__person_id")
    channel = Text(_("渠道"), "channel__name")
    amount_fen = Money(_("金额"))
    state = Badge(_("状态"), names=OnlineTopUp.State.choices, tone="warn")
    sentence = Text(_("说明"))


class Steps(Table):
    at = Moment(_("时间"))
    from_state = Text(_("从"), names=dict(State.choices))
    to_state = Text(_("到"), names=dict(State.choices))
    sentence = Text(_("说明"))


@desk.page("", title=_("圈存"), tab=_("圈存"), count=lambda _viewer: queries.under_way().count())
def loads(request: PageRequest) -> HttpResponseBase:
    """Loads of any state, with the online top-ups that have not ended beside them."""
    none = Empty(
        title=_("没有这样的圈存"),
        icon="check",
        text=_("没有结束的圈存由自动查找向银行查询或撤销，不用人工补录。"),
    )
    moving = queries.moving_top_ups()[:PAGE]
    facts = {
        "alarming": app_bounds.alarming(),
        "top_ups": list_of(request, TopUps, list(moving), caption=_("没有结束的在线充值"), per_page=PAGE),
    }
    return listing(
        request,
        Loads,
        Load.objects.select_related("card", "terminal"),
        LoadFilters,
        empty=none,
        per_page=PAGE,
        template="card_bank/loads.html",
        facts=facts,
    )


LOADS = Load.objects.select_related("card", "agreement__channel", "terminal", "claimable")


@loads.page("loads/<slug:number>/", title=_("圈存经过"), subject=record(LOADS, _("这笔圈存")))
def load(request: PageRequest, found: Load) -> HttpResponseBase:
    none = Empty(title=_("刚受理，尚未处理。"), icon="hourglass")
    facts = {
        "load": found,
        "person": people.person_card(found.card.person_id),
        "list": list_of(
            request, Steps, LoadStep.objects.filter(load=found).order_by("pk"), caption=_("经过"), empty=none
        ),
    }
    return render(request, "card_bank/load.html", facts)


class Unclaimed(Table):
    created_at = Moment(_("入账时间"))
    holder = Person(_("持卡人"), "wallet__person_id", sort=False)
    source = Text(_("来源"), lambda one: one.get_source_display())
    amount_fen = Money(_("金额"), total=True)
    state = Text(_("状态"), lambda one: one.get_state_display())
    returns_on = Day(_("自动退回"), queries.returns_on)


@desk.page("unclaimed/", title=_("圈存未领"), tab=_("圈存未领"), count=lambda _viewer: queries.unclaimed().count())
def unclaimed(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("没有未领的钱"), icon="check", text=_("每一笔圈存和在线充值都写到卡上了。"))
    return listing(
        request,
        Unclaimed,
        queries.unclaimed(),
        empty=none,
        export_as=str(_("圈存未领")),
        per_page=PAGE,
        template="card_bank/unclaimed.html",
        facts={"days": unclaimed_return_days()},
    )


class Unsigned(Table):
    name = Text(_("姓名"), lambda line: line.person.name if line.person else "")
    campus_no = Text(_("学工号"), lambda line: line.campus_no, is_number=True)
    unit = Text(_("单位"), lambda line: line.unit)
    number = Text(_("卡号"), "card__number", is_number=True)
    created_at = Moment(_("发卡日期"), "card__created_at")


class IssuedFilter(Filters):
    issued = Days(_("发卡日期"), field="created_at__date", usual=lambda: Q(created_at__date__gte=queries.usual_since()))


def with_units(rows: Sequence[Any]) -> Sequence[Any]:
    return [queries.Unsigned(card, person) for card, person in queries.named(rows, lambda one: one.person_id)]


@desk.page(
    "unsigned/",
    title=_("未签约名单"),
    tab=_("未签约名单"),
    lead=_("发了卡、还没有和银行签约的人，用来补名单。不选日期时是近 120 天发的卡。"),
)
def unsigned(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("已全部签约"), icon="check", text=_("这一天以后发卡的人都有有效的签约。"))
    return listing(
        request,
        Unsigned,
        queries.unsigned_cards(),
        IssuedFilter,
        each=with_units,
        empty=none,
        export_as=str(_("未签约名单")),
        per_page=PAGE,
    )


class Appeals(Table):
    ordering = ("-created_at",)
    name = Link(_("姓名"), to="appeal_case")
    campus_no = Text(_("学工号"), is_number=True)
    app = Text(_("应用"), "app__name")
    created_at = Moment(_("提出"))
    state = Badge(_("状态"), names=Appeal.State.choices, tones={Appeal.State.OPEN: "warn"}, tone="good")


class AppealFilters(Filters):
    state = Views(
        {one.value: (one.label, Q(state=one)) for one in Appeal.State if one != Appeal.State.OPEN}
        | {"all": (_("全部"), Q())},
        everything=Appeal.State.OPEN.label,
        usual=Q(state=Appeal.State.OPEN),
    )


@desk.page("appeals/", title=_("误绑申诉"), tab=_("误绑申诉"), count=lambda _viewer: queries.open_appeals().count())
def appeals(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("没有申诉"), icon="check", text=_("本人在网页或外部应用里提出，这里处理。"))
    rows = Appeal.objects.select_related("app")
    return listing(request, Appeals, rows, AppealFilters, empty=none, per_page=PAGE)


def about(_request: PageRequest, found: Appeal) -> Mapping[str, Any]:
    person_id = people.find_person_by_campus_no(found.campus_no)
    return {
        "appeal": found,
        "binding": queries.living_binding(found.app, person_id),
        "person": people.person_card(person_id) if person_id else None,
    }


@appeals.form(
    "<uuid:public_id>/",
    VerdictForm,
    title=_("处理申诉"),
    submit=_("处理"),
    subject=record(Appeal.objects.select_related("app", "clerk"), _("这条申诉")),
    facts=about,
    template="card_bank/appeal_case.html",
    done=_("已处理，本人看得到答复。"),
    to="appeals",
)
def appeal_case(request: PageRequest, form: VerdictForm, found: Appeal) -> None:
    appealing.decide(by=request.actor, public_id=found.public_id, **form.cleaned_data)
