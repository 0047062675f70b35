"""The desk of losses and merchants: what lost cards still risk, who may sell; and the sequences of a terminal on its own page."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.clock import now
from nanhu.kernel.kit import (
    Badge,
    Console,
    Empty,
    Link,
    Markup,
    Moment,
    Money,
    Number,
    PageRequest,
    Table,
    Text,
    list_of,
    listing,
)
from nanhu.kernel.kit.forms import ReasonForm, RefusalForm
from nanhu.kernel.kit.listings import Listing
from nanhu.kernel.kit.pages import consoles
from nanhu.kernel.kit.records import record
from nanhu.kernel.money import format_yuan
from nanhu.kernel.registry import Role, WaitingLine
from nanhu.kernel.ui import dates
from nanhu.platforms.identity.api import has_role
from nanhu.platforms.terminals.api import CLERK as TERMINAL_CLERK
from nanhu.systems.card.fleet.exposure import Unknowing, exposure_of, exposures_of
from nanhu.systems.card.fleet.forms import MerchantForm, SequenceForm
from nanhu.systems.card.fleet.queries import open_reports, reports_of
from nanhu.systems.card.fleet.services import registering
from nanhu.systems.card.fleet.services.sequences import set_last_sequence
from nanhu.systems.card.models import Card, LossReport, Merchant
from nanhu.systems.card.policies import CLERK, CLERK_ROLE, FINANCE, REGISTRAR
from nanhu.systems.card.views.frame import card_with

SHOWN, EXPOSED = 400, 20
CLERKS, REGISTRARS = frozenset({CLERK}), frozenset({REGISTRAR})

desk = Console(
    "card:fleet",
    _("挂失风险与商户"),
    icon="shield-alert",
    owner=_("校园卡管理办公室"),
    description=_("挂失后还有多少风险；登记商户、停业"),
    roles=[
        CLERK_ROLE,
        Role(key=REGISTRAR, name=_("商户登记"), description=_("登记商户和停业；商户开业要一卡通财务同意")),
    ],
    menu=CLERKS,
    order=44,
)


@(
    consoles["devices"]
    .pages["terminal"]
    .action(
        "sequence/",
        form=SequenceForm,
        roles={TERMINAL_CLERK},
        subject=lambda number: number,  # the service looks it up, locked
        done=_("流水号已改，终端下次签到就从下一个号继续。"),
    )
)
def sequence(request: PageRequest, form: SequenceForm, number: str) -> None:
    """On the page of a terminal: what counts its sequences are the card's receipts."""
    said = form.cleaned_data
    set_last_sequence(by=request.actor, number=number, last=said["last_sequence"], reason=said["reason"])


def checked(report: LossReport) -> str:
    return f"{report.reason} · {'、'.join(map(str, report.shown_proofs))}"


class Reports(Table):
    reported_at = Moment(_("挂失时间"))
    way = Text(_("途径"), "get_way_display")
    reporter = Text(_("经办人"))
    reason = Text(_("原因与核对"), checked)
    ended = Markup(_("结果"), "card_fleet/_ended.html")


def reports_list(request: HttpRequest, card: Card) -> Listing:
    return list_of(request, Reports, list(reports_of(card)), caption=_("挂失记录"))


class Exposures(Table):
    """Of rows {"report", "exposure"}."""

    number = Link(_("卡号"), "report__card__number", to="exposure", by=("report__card__public_id",), is_number=True)
    reported_at = Moment(_("挂失时间"), "report__reported_at")
    way = Text(_("途径"), "report__get_way_display")
    knowing = Number(_("已收到的终端"), lambda row: f"{row['exposure'].knowing} / {row['exposure'].total}")
    offline = Number(_("断网、未收到"), lambda row: len(row["exposure"].offline))
    risk = Badge(
        _("仍有风险"),
        lambda row: format_yuan(row["exposure"].offline_fen),
        tones=lambda row: "warn" if row["exposure"].offline_fen else "good",
    )
    late = Money(_("挂失后消费"), "exposure__late_fen")


def network_of(one: Unknowing) -> str:
    if one.is_online:
        return _now("联网，当场拒绝")
    return _now("%(time)s 起断网") % {"time": dates.moment_words(one.last_seen, now()) if one.last_seen else "—"}


class UnknowingTerminals(Table):
    number = Text(_("终端"), lambda one: f"{one.number} {one.kind}")
    place = Text(_("地点"))
    network = Badge(_("网络"), network_of, tones=lambda one: "info" if one.is_online else "warn")
    risk = Money(_("最多可能盗用"), "at_risk_fen")


@desk.page(
    "exposure/",
    title=_("挂失风险"),
    tab=_("挂失风险"),
    lead=_("每张挂失的卡：多少终端已收到名单，还有多少钱可能被盗用。"),
    roles=CLERKS,
)
def exposures(request: PageRequest) -> HttpResponse:
    """The cards that are reported lost now, newest first, with what each still puts at risk."""
    reports = list(open_reports()[:EXPOSED])
    found = exposures_of([report.card for report in reports])
    rows = [{"report": one, "exposure": found[one.card_id]} for one in reports if one.card_id in found]
    none = Empty(title=_("现在没有挂失的卡"), icon="circle-check", text=_("有人挂失时，这里显示哪些终端已收到名单。"))
    facts = {"list": list_of(request, Exposures, rows, caption=_("挂失中的卡"), empty=none)}
    return render(request, "card_fleet/exposures.html", facts)


@exposures.page("<uuid:public_id>/", title=_("挂失风险"), subject=card_with)
def exposure(request: PageRequest, card: Card) -> HttpResponse:
    found = exposure_of(card)
    unknowing = found.unknowing if found else []
    facts = {
        "card": card,
        "exposure": found,
        "unknowing": list_of(
            request,
            UnknowingTerminals,
            unknowing,
            caption=_("还没有拿到名单的终端"),
            per_page=max(len(unknowing), 1),
        ),
        "reports": reports_list(request, card),
    }
    return render(request, "card_fleet/exposure.html", facts)


class Merchants(Table):
    ordering = ("canteen", "name")
    name = Text(_("名称"))
    canteen = Text(_("食堂或楼宇"))
    key = Text(_("代码"), is_number=True)
    state = Badge(_("状态"), names=Merchant.State.choices, tones={"open": "good", "asked": "warn"})
    todo = Markup(_("办理"), "card_fleet/_merchant.html")


@desk.page(
    "merchants/",
    title=_("商户登记"),
    tab=_("商户登记"),
    lead=_("登记员登记，一卡通财务同意后开业。停业以前先撤掉它的终端；余下的营业款次日结算，照常付款。"),
    roles={REGISTRAR, FINANCE},
)
def merchants(request: PageRequest) -> HttpResponseBase:
    facts = {"is_registrar": has_role(request.viewer, REGISTRAR)}
    return listing(
        request, Merchants, Merchant.objects.all(), per_page=SHOWN, template="card_fleet/merchants.html", facts=facts
    )


registry.applications.add(
    registry.Application(
        key="card.merchants",
        name=_("商户登记"),
        icon="store",
        url=merchants.address,
        section="work",
        roles=REGISTRARS,
        owner=_("校园卡管理办公室"),
        description=_("登记商户、停业"),
        order=44,
    )
)


def shop_of(merchant: Merchant) -> str:
    return f"{merchant.canteen} {merchant.name}"


merchant_with = record(Merchant.objects.all(), _("这个商户"))


@merchants.form(
    "new/",
    MerchantForm,
    title=_("登记商户"),
    submit=_("登记"),
    icon="check",
    roles=REGISTRARS,
    done=_("已登记，等一卡通财务同意后开业。"),
)
def merchant_new(request: PageRequest, form: MerchantForm) -> None:
    registering.register_merchant(by=request.actor, order=form.order(), reason=form.cleaned_data["reason"])


@merchants.action("<str:key>/agree/", roles={FINANCE}, subject=merchant_with, done=_("已同意开业。"))
def merchant_agree(request: PageRequest, merchant: Merchant) -> None:
    registering.decide_merchant(by=request.actor, merchant=merchant, is_agreed=True)


@merchants.form(
    "<str:key>/refuse/",
    RefusalForm,
    title=_("不同意开业"),
    submit=_("不同意开业"),
    tone="danger",
    roles={FINANCE},
    subject=merchant_with,
    about=shop_of,
    done=_("已回复不同意。"),
)
def merchant_refuse(request: PageRequest, form: RefusalForm, merchant: Merchant) -> None:
    answer = form.cleaned_data["answer"]
    registering.decide_merchant(by=request.actor, merchant=merchant, is_agreed=False, reason=answer)


@merchants.form(
    "<str:key>/close/",
    ReasonForm,
    title=_("商户停业"),
    submit=_("停业"),
    tone="danger",
    roles=REGISTRARS,
    subject=merchant_with,
    about=shop_of,
    done=_("已停业。余下的营业款次日结算，照常付款。"),
)
def merchant_close(request: PageRequest, form: ReasonForm, merchant: Merchant) -> None:
    registering.close_merchant(by=request.actor, merchant=merchant, reason=form.cleaned_data["reason"])


def registered_by_others(account: Any) -> QuerySet[Merchant]:
    return Merchant.objects.filter(state=Merchant.State.ASKED).exclude(registrar_id=account).order_by("pk")


def line_of(one: Merchant) -> WaitingLine:
    return WaitingLine(title=f"{one.canteen} {one.name}", url=merchants.address(), who=one.registrar_name)


merchants.waits_for("card.merchants", registered_by_others, line_of, decides=merchant_agree)
