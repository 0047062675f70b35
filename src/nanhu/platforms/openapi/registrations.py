"""What the portal and the worker show of the open API."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.registry import Application, Role
from nanhu.platforms.openapi.policies import KEEPER
from nanhu.platforms.openapi.services import deliveries  # noqa: F401  (the worker's companion)

registry.roles.add(
    Role(key=KEEPER, name=_("开放接口管理"), description=_("登记用接口的单位，给权限和密钥，看请求和通知"))
)
registry.applications.add(
    Application(
        key="openapi", name=_("开放接口"), icon="plug", url=lambda: reverse("openapi:overview"), section="work",
        roles=frozenset({KEEPER}), owner=_("信息中心"),
        description=_("哪些单位的程序能调用哪些接口，从哪里来，每次请求了什么"), order=44,
    )
)  # fmt: skip
