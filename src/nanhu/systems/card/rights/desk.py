"""The card manager's table of rights: what holds today and from a day on, the preview of a change, what ever held."""

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.dated import rules_on
from nanhu.kernel.kit import Badge, Console, Empty, PageRequest, Press, Span, Table, Text, Who, list_of, listing
from nanhu.kernel.kit.forms import ReasonForm
from nanhu.kernel.kit.records import record
from nanhu.kernel.registry import SchoolRules, school_rules
from nanhu.kernel.ui import dates, words
from nanhu.systems.card.models import Card
from nanhu.systems.card.policies import MANAGER_ROLE
from nanhu.systems.card.rights.catalogue import CLASSES, RIGHTS, SUB_CLASSES, read_defaults
from nanhu.systems.card.rights.forms import RuleForm
from nanhu.systems.card.rights.models import RightRule
from nanhu.systems.card.rights.services import deciding, ruling

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
school_rules.add(SchoolRules(key="card.rights", read=read_defaults))


def holder(rule: RightRule) -> str:
    return f"{rule.get_card_class_display()} · {words.term(rule.sub_class) or _('整类')}"


def title_of(rule: RightRule) -> str:
    return f"{holder(rule)} · {RIGHTS[rule.right].name} · {ALLOWED[rule.is_allowed]} · {rule.reason}"


def later(rule: RightRule) -> str:
    if rule.withdrawn_at is None:
        return ""
    said = {"name": words.actor(rule.withdrawn_by_name), "time": dates.moment_words(rule.withdrawn_at, now())}
    return _("%(time)s由%(name)s撤换") % said


class Rules(Table):
    ordering = ("starts_on",)
    card_class = Text(_("卡类"), holder)
    right = Text(_("权限"), names={key: one.name for key, one in RIGHTS.items()})
    is_allowed = Badge(_("是否允许"), names=ALLOWED, tones={True: "good", False: "bad"})
    days = Span(_("有效期"))
    reason = Text(_("依据"))
    made_by = Who(_("制定人"), "created_by_name")


class LivingRules(Rules):
    withdraw = Press(_("撤回"), to="withdraw")


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
        which = (one, sub, right, today)
        return ("yes" if rules.gives(*which) else "no") + ("+" if rules.rule_for(*which) else "")

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
    current, coming = rules_on(RightRule.objects.all(), today), LIVING.filter(starts_on__gt=today)
    facts = {
        "today": today,
        "given": list_of(request, RightsToday, rights_today(), caption=_("今天的权限")),
        "coming": list_of(request, LivingRules, coming, caption=_("将要生效")),
        "current": list_of(request, LivingRules, current, caption=_("正在生效的规则"), empty=none),
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
    ReasonForm,
    title=_("撤回规则"),
    lead=_("从今天起不再有效；之前的日子不变。"),
    submit=_("撤回"),
    icon="undo-2",
    tone="danger",
    subject=record(LIVING, _("这条规则")),
    about=title_of,
)
def withdraw(request: PageRequest, form: ReasonForm, rule: RightRule) -> None:
    ruling.withdraw(by=request.actor, rule=rule, reason=form.cleaned_data["reason"])
