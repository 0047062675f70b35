"""What other rooms show of the captive portal: styles of gateways, the page of help in the menu, one's data, the school's rules."""

from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.configuration import configuration
from nanhu.kernel.registry import CheckResult, Verdict
from nanhu.services.network import api as network
from nanhu.services.network.portal import (
    announcements,
    queries,
    trusts,  # noqa: F401  (its page enters itself among 我的设备)
)
from nanhu.services.network.portal.adapters.styles import OPENNDS
from nanhu.services.network.portal.models import PortalGateway
from nanhu.services.network.portal.school import portal_address
from nanhu.services.network.portal.services.expelling import OF_NAS


def check_address() -> CheckResult:
    """Behind a gateway passwords are typed over an open network, and phones ask capport by https alone."""
    if not PortalGateway.living().exists():
        return CheckResult(verdict=Verdict.OK, message=say("没有登记门户网关"))
    if announcements.is_secure():
        return CheckResult(verdict=Verdict.OK, message=say("认证页用 https"))
    message = say("登记了门户网关，认证页却没有加密：%(address)s") % {"address": portal_address()}
    remedy = say("让反向代理提供 TLS，把 NANHU_PUBLIC_URL 改为 https")
    verdict = Verdict.WARN if configuration().demo else Verdict.FAIL
    return CheckResult(verdict=verdict, message=message, remedy=remedy)


registry.checks.add(
    registry.Check(key="network_portal.address", title=_("上网认证页的地址"), run=check_address, order=88)
)
network.gateways.add(OF_NAS, OPENNDS)
network.redeemed_while.append(queries.is_waited_for)
network.device_trusts.append(queries.trusted_devices)
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
