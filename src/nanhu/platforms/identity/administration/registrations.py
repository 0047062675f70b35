"""What administration declares: its places in the menu."""

from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry

registry.applications.add(
    registry.Application(
        key="identity.accounts",
        name=_("账号管理"),
        icon="user-cog",
        url=reverse_lazy("identity:admin_accounts"),
        section="work",
        owner=_("信息中心"),
        description=_("查找账号，解锁、柜台重置、停用与批量办理"),
        order=40,
        roles=frozenset({"identity.admin", "identity.clerk", "identity.security"}),
    ),
    registry.Application(
        key="identity.audit",
        name=_("审计"),
        icon="scroll-text",
        url=reverse_lazy("identity:audit"),
        section="work",
        owner=_("信息中心"),
        description=_("审计日志与登录日志：查看、核验、导出"),
        order=41,
        roles=frozenset({"identity.auditor"}),
    ),
)
