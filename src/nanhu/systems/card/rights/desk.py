"""The desks of this part: the card manager's table of rights, the guard's verification; the code that a holder shows."""

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.kit import (
    SIGNED_IN,
    Badge,
    Console,
    Empty,
    Link,
    PageRequest,
    Span,
    Table,
    Text,
    Who,
    list_of,
    listing,
)
from nanhu.kernel.kit.records import record
from nanhu.kernel.registry import Look, Role, SchoolRules, looks, school_rules
from nanhu.kernel.ui import dates, qr, words
from nanhu.platforms.people import api as people
from nanhu.systems.card.models import Card
from nanhu.systems.card.rights.catalogue import CLASSES, RIGHTS, SUB_CLASSES, read_defaults
from nanhu.systems.card.rights.forms import RuleForm, VerifyForm, WithdrawForm
from nanhu.systems.card.rights.models import RightRule
from nanhu.systems.card.rights.policies import GUARD, MANAGER_ROLE
from nanhu.systems.card.rights.services import deciding, ruling, verifying
from nanhu.systems.card.views.frame import own_card

ALLOWED = {True: _("允许"), False: _("不允许")}
LIVING = RightRule.objects.filter(withdrawn_at=None)

desk = Console(
    "card:rights",
    _("卡权限"),
    icon="key-round",
    owner=_("校园卡管理办公室"),
    description=_("各类卡能做什么，从哪天起，改动影响谁"),
    roles=[MANAGER_ROLE],
    order=42,
)
gate = Console(
    "card:verify",
    _("校园卡核验"),
    icon="scan-face",
    owner=_("保卫处"),
    description=_("刷卡或输入核验码，看照片和是否有效"),
    roles=[Role(key=GUARD, name=_("门卫核验"), description=_("凭卡号或核验码看持卡人照片和卡是否有效，每次留痕"))],
    order=43,
    styles=["card/card.css", "card_rights/rights.css"],
)
school_rules.add(SchoolRules(key="card.rights", read=read_defaults))
looks.add(Look(key=verifying.LOOK, what=_("核验校园卡：照片、姓名、卡类")))


def holder(rule: RightRule) -> str:
    return f"{rule.get_card_class_display()} · {words.term(rule.sub_class) or _('整类')}"


def later(rule: RightRule) -> str:
    if rule.withdrawn_at is None:
        return ""
    told = {"name": words.actor(rule.withdrawn_by_name), "time": dates.moment_words(rule.withdrawn_at, now())}
    return _("%(time)s由%(name)s撤换") % told


class Rules(Table):
    ordering = ("starts_on",)
    card_class = Text(_("卡类"), holder)
    right = Text(_("权限"), names={key: one.name for key, one in RIGHTS.items()})
    is_allowed = Badge(_("是否允许"), names=ALLOWED, tones={True: "good", False: "bad"})
    days = Span(_("有效期"))
    reason = Text(_("依据"))
    made_by = Who(_("制定人"), "created_by_name")


class LivingRules(Rules):
    withdraw = Link(_("操作"), lambda _rule: _("撤回"), to="withdraw")


class RuleHistory(Rules):
    ordering = ("-created_at",)
    made_by = Who(_("制定人"), "created_by_name", at="created_at")
    became = Text(_("后来"), later)


GIVEN = {"yes": _("允许"), "no": _("不允许"), "yes+": _("允许（规则）"), "no+": _("不允许（规则）")}
RightsToday = Table.made_of(
    "RightsToday",
    {"name": Text(_("卡类"))}
    | {key: Badge(one.name, names=GIVEN, tones={"yes": "good", "yes+": "good"}) for key, one in RIGHTS.items()},
)


def rights_today() -> list[dict[str, str]]:
    """A row for each sub-class: what it may, and ("+") whether a rule says so."""
    rules, today = deciding.table(), campus_today()

    def word(one: str, sub: str, right: str) -> str:
        is_ruled = rules.rule_for(one, sub, right, today) is not None
        return ("yes" if rules.gives(one, sub, right, today) else "no") + ("+" if is_ruled else "")

    return [
        {"name": f"{Card.Class(one).label} · {words.term(sub)}"} | {right: word(one, sub, right) for right in RIGHTS}
        for one in CLASSES
        for sub in SUB_CLASSES[one]
    ]


@desk.page("", title=_("卡权限"), tab=_("权限表"))
def overview(request: PageRequest) -> HttpResponseBase:
    today = campus_today()
    none = Empty(
        title=_("还没有规则"),
        icon="key-round",
        action=_("写第一条"),
        to="change",
        text=_("现在全部按默认值。部门来函要求调整时，在这里写一条，注明依据和起止日期。"),
    )
    facts = {
        "today": today,
        "given": list_of(request, RightsToday, rights_today(), caption=_("今天的权限")),
        "coming": list_of(request, LivingRules, LIVING.filter(starts_on__gt=today), caption=_("将要生效")),
        "current": list_of(
            request,
            LivingRules,
            LIVING.filter(starts_on__lte=today).exclude(ends_on__lt=today),
            caption=_("正在生效的规则"),
            empty=none,
        ),
    }
    return render(request, "card_rights/overview.html", facts)


@overview.page("history/", title=_("权限规则的历史"), tab=_("历史"))
def history(request: PageRequest) -> HttpResponseBase:
    """Every rule there ever was, newest first; what a change left over of an older one is told with it."""
    none = Empty(title=_("还没有规则"), icon="history", text=_("新增和撤回的每一条规则都会保留在这里。"))
    return listing(request, RuleHistory, RightRule.objects.all(), empty=none)


@overview.form(
    "change/",
    RuleForm,
    title=_("新规则"),
    lead=_("先看谁得到、谁失去，再生效。与旧规则重叠的日子以新规则为准，旧的留在历史里。"),
    button=_("新规则"),
    submit=_("预览影响范围"),
    icon="eye",
    preview=lambda _request, form: ruling.preview(form.rule()),
)
def change(request: PageRequest, form: RuleForm) -> None:
    ruling.rule(by=request.actor, wanted=form.rule(), reason=form.cleaned_data["reason"])


@overview.form(
    "<uuid:public_id>/withdraw/",
    WithdrawForm,
    title=_("撤回规则"),
    submit=_("撤回"),
    icon="undo-2",
    tone="danger",
    subject=record(LIVING, _("这条规则")),
    facts=lambda _request, rule: {"holder": holder(rule), "right": RIGHTS[rule.right].name, "today": campus_today()},
    template="card_rights/withdraw.html",
)
def withdraw(request: PageRequest, form: WithdrawForm, rule: RightRule) -> None:
    ruling.withdraw(by=request.actor, rule=rule, reason=form.cleaned_data["reason"])


@gate.lookup(
    "",
    VerifyForm,
    title=_("校园卡核验"),
    lead=_("看照片是不是本人、卡是不是有效。不显示证件号码；每次核验本人都看得到。"),
    submit=_("核验"),
    icon="scan-face",
    keeps=("place",),
    template="card_rights/verify.html",
)
def verify(request: PageRequest, form: VerifyForm) -> verifying.Verified:
    """The place is typed once and stays in the form; the next card needs no key but the reader's own Enter."""
    return verifying.verify(by=request.actor, typed=form.cleaned_data["typed"], place=form.cleaned_data["place"])


@desk.page("my-code/", title=_("身份核验码"), roles=SIGNED_IN)
def my_code(request: PageRequest) -> HttpResponseBase:
    card = own_card(request)
    code = verifying.code_for(card)
    picture = qr.code_of(code.code).svg_inline(scale=5, border=2, svgclass="verify-qr", omitsize=True)
    facts = {
        "card": card,
        "person": people.person_card(card.person_id),
        "code": code,
        "picture": picture,
        "decision": deciding.may(card, "door"),
    }
    return render(request, "card_rights/my_code.html", facts)
