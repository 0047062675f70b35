"""Why somebody may use an application, or not (为什么不能用): every step the gate takes, with what it found.

Judged by the same SQL as the gate itself; here its parts are laid side by side.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nanhu.kernel import registry
from nanhu.kernel.clock import now
from nanhu.kernel.database.values import all_rows
from nanhu.kernel.ui.dates import moment_words
from nanhu.platforms.identity.models import AccessRule, Account, Application, Maintenance
from nanhu.platforms.identity.services import access

RULES = "SELECT rule_id, is_in_force, is_match FROM identity_rules_for(%s, ARRAY[%s::bigint], %s)"
KINDS: dict[str, str | Promise] = {
    "student": gettext_lazy("学生"),
    "staff": gettext_lazy("教职工"),
    "temporary": gettext_lazy("临时人员"),
    "guest": gettext_lazy("来宾"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonStep:
    """One question the gate asks. `is_ok` is None where the answer neither opens nor closes."""

    title: str
    is_ok: bool | None
    detail: str = ""


def explain(account_id: int, application_id: int) -> list[ReasonStep]:
    """In the order of the gate; the last step is the verdict. Six queries."""
    account = Account.objects.get(pk=account_id)
    application = Application.objects.get(pk=application_id)
    decision = access.decide(account=account, application=application)
    return [
        account_step(account),
        application_step(application),
        *rule_steps(account_id, application_id),
        *maintenance_steps(decision),
        factor_step(application),
        ReasonStep(
            title=_("结论"),
            is_ok=decision.is_allowed,
            detail=_("可以使用") if decision.is_allowed else f"{decision.reason}{decision.remedy}",
        ),
    ]


def account_step(account: Account) -> ReasonStep:
    is_open = account.state == Account.State.ACTIVE
    return ReasonStep(title=_("账号状态"), is_ok=is_open, detail=str(account.get_state_display()))


def application_step(application: Application) -> ReasonStep:
    detail = _("已启用") if application.is_enabled else _("已停用")
    return ReasonStep(title=_("应用"), is_ok=application.is_enabled, detail=f"{application.name}：{detail}")


def rule_steps(account_id: int, application_id: int) -> list[ReasonStep]:
    judged = {row[0]: row[1:] for row in all_rows(RULES, [account_id, application_id, now()])}
    rules = AccessRule.objects.filter(application_id=application_id).exclude(effect="role").select_related("unit")
    steps = [rule_step(rule, *judged[rule.pk]) for rule in rules if rule.pk in judged]
    if any(rule.effect == AccessRule.Effect.ALLOW for rule in rules):
        return steps
    return [*steps, ReasonStep(title=_("没有限定人群"), is_ok=None, detail=_("对有在校身份的师生开放，来宾除外"))]


def rule_step(rule: AccessRule, is_in_force: bool, is_match: bool) -> ReasonStep:
    if not is_in_force:
        return ReasonStep(title=sentence_of(rule), is_ok=None, detail=_("不在有效期内"))
    if not is_match:
        return ReasonStep(title=sentence_of(rule), is_ok=None, detail=_("与此人无关"))
    is_ok = rule.effect != AccessRule.Effect.DENY
    return ReasonStep(title=sentence_of(rule), is_ok=is_ok, detail=rule.reason or _("符合"))


def sentence_of(rule: AccessRule) -> str:
    """允许：学生，计算机学院（含下属），类别 undergraduate."""
    role = registry.roles.get(rule.role)
    parts = [
        str(KINDS.get(rule.affiliation_kind, rule.affiliation_kind)),
        _("%s（含下属单位）") % rule.unit.name if rule.unit else "",
        _("人员类别 %s") % rule.category if rule.category else "",
        _("角色 %s") % (role.name if role else rule.role) if rule.role else "",
        _("指定的人") if rule.account_id else "",
    ]
    who = "、".join(part for part in parts if part)
    granted = _("（角色 %s）") % rule.grants if rule.grants else ""
    return f"{rule.get_effect_display()}{granted}：{who}"


def maintenance_steps(decision: access.Decision) -> list[ReasonStep]:
    rest = Maintenance.objects.filter(pk=decision.maintenance_id).first() if decision.maintenance_id else None
    if rest is None:
        return []
    until = _("到 %s 为止") % moment_words(rest.ends_at, now())
    return [ReasonStep(title=_("维护中"), is_ok=False, detail=f"{rest.notice}（{until}）")]


def factor_step(application: Application) -> ReasonStep:
    detail = _("要求") if application.demands_second_factor else _("不要求")
    return ReasonStep(title=_("两步验证"), is_ok=None, detail=detail)
