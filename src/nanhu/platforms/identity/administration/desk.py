"""The desk of whoever looks after accounts, with its pages in the order of their tabs; who only watches finds it as 审计."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.platforms.identity.administration.console import desk
from nanhu.platforms.identity.policies import AUDITOR

# isort: off
from nanhu.platforms.identity.administration.views import accounts
from nanhu.platforms.identity.administration.views import acts
from nanhu.platforms.identity.administration.views import bulk
from nanhu.platforms.identity.administration.views import grants
from nanhu.platforms.identity.administration.views import sign_ins
from nanhu.platforms.identity.administration.views import trail
# isort: on

__all__ = ["accounts", "acts", "bulk", "desk", "grants", "sign_ins", "trail"]

registry.applications.add(
    registry.Application(
        key="identity.audit",
        name=_("审计"),
        icon="scroll-text",
        url=trail.audit_log.address,
        section="work",
        owner=_("信息中心"),
        description=_("审计日志与登录日志：查看、核验、导出"),
        order=41,
        roles=frozenset({AUDITOR}),
    )
)
