"""What the portal, the doctor and the worker show of this part."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.registry import Application, Look, Role
from nanhu.systems.card.rights import operations, tasks  # noqa: F401  (registering is their effect)
from nanhu.systems.card.rights.policies import GUARD, MANAGER
from nanhu.systems.card.rights.services.verifying import LOOK

registry.roles.add(
    Role(key=MANAGER, name=_("一卡通主管"), description=_("定卡的权限规则、办事机构授权和规章版本，管制卡")),
    Role(key=GUARD, name=_("门卫核验"), description=_("凭卡号或核验码看持卡人照片和卡是否有效，每次留痕")),
)
registry.looks.add(Look(key=LOOK, what=_("核验校园卡：照片、姓名、卡类")))
registry.applications.add(
    Application(
        key="card.rights",
        name=_("卡权限"),
        icon="key-round",
        url=lambda: reverse("card:rights:overview"),
        section="work",
        roles=frozenset({MANAGER}),
        owner=_("校园卡管理办公室"),
        description=_("各类卡能做什么，从哪天起，改动影响谁"),
        order=42,
    ),
    Application(
        key="card.verify",
        name=_("校园卡核验"),
        icon="scan-face",
        url=lambda: reverse("card:rights:verify"),
        section="work",
        roles=frozenset({GUARD}),
        owner=_("保卫处"),
        description=_("刷卡或输入核验码，看照片和是否有效"),
        order=43,
    ),
)
