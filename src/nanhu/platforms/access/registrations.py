"""What the portal, the doctor and the worker show of this part."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.registry import Application, PersonalData, Role
from nanhu.platforms.access import operations, parts, tasks
from nanhu.platforms.access.personal_data import passage_records
from nanhu.platforms.access.policies import GUARD, MANAGER

__all__ = ["operations", "parts", "tasks"]

registry.personal_data.add(
    PersonalData(
        key="access.passages", title=_("门禁记录"), load=passage_records, order=32,
        description=_("时间、地点、进出、是否放行；保存半年"),
    )
)  # fmt: skip
registry.roles.add(
    Role(key=MANAGER, name=_("门禁主管"), description=_("定谁能进哪些门、什么时候能进")),
    Role(key=GUARD, name=_("门卫"), description=_("看各处门的情况和通行记录，紧急开门，重置进出状态")),
)
registry.applications.add(
    Application(
        key="access.doors",
        name=_("门禁"),
        icon="door-open",
        url=lambda: reverse("access:places"),
        section="work",
        roles=frozenset({MANAGER, GUARD}),
        owner=_("保卫处"),
        description=_("谁能进哪里，门的当前状态，紧急开门"),
        order=44,
    )
)
