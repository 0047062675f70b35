"""What the portal declares of itself: the page of the executable manual, for administrators."""

from typing import Final

from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Application, applications

MANUAL_READERS: Final = ("campus.admin", "identity.admin", "identity.security", "identity.auditor")

applications.add(
    Application(
        key="portal.manual",
        name=_("手册条目"),
        icon="book-check",
        url=reverse_lazy("portal:manual"),
        section="work",
        roles=frozenset(MANUAL_READERS),
        owner=_("信息中心"),
        description=_("使用手册的每一条、每一句，和验证它的测试"),
        order=990,
    )
)
