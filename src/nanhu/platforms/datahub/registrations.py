"""What the portal and the role list show of us."""

from typing import Final

from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Application, Role, applications, roles

STEWARD: Final = "datahub.steward"

roles.add(Role(key=STEWARD, name=_("数据管理员"), description=_("导入各部门的文件，处理问题行和疑似重复，回退批次。")))
applications.add(
    Application(
        key="datahub.desk",
        name=_("数据清洗"),
        icon="database",
        url=reverse_lazy("datahub:home"),
        section="work",
        roles=frozenset({STEWARD}),
        owner=_("信息中心"),
        description=_("导入、清洗、核对各部门的数据"),
        order=700,
    )
)
