"""What the portal, the doctor, the copy of my data and the audit know of the network."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.dated import rules_on
from nanhu.kernel.registry import Owner, TileContent, Verdict, Viewer
from nanhu.services.network import eduroam, queries, radius  # noqa: F401  (the RADIUS endpoint's policies enter themselves)
from nanhu.services.network.adapters import rfc5176  # noqa: F401  (its two styles enter themselves)
from nanhu.services.network.mine import mine, roles_of  # noqa: F401
from nanhu.services.network.models import Disconnect, Nas, NetworkRole, Policy, Service, Session
from nanhu.services.network.policies import ENGINEER
from nanhu.services.network.services.tracing import LOOK

A_DAY = timedelta(days=1)
MOST_UNKNOWN = 100
SERVED: dict[str, Service] = {
    Nas.Kind.CONTROLLER: Service.WIFI,
    Nas.Kind.OPENNDS: Service.WIFI,
    Nas.Kind.PORTAL: Service.WIFI,
    Nas.Kind.VENDOR: Service.WIFI,
    Nas.Kind.SWITCH: Service.WIRED,
    Nas.Kind.OCSERV: Service.VPN,
}


def tile(viewer: Viewer) -> TileContent | None:
    """Of the services in which something is on line; nothing where nothing is."""
    usage = queries.usage_of(viewer.person_id, roles_of(viewer)) if viewer.person_id is not None else []
    held = [one for one in usage if one.count]
    if not held:
        return None
    first = held[0]
    return TileContent(
        value=f"{first.count}/{first.most}" if first.most is not None else str(first.count),
        caption=say("台设备在线（%(service)s）") % {"service": first.title},
        source=_("校园网"),
        as_of=now(),
        url=reverse("network:mine:devices"),
        lines=tuple(f"{one.title} {one.count}" + (f"/{one.most}" if one.most is not None else "") for one in held[1:]),
        tone="attention" if first.most is not None and first.count >= first.most else "plain",
    )


def sessions_of(owner: Owner, since: datetime | None) -> Iterable[Mapping[str, object]]:
    rows = queries.with_names(Session.objects.filter(person=owner.person_id)).order_by("-started_at")
    for one in rows.filter(started_at__gte=since) if since else rows:
        yield {
            "service": one.service,
            "device": one.station,
            "address": "、".join(one.addresses),
            "place": one.place.name if one.place else "",
            "started_at": one.started_at.isoformat(),
            "stopped_at": one.stopped_at.isoformat() if one.stopped_at else "",
            "cause": str(queries.cause_words(one.cause)),
        }


def devices_of(owner: Owner, since: datetime | None) -> Iterable[Mapping[str, object]]:
    for one in queries.devices_of(owner.person_id):
        if since is None or one.last_seen_at >= since:
            yield {
                "name": str(one),
                "kind": one.kind,
                "macs": list(one.macs),
                "first_seen_at": one.first_seen_at.isoformat(),
                "last_seen_at": one.last_seen_at.isoformat(),
            }


def check_network() -> registry.CheckResult:
    """Services without a policy today, controllers that fell silent, disconnects that did not work."""
    nas = Nas.objects.filter(withdrawn_at=None)
    if not nas.exists():
        return registry.CheckResult(verdict=Verdict.OK, message=say("没有登记接入设备"))
    without = unbounded({SERVED[kind] for kind in nas.values_list("kind", flat=True)})
    silent = sum(one.is_silent for one in queries.nas_points(nas))
    failed = Disconnect.objects.filter(state=Disconnect.State.FAILED).count()
    faults = [
        *([say("没有策略，不限台数：%(what)s") % {"what": "、".join(without)}] if without else []),
        *([say("%(n)s 台接入设备有人在网却没有报告") % {"n": silent}] if silent else []),
        *([say("%(n)s 条断网请求没有成") % {"n": failed}] if failed else []),
    ]
    if faults:
        return registry.CheckResult(verdict=Verdict.WARN, message="；".join(faults), remedy=say("到“校园网管理”处理"))
    return registry.CheckResult(verdict=Verdict.OK, message=say("接入设备都在报告"))


def unbounded(services: Collection[str]) -> list[str]:
    """Students' and staff's Wi-Fi, and each service that a NAS gives and whose policy is nobody's: whoever may sign in may come with any number."""
    held = set(rules_on(Policy.objects.all(), campus_today()).values_list("service", "role"))
    of_wifi = [one for one in (NetworkRole.STUDENT, NetworkRole.STAFF) if (Service.WIFI, one) not in held]
    others = set(services) - {Service.WIFI} - {service for service, _role in held}
    return [f"{Service.WIFI.label} · {one.label}" for one in of_wifi] + [
        str(Service(one).label) for one in sorted(others)
    ]


def unknown_work(viewer: Viewer, limit: int) -> registry.Waiting | None:
    """More than a hundred sessions a day behind which nobody stands: a controller that sends no Class, or somebody's own."""
    if ENGINEER not in viewer.roles:
        return None
    count = Session.objects.filter(person=None, guest="", started_at__gt=now() - A_DAY).count()
    if count <= MOST_UNKNOWN:
        return None
    url = f"{reverse('network:desk:online')}?show=unknown"
    line = registry.WaitingLine(title=say("%(n)s 次上网对不上人") % {"n": count}, url=url)
    return registry.Waiting(count=1, url=url, lines=[line] if limit else [])


registry.waiting_work.add(
    registry.WaitingWork(
        key="network.unknown", title=_("对不上人的会话"), office=_("信息中心"), load=unknown_work, order=70
    )
)
registry.tiles.add(registry.Tile(key="network.devices", title=_("校园网"), load=tile, icon="wifi", order=66))
registry.searchables.add(
    registry.Searchable(
        key="network.devices", title=_("我的设备"), icon="tablet-smartphone", load=queries.device_hits, order=65
    )
)
registry.calendar_feeds.add(
    registry.CalendarFeed(key="network.rests", title=_("校园网维护"), load=queries.rest_occurrences, order=60)
)
registry.looks.add(registry.Look(key=LOOK, what=_("上网记录：某时某地址是谁")))
registry.checks.add(registry.Check(key="network.sessions", title=_("校园网"), run=check_network, order=88))
registry.personal_data.add(
    registry.PersonalData(
        key="network.sessions",
        title=_("上网：会话"),
        load=sessions_of,
        description=_("服务、设备、地址、地点、起止"),
        order=83,
    ),
    registry.PersonalData(
        key="network.devices", title=_("上网：设备"), load=devices_of, description=_("名称、MAC、最近上网"), order=84
    ),
)
