"""What the portal, the doctor and the worker show of this part."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.registry import Application, Look, Role
from nanhu.systems.card.rights.policies import MANAGER
from nanhu.systems.card.vendors import subscribers, tasks  # noqa: F401  (registering is their effect)
from nanhu.systems.card.vendors.policies import KEEPER
from nanhu.systems.card.vendors.services import deliveries  # noqa: F401  (the worker's companion)
from nanhu.systems.card.vendors.worlds.live_cards import LOOK

registry.roles.add(
    Role(key=KEEPER, name=_("开放接口管理"), description=_("登记用接口的单位，给权限和密钥，看请求和通知"))
)
registry.looks.add(Look(key=LOOK, what=_("外部单位查卡：打码的姓名、卡的状态")))
registry.applications.add(
    Application(
        key="card.vendors", name=_("校园卡开放接口"), icon="plug", url=lambda: reverse("card:vendors:overview"),
        section="work", roles=frozenset({MANAGER, KEEPER}), owner=_("信息中心"),
        description=_("哪些单位的程序能查卡、收款，从哪里来，每次请求了什么"), order=44,
    )
)  # fmt: skip
