"""The desk of the fleet: all terminals, one of them with what can be done about it, merchants, what lost cards still risk."""

from collections import Counter
from datetime import timedelta

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import now
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.kit import (
    Badge,
    Console,
    Empty,
    Link,
    Markup,
    Moment,
    Number,
    PageRequest,
    Table,
    Text,
    form_of,
    list_of,
    listing,
)
from nanhu.kernel.registry import Role
from nanhu.kernel.ui import words
from nanhu.platforms.identity.api import has_role
from nanhu.platforms.terminals.api import (
    Incident,
    Terminal,
    TerminalNotFoundError,
    begin_rotation,
    register_terminal,
    renew_terminal_key,
    retire_terminal,
    switch_terminal,
)
from nanhu.systems.card.chip.models import SuspenseCase
from nanhu.systems.card.fleet.exposure import exposure_of, exposures_of
from nanhu.systems.card.fleet.forms import MerchantForm, ReasonForm, RegisterForm, RenewForm, RetireForm, SequenceForm
from nanhu.systems.card.fleet.models import TerminalGap
from nanhu.systems.card.fleet.overview import PROBLEMS, Line, fleet
from nanhu.systems.card.fleet.policies import REGISTRAR
from nanhu.systems.card.fleet.queries import open_reports, reports_of
from nanhu.systems.card.fleet.services import registering
from nanhu.systems.card.fleet.services.sequences import set_last_sequence
from nanhu.systems.card.models import Card, Merchant
from nanhu.systems.card.policies import CLERK, CLERK_ROLE, FINANCE, is_clerk
from nanhu.systems.card.queries import merchant_of
from nanhu.systems.card.views.frame import card_with

SHOWN, EXPOSED = 400, 20
WINDOW = timedelta(days=7)
CLERKS, REGISTRARS = frozenset({CLERK}), frozenset({REGISTRAR})

desk = Console(
    "card:fleet",
    _("终端与挂失"),
    icon="monitor-smartphone",
    owner=_("校园卡管理办公室"),
    description=_("每台终端的状态、密钥和名单，挂失后的风险"),
    roles=[
        CLERK_ROLE,
        Role(
            key=REGISTRAR,
            name=_("终端与商户登记"),
            description=_("登记商户和终端，当面交付密钥，换发密钥，撤机和停业；首次启用和商户开业要另一人同意"),
        ),
    ],
    order=44,
)


def place_of(line: Line) -> str:
    merchant = merchant_of(line.terminal)
    where = line.terminal.place or (merchant.canteen if merchant else "")
    return f"{where} {merchant.name if merchant else ''}".strip()


class Lines(Table):
    number = Link(
        _("终端"), lambda line: f"{line.number} {line.terminal.get_kind_display()}", to="terminal", by=("number",)
    )
    place = Text(_("地点"), place_of)
    last_seen = Moment(_("上次联系"), "terminal__last_seen")
    stored = Number(_("未上传"), lambda line: line.report.stored_rows if line.report else 0)
    gaps = Number(_("缺号"), is_wide=True)
    disorder = Text(_("乱序 / 重复"), lambda line: f"{line.reordered} / {line.repeated}", is_number=True, is_wide=True)
    clock = Markup(_("时钟差"), "card_fleet/_clock.html", is_wide=True)
    key = Markup(_("密钥版本"), "card_fleet/_key_version.html", is_wide=True)
    list_version = Text(
        _("名单"),
        lambda line: f"{line.report.list_version if line.report else '—'} / {line.head}",
        is_number=True,
        is_wide=True,
    )
    software = Text(_("软件"), "report__software", is_wide=True)
    problems = Markup(_("情况"), "card_fleet/_problems.html")


@desk.page(
    "", title=_("终端一览"), tab=_("终端一览"), lead=_("各终端的当前状态和异常。问题多的排在前面，每五秒自动更新。")
)
def terminals(request: PageRequest) -> HttpResponse:
    """Worst first; `problem`, `kind` and `q` in the address narrow it."""
    lines = fleet()
    counts = Counter(problem for line in lines for problem in line.problems)
    problem, kind = request.GET.get("problem", ""), request.GET.get("kind", "")
    text = request.GET.get("q", "").replace("\0", "").strip()[:40]
    shown = [line for line in lines if fits(line, problem=problem, kind=kind, text=text)]
    worst_first = sorted(shown, key=lambda line: (-len(line.problems), line.number))
    none = Empty(
        title=_("没有这样的终端"), icon="monitor-smartphone", action=_("看全部"), to="terminals", text=_("换一个条件。")
    )
    facts = {
        "list": list_of(request, Lines, worst_first, caption=_("终端"), per_page=SHOWN, empty=none),
        "total": len(lines),
        "online": sum(line.is_online for line in lines),
        "problem": problem,
        "kind": kind,
        "text": text,
        "kinds": Terminal.Kind.choices,
        "as_of": now(),
        "problems": [(key, name, counts[key]) for key, name in PROBLEMS.items()],
        "found": [(key, name, counts[key]) for key, name in PROBLEMS.items() if counts[key]],
        "stored_rows": sum(line.report.stored_rows for line in lines if line.report),
        "stored_fen": sum(line.report.stored_fen for line in lines if line.report),
    }
    return render(request, "card_fleet/terminals.html", facts)


def fits(line: Line, *, problem: str, kind: str, text: str) -> bool:
    terminal, merchant = line.terminal, merchant_of(line.terminal)
    shop = f"{merchant.name} {merchant.canteen}" if merchant else ""
    where = f"{terminal.number} {terminal.place} {shop}".lower()
    return (
        (not problem or problem in line.problems)
        and (not kind or terminal.kind == kind)
        and (not text or text.lower() in where)
    )


def line_of(number: str) -> Line:
    line = next((line for line in fleet() if line.number == number), None)
    if line is None:
        raise TerminalNotFoundError(number=number)
    return line


def reason_of_refusal(incident: Incident) -> str:
    """Why a request was refused or a row went into suspense, as the office says it."""
    known = dict(SuspenseCase.Reason.choices) | {"terminal_limit": _("交易过于频繁、金额过大，或陌生卡过多")}
    return str(known.get(incident.code) or words.code(incident.code))


@terminals.page("terminals/<str:number>/", title=_("终端"), subject=line_of)
def terminal(request: PageRequest, line: Line) -> HttpResponse:
    incidents = Incident.objects.filter(terminal_number=line.number).order_by("-at")[:20]
    facts = {
        "line": line,
        "terminal": line.terminal,
        "report": line.report,
        "form": form_of(request, ReasonForm),
        "sequence_form": form_of(request, SequenceForm, initial={"last_sequence": line.terminal.last_sequence}),
        "retire_form": form_of(request, RetireForm),
        "renew_form": form_of(request, RenewForm),
        "lost_fen": till.lost_fen if (till := getattr(line.terminal, "till", None)) else 0,
        "gaps": TerminalGap.objects.filter(terminal=line.terminal).order_by("-noticed_at")[:20],
        "is_registrar": has_role(request.viewer, REGISTRAR),
        "is_clerk": is_clerk(request.viewer),
        "incidents": [(one, reason_of_refusal(one)) for one in incidents],
    }
    return render(request, "card_fleet/terminal.html", facts)


def given(number: str) -> str:
    """The service that is asked looks the terminal up itself, locked."""
    return number


@terminal.action("off/", form=ReasonForm, roles=CLERKS, subject=given, done=_("已停用，从现在起拒绝它的一切交易。"))
def off(request: PageRequest, form: ReasonForm, number: str) -> None:
    switch_terminal(by=request.actor, number=number, state=Terminal.State.OFF, reason=form.cleaned_data["reason"])


@terminal.action("on/", form=ReasonForm, roles=CLERKS, subject=given, done=_("已启用。"))
def on(request: PageRequest, form: ReasonForm, number: str) -> None:
    switch_terminal(by=request.actor, number=number, state=Terminal.State.ON, reason=form.cleaned_data["reason"])


@terminal.action(
    "rotate/",
    form=ReasonForm,
    roles=CLERKS,
    subject=given,
    done=_("新密钥已备好，七天内新旧都认；终端下次签到就会换上。"),
)
def rotate(request: PageRequest, form: ReasonForm, number: str) -> None:
    begin_rotation(by=request.actor, number=number, window=WINDOW, reason=form.cleaned_data["reason"])


@terminal.action(
    "sequence/", form=SequenceForm, roles=CLERKS, subject=given, done=_("流水号已改，终端下次签到就从下一个号继续。")
)
def sequence(request: PageRequest, form: SequenceForm, number: str) -> None:
    said = form.cleaned_data
    set_last_sequence(by=request.actor, number=number, last=said["last_sequence"], reason=said["reason"])


@terminal.action("renew/", form=RenewForm, roles=REGISTRARS, subject=given)
def renew(request: PageRequest, form: RenewForm, number: str) -> HttpResponse:
    made = renew_terminal_key(by=request.actor, number=number, reason=form.cleaned_data["reason"])
    return hand_over(request, made, made.key)


@terminal.action("retire/", form=RetireForm, roles=REGISTRARS, subject=given, done=_("已撤机，密钥作废。"))
def retire(request: PageRequest, form: RetireForm, number: str) -> None:
    retire_terminal(by=request.actor, number=number, **form.cleaned_data)


def hand_over(request: PageRequest, terminal: Terminal, key: str) -> HttpResponse:
    """No redirect: the key would have to be kept somewhere until the next request. It stands on no page after this one."""
    return render(request, "card_fleet/key.html", {"terminal": terminal, "key": key})


@desk.form(
    "register/",
    RegisterForm,
    title=_("登记终端"),
    lead=_("消费机、扫码机、自助终端、门禁都在这里登记。登记后显示一次密钥，当面装进机器；再由另一位经办人启用。"),
    button=_("登记终端"),
    submit=_("登记，显示密钥"),
    icon="check",
    roles=REGISTRARS,
)
def register(request: PageRequest, form: RegisterForm) -> HttpResponse:
    made, key = register_terminal(by=request.actor, entry=form.entry(), reason=form.cleaned_data["reason"])
    return hand_over(request, made, key)


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
    rows = [(report, found[report.card_id]) for report in reports if report.card_id in found]
    return render(request, "card_fleet/exposures.html", {"rows": rows})


@exposures.page("<uuid:public_id>/", title=_("挂失风险"), subject=card_with)
def exposure(request: PageRequest, card: Card) -> HttpResponse:
    facts = {"card": card, "exposure": exposure_of(card), "reports": reports_of(card)}
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


def merchant_with(key: str) -> Merchant:
    found = Merchant.objects.filter(key=key).first()
    if found is None:
        raise NotFoundError(what=_("这个商户"))
    return found


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


@merchants.action("<str:key>/refuse/", roles={FINANCE}, subject=merchant_with, done=_("已回复不同意。"))
def merchant_refuse(request: PageRequest, merchant: Merchant) -> None:
    registering.decide_merchant(by=request.actor, merchant=merchant, is_agreed=False)


@merchants.form(
    "<str:key>/close/",
    ReasonForm,
    title=_("商户停业"),
    submit=_("停业"),
    tone="danger",
    roles=REGISTRARS,
    subject=merchant_with,
    done=_("已停业。余下的营业款次日结算，照常付款。"),
)
def merchant_close(request: PageRequest, form: ReasonForm, merchant: Merchant) -> None:
    registering.close_merchant(by=request.actor, merchant=merchant, reason=form.cleaned_data["reason"])
