"""What reach tells the portal: its search, what it keeps of a person, its check; and the network's door what opens the VPN."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.clock import campus_today
from nanhu.kernel.dated import rules_on
from nanhu.kernel.registry import CheckResult, Owner, Text, Verdict
from nanhu.services.network import api as network
from nanhu.services.network.reach import (
    gateway_agents,  # noqa: F401  (the style of ocserv enters itself)
    policies,
    queries,
)
from nanhu.services.network.reach.models import ClosedNetwork, ReachList, Resource, VpnGrant, VpnUse
from nanhu.services.network.reach.services import granting, narrowing


def refuses(person_id: int) -> Text:
    """Only who holds an open account comes in by VPN. Who cannot have one is not told to ask for it."""
    if granting.open_grant_of(person_id):
        return ""
    if not policies.may_use_vpn(person_id):
        return _("VPN 只给在职教职工：学生在校外看资源走 CARSI，在校内连校园网。")
    return _("没有开通的 VPN 账户：在“校内资源与 VPN”里申请或看停用的原因。")


def grants_of(owner: Owner, since: datetime | None) -> Iterable[Mapping[str, object]]:
    found = VpnGrant.objects.filter(person=owner.person_id).order_by("-asked_at")
    for one in found.filter(asked_at__gte=since) if since else found:
        yield {
            "number": one.number,
            "purpose": one.purpose,
            "until": one.until.isoformat(),
            "state": str(one.get_state_display()),
            "promise_version": one.promise_version,
            "last_used_at": one.last_used_at.isoformat() if one.last_used_at else "",
        }


def uses_of(owner: Owner, since: datetime | None) -> Iterable[Mapping[str, object]]:
    found = VpnUse.objects.filter(person=owner.person_id).order_by("-at")
    for one in found.filter(at__gte=since) if since else found:
        yield {"at": one.at.isoformat(), "network": one.network, "oddity": str(one.get_oddity_display())}


def check_reach() -> CheckResult:
    """Without a list the VPN leads nowhere; without networks of the machine room nothing keeps lists out of it."""
    lists = rules_on(ReachList.objects.all(), campus_today()).count()
    closed = ClosedNetwork.objects.filter(removed_at=None).count()
    unlisted = Resource.objects.filter(removed_at=None, is_listed=False).count()
    if unlisted:
        message = say("%(n)s 个写着“VPN 能到”的资源不在任何清单里") % {"n": unlisted}
        return CheckResult(verdict=Verdict.WARN, message=message, remedy=say("在“校园网资源管理”里改清单或资源"))
    if narrowing.is_unwritten():
        message = say("可达清单改过，VPN 网关的配置文件还没有重写")
        return CheckResult(verdict=Verdict.WARN, message=message, remedy=say("运行 nanhu network_vpn_config"))
    if lists and closed:
        return CheckResult(verdict=Verdict.OK, message=say("VPN 有可达清单，机房网段已登记"))
    message = say("可达清单 %(lists)s 份，机房网段 %(closed)s 个") % {"lists": lists, "closed": closed}
    return CheckResult(verdict=Verdict.WARN, message=message, remedy=say("在“校园网资源管理”里登记"))


network.service_rules.add(network.ServiceRule(key="network_reach.vpn", service="vpn", refuses=refuses))
registry.searchables.add(
    registry.Searchable(
        key="network_reach.resources",
        title=_("校内资源"),
        icon="globe",
        hits=queries.resource_hits,
        of=Resource,
        order=35,
    )
)
registry.foot_links.add(
    registry.FootLink(key="network_reach.directory", title=_("校内资源"), page="network_reach:directory")
)
registry.site_maps.add(registry.SiteMap(key="network_reach.outlines", load=queries.map_sheets))
registry.personal_data.add(
    registry.PersonalData(
        key="network.vpn_grants", title=_("VPN 账户"), load=grants_of, description=_("用途、期限、状态")
    ),
    registry.PersonalData(
        key="network.vpn_uses", title=_("VPN 登录"), load=uses_of, description=_("时间、网络，90 天")
    ),
)
registry.checks.add(registry.Check(key="network_reach.lists", title=_("VPN 可达清单"), run=check_reach, order=88))
