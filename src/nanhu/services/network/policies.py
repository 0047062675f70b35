"""Who looks after the network."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Role

ENGINEER: Final = "network.engineer"
ROLES: Final = (
    Role(
        key=ENGINEER,
        name=_("网络工程师"),
        description=_("接入设备、上网策略、在线情况和断网；查某时某地址是谁，要写明原因，本人看得到"),
        is_administrative=True,
    ),
)
