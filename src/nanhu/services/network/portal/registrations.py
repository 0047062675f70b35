"""What other rooms show of the captive portal: styles of gateways, the page of help in the menu, one's data, the school's rules."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.services.network import api as network
from nanhu.services.network.portal import (
    queries,
    trusts,  # noqa: F401  (its page enters itself among 我的设备)
)
from nanhu.services.network.portal.adapters.styles import OPENNDS
from nanhu.services.network.portal.services.expelling import OF_NAS

network.gateways.add(OF_NAS, OPENNDS)
network.redeemed_while.append(queries.is_waited_for)
registry.applications.add(
    registry.Application(
        key="network.why",
        name=_("上网自查"),
        icon="wifi",
        url=lambda: reverse("network_portal:why"),
        section="service",
        faces=registry.ALL_FACES,
        owner=_("信息中心"),
        description=_("为什么上不了网：一句话说清，一个按钮办好，不行就报修"),
        order=62,
    )
)
registry.personal_data.add(
    registry.PersonalData(
        key="network_portal.sign_ins",
        title=_("上网认证"),
        load=queries.records_of,
        description=_("在认证页上线、下线的时间和设备，为什么上不了网的自查记录"),
    )
)
