"""Access (准入): may this account use this application, and if not, why and what can be done?"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.platforms.identity.models import Account, Application


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`reason` and `remedy` are sentences for the person refused."""

    is_allowed: bool
    reason: str | Promise = ""
    remedy: str | Promise = ""


ALLOWED = Decision(is_allowed=True)


def decide(*, account: Account, application: Application) -> Decision:
    if account.state != Account.State.ACTIVE:
        return Decision(is_allowed=False, reason=_("您的账号还没有开通或已停用。"), remedy=_("请联系信息中心。"))
    if not application.is_enabled:
        return Decision(is_allowed=False, reason=_("这个应用已停用。"), remedy=_("请向应用的主管部门了解去处。"))
    return ALLOWED
