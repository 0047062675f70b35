"""Access (准入): may this account use this application, and if not, why and what can be done?

`sql/identity_access.sql` judges, in one query for any number of applications; here its verdicts become sentences.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import now
from nanhu.kernel.database.values import all_rows
from nanhu.kernel.ui.dates import clock_words
from nanhu.platforms.identity.models import Account, Application, Maintenance

JUDGE = "SELECT * FROM identity_access(%s, %s, %s)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`reason` and `remedy` are sentences for the person refused; `rule_id` is the rule that decided, if one did."""

    is_allowed: bool
    reason: str | Promise = ""
    remedy: str | Promise = ""
    verdict: str = ""
    rule_id: int | None = None
    maintenance_id: int | None = None


ASK_CENTRE, ASK_OWNER = _("请联系信息中心。"), _("如果您的工作或学习需要它，请向应用的负责人说明用途，由他为您开通。")
SENTENCES: dict[str, tuple[str | Promise, str | Promise]] = {
    "account": (_("您的账号还没有开通或已停用。"), ASK_CENTRE),
    "disabled": (_("这个应用已停用。"), _("请向应用的主管部门咨询替代办法。")),
    "denied": (_("应用的准入规则不允许您使用。"), ASK_OWNER),
    "not_listed": (_("这个应用只对一部分人开放，您不在其中。"), ASK_OWNER),
    "unaffiliated": (
        _("您现在没有在校身份，这个应用只对在校师生开放。"),
        _("如果身份有误，请联系人事处或教务处更正。"),
    ),
    "in_grace": (_("您已离校，账号只为少数应用保留一段时间，不包括这一个。"), ASK_OWNER),
    "maintenance": (_("这个应用正在维护。"), _("请在维护结束后再来。")),
}


def decide(*, account: Account, application: Application) -> Decision:
    """One query; one more to read the notice of an application that rests."""
    decision = decide_many(account_id=account.pk, application_ids=[application.pk])[application.pk]
    rest = Maintenance.objects.filter(pk=decision.maintenance_id).first() if decision.maintenance_id else None
    if rest is None:
        return decision
    until = str(_("预计 {moment} 恢复，请到时再来。")).format(moment=clock_words(rest.ends_at, now()))
    return replace(decision, reason=rest.notice, remedy=until)


def decide_many(*, account_id: int, application_ids: Iterable[int]) -> dict[int, Decision]:
    """For each application that exists; one query, however many."""
    return {row[0]: decision_of(*row[1:]) for row in all_rows(JUDGE, [account_id, list(application_ids), now()])}


def decision_of(is_allowed: bool, verdict: str, rule_id: int | None, maintenance_id: int | None) -> Decision:
    reason, remedy = SENTENCES.get(verdict, ("", ""))
    return Decision(
        is_allowed=is_allowed,
        reason=reason,
        remedy=remedy,
        verdict=verdict,
        rule_id=rule_id,
        maintenance_id=maintenance_id,
    )


ROLES = """
SELECT DISTINCT r.grants
  FROM identity_account i
  CROSS JOIN LATERAL identity_rules_for(i.id, ARRAY[%s::bigint], %s) f
  JOIN identity_access_rule r ON r.id = f.rule_id
 WHERE i.person_id = %s AND f.effect = 'role' AND f.is_in_force AND f.is_match
 ORDER BY r.grants
"""


def roles_within(*, person_id: int, application_id: int) -> list[str]:
    """The roles an application's own rules give to a person, for the application to know."""
    return [row[0] for row in all_rows(ROLES, [application_id, now(), person_id])]
