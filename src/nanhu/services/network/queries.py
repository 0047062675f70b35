"""Reads of the network: who is on line, which devices, how many of how many."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from ipaddress import ip_network
from typing import Any, Final
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    Count,
    DateTimeField,
    Exists,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
)
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_time, campus_today, end_of, now, start_of
from nanhu.kernel.database.prepared import Given, Prepared
from nanhu.kernel.dated import rules_on
from nanhu.kernel.registry import Hit, Occurrence, Text, Viewer
from nanhu.kernel.remembered import Remembered
from nanhu.kernel.ui import dates
from nanhu.platforms.identity import api as identity
from nanhu.services.network import rules
from nanhu.services.network.gateways import gateways
from nanhu.services.network.models import (
    ApPlace,
    Device,
    Disconnect,
    Grant,
    Nas,
    NetworkRole,
    Policy,
    Refusal,
    Service,
    Session,
)
from nanhu.services.network.models.sessions import SINCE_LAST_REPORT
from nanhu.services.network.swift import CONNECTIONS, PRESENCE

PLACES_SHOWN: Final = timedelta(days=7)
GOING: Final = timedelta(seconds=30)
PREFIX_LENGTHS: Final = (64, 62, 60, 56, 48)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLine:
    """A session as its owner may see it; `is_open` counts to the cap."""

    session_id: int
    public_id: UUID
    service: str
    device_id: int | None
    device: str
    station: str
    address: str
    place: str
    started_at: datetime
    updated_at: datetime
    stopped_at: datetime | None
    state: str
    cause: str
    sid: str
    grant: str
    ends_at: datetime | None


def session_line(one: Session) -> SessionLine:
    return SessionLine(
        session_id=one.pk,
        public_id=one.public_id,
        service=one.service,
        device_id=one.device_id,
        device=str(one.device) if one.device else one.station,
        station=one.station,
        address=" · ".join(one.addresses),
        place=one.place.name if one.place else "",
        started_at=one.started_at,
        updated_at=one.updated_at,
        stopped_at=one.stopped_at,
        state=one.state,
        cause=one.cause,
        sid=one.sid,
        grant=one.grant.code if one.grant else "",
        ends_at=one.grant.ends_at if one.grant else None,
    )


def with_names(rows: QuerySet[Session]) -> QuerySet[Session]:
    return rows.select_related("nas", "device", "place", "grant")


def sessions_of(person_id: int, *, only_open: bool = True, services: Sequence[str] = ()) -> list[SessionLine]:
    """Longest idle first, so that the first is the one to drop; closed ones of the last seven days with `only_open` off."""
    rows = Session.objects.filter(person_id=person_id)
    rows = (
        rows.filter(stopped_at=None)
        if only_open
        else rows.filter(Q(stopped_at=None) | Q(stopped_at__gt=now() - PLACES_SHOWN))
    )
    if services:
        rows = rows.filter(service__in=services)
    return [session_line(one) for one in with_names(rows).order_by("updated_at")]


@dataclass(frozen=True, slots=True)
class UnderWay:
    """An open session that nobody ends yet; `since`: when it was let in."""

    session_id: int
    person_id: int
    since: datetime


def under_way(service: str) -> list[UnderWay]:
    """Of known persons, the longest there first."""
    rows = Session.objects.filter(service=service, stopped_at=None, closing_at=None, person__isnull=False)
    rows = rows.annotate(since=Coalesce("grant__granted_at", "started_at")).order_by("since", "pk")
    return [UnderWay(*one) for one in rows.values_list("pk", "person_id", "since")]


def places_of(person_id: int, service: str) -> list[SessionLine]:
    """What holds a place at the cap, as the admission counts it, longest idle first: also what is being ended and has not ended."""
    rows = holding(Session.objects.filter(person_id=person_id, service=service))
    return [session_line(one) for one in with_names(rows).order_by("updated_at")]


def on_line_counts(person_ids: Iterable[int]) -> dict[int, int]:
    """How many devices of each of these persons hold a place, in one query."""
    rows = holding(Session.objects.filter(person_id__in=list(person_ids)))
    of_each = rows.order_by().values("person_id").annotate(count=Count(Coalesce("device_id", -F("pk")), distinct=True))
    return dict(of_each.values_list("person_id", "count"))


def devices_of(person_id: int) -> list[Device]:
    return list(Device.objects.filter(person_id=person_id, removed_at=None).order_by("-last_seen_at"))


def device_hits(viewer: Viewer, text: str, limit: int) -> list[Hit]:
    """One's own, by name or by MAC."""
    mac = rules.mac_of(text)
    given = {"person": viewer.person_id or 0, "macs": [mac or ""], "text": text}
    mine: list[Device] = (WITH_MAC if mac else NAMED)(**given) if text.strip() else []
    url = reverse("network:mine:devices")
    return [
        Hit(key=str(one.public_id), title=str(one), url=url, detail=one.get_kind_display(), icon="tablet-smartphone")
        for one in mine[:limit]
    ]


def own_devices(wanted: Q) -> QuerySet[Device]:
    return Device.objects.filter(wanted, person=Given("person"), removed_at=None).order_by("-last_seen_at")


NAMED: Final = Prepared(lambda: own_devices(Q(name__icontains=Given("text", TextField()))))
WITH_MAC: Final = Prepared(lambda: own_devices(Q(macs__contains=Given("macs", ArrayField(TextField())))))


rests = Remembered(lambda: identity.planned_rests(Service.values), seconds=60)
"""Planned maintenance (维护) of the network's applications: part of everybody's calendar."""


def rest_occurrences(viewer: Viewer, since: date, until: date) -> Iterator[Occurrence]:
    """The VPN's for who may have it."""
    for one in rests():
        is_mine = one.application != Service.VPN or NetworkRole.STAFF in viewer.faces
        if is_mine and one.starts_at < end_of(until) and one.ends_at > start_of(since):
            yield Occurrence(
                uid=f"network.rest.{one.number}",
                title=say("%(name)s维护") % {"name": one.name},
                starts=one.starts_at,
                ends=one.ends_at,
                changed_at=one.planned_at,
                description=one.notice,
            )


def living_grants() -> QuerySet[Grant]:
    return Grant.objects.filter(ended_at=None, ends_at__gt=now())


def refusals_of(person_id: int, since: datetime | None = None) -> QuerySet[Refusal]:
    """Why a device of this person was not let in, newest first; of the last week, where nothing else is said."""
    return Refusal.objects.filter(person_id=person_id, at__gt=since or now() - PLACES_SHOWN).order_by("-at")


def moment_words(moment: datetime) -> str:
    return dates.moment_words(moment, now())


lazy_moment = lazy(moment_words, str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """How many devices of a person are on line in a service, of how many; `most` is None where no policy says it."""

    service: str
    title: Text
    count: int
    most: int | None


def usage_of(person_id: int, roles: Iterable[str]) -> list[Usage]:
    """Of each service for which a policy of one of these roles holds today, or in which something is on line, as the door decides it. One
    query."""
    held: dict[str, set[str]] = {}
    for one in ON_LINE(person=person_id, at=now()):
        held.setdefault(one.service, set()).add(device_key(one.device_id, one.pk))
    mine, policies = list(roles), policies_held()
    best = {one: most_generous(policies, one, mine) for one in Service}
    most = {one: policy.devices for one, policy in best.items() if policy is not None}
    return [
        Usage(service=one.value, title=one.label, count=len(held.get(one, ())), most=most.get(one))
        for one in Service
        if held.get(one) or most.get(one)
    ]


def role_of(service: str, groups: Sequence[str]) -> str:
    """Of all that somebody is (the newest first), what he comes on line as: the one whose policy of today gives most."""
    asked = roles_in(service, groups)
    if len(asked) <= 1:
        return asked[0] if asked else NetworkRole.GUEST
    policies = rules_on(Policy.objects.filter(role__in=asked, service=service), campus_today())
    best = most_generous(policies, service, asked)
    return best.role if best else asked[0]


def roles_in(service: str, groups: Sequence[str]) -> Sequence[str]:
    """The VPN is staff's, whatever else they are."""
    return [NetworkRole.STAFF] if service == Service.VPN and NetworkRole.STAFF in groups else groups


def most_generous(policies: Iterable[Policy], service: str, groups: Sequence[str]) -> Policy | None:
    roles, moment = roles_in(service, groups), campus_time(now())
    held = [one for one in policies if one.service == service and one.role in roles]
    held.sort(key=lambda one: roles.index(one.role))
    return max(held, key=lambda one: generosity(one, moment), default=None)


def generosity(policy: Policy, moment: datetime) -> tuple[bool, int, int, int]:
    """What lets in now goes before what does not. `sql/network_admit.sql` has the same order."""
    is_open = policy.devices > 0 and rules.is_open(moment, policy.opens, policy.closes)
    return is_open, policy.devices, policy.session_seconds, policy.idle_seconds


def live(rows: QuerySet[Session], *, at: Any = None) -> QuerySet[Session]:
    """On line, as far as their NAS tells. `at`: now, or what stands for it in a prepared query."""
    return rows.filter(stopped_at=None, updated_at__gte=(at or Value(now())) - SINCE_LAST_REPORT)


def standing(rows: QuerySet[Session]) -> QuerySet[Session]:
    """Let in, not out again, and of a grant that holds. Reports may be missing: a campus or a FreeRADIUS that was away shuts nobody out."""
    holds = Q(grant=None) | Q(grant__ended_at=None, grant__ends_at__gt=now())
    return rows.filter(holds, stopped_at=None)


def holding(rows: QuerySet[Session], *, at: Any = None) -> QuerySet[Session]:
    """What counts to the cap: on line, and not leaving it to another."""
    return not_leaving(live(rows, at=at), at=at)


def not_leaving(rows: QuerySet[Session], *, at: Any = None) -> QuerySet[Session]:
    """Of open sessions those that hold a place: each until it has really ended, but half a minute of the one its owner chose at the cap,
    in whose place another comes in at once."""
    since = (at or Value(now())) - Value(GOING)
    chosen = Disconnect.objects.filter(session=OuterRef("pk"), cause="ours:device-cap", created_at__gt=since)
    return rows.exclude(Exists(chosen.exclude(state=Disconnect.State.FAILED)))


def _on_line() -> QuerySet[Session]:
    of_person = Session.objects.filter(person_id=Given("person"))
    return holding(of_person, at=Given("at", DateTimeField())).only("service", "device_id")


policies_held = Remembered(lambda: list(rules_on(Policy.objects.all(), campus_today())), seconds=15)
ON_LINE = Prepared(_on_line)
"""Asked by each home."""


def device_key(device_id: int | None, number: int) -> str:
    """What counts as one: a device, and a session (or a grant) of which none is known."""
    return f"device:{device_id}" if device_id else f"session:{number}"


def session_at(address: str) -> SessionLine | None:
    """Who is on line at an address now; the one last heard of."""
    of_host = Q(address=address) if ":" not in address else Q(addresses__overlap=[address, *prefixes_of(address)])
    found = with_names(standing(Session.objects.filter(of_host))).order_by("-updated_at").first()
    return session_line(found) if found else None


def prefixes_of(address: str) -> list[str]:
    """Which an IPv6 address may lie in, as they are delegated."""
    return [str(ip_network(f"{address}/{length}", strict=False)) for length in PREFIX_LENGTHS]


def presence_swiftly(address: str) -> str | None:
    """Whether somebody is on line at an IPv4 address, before Django: how many seconds are left, "" where nothing bounds them; None: nobody."""
    found = CONNECTIONS.value(PRESENCE, [address, now().isoformat()])
    return None if found is None else found.decode()


def closing_sids(nas_id: int) -> set[str]:
    """Sessions that this NAS is to end: for those that fetch them."""
    ends = Q(closing_at__isnull=False) | Q(grant__ended_at__isnull=False)
    return set(Session.objects.filter(ends, nas=nas_id, stopped_at=None).values_list("sid", flat=True))


def ap_moments(place_id: int) -> list[datetime | None]:
    """When each access point of a building was last heard of: by its controller's list, or by a session there. None: never."""
    here = Q(place=place_id) | Q(place__parent=place_id) | Q(place__parent__parent=place_id)
    seen = dict(ApPlace.objects.filter(here).values_list("mac", "seen_at"))
    open_ones = Session.objects.filter(stopped_at=None, ap__in=list(seen)) if seen else Session.objects.none()
    for mac, at in open_ones.values_list("ap").annotate(last=Max("updated_at")):
        seen[mac] = max(filter(None, (seen[mac], at)))
    return list(seen.values())


def open_at(nas_id: int, sids: Iterable[str]) -> list[tuple[str, int, int]]:
    """Of these session numbers of a NAS those on line that nobody ends yet, with session and person."""
    found = Session.objects.filter(nas=nas_id, sid__in=list(sids), stopped_at=None, closing_at=None)
    rows = found.values_list("sid", "pk", "person_id")
    return [(sid, session_id, person_id) for sid, session_id, person_id in rows if person_id is not None]


CAUSES: Final[Mapping[str, Text]] = {
    "ours:suspended": _("账号被停用"),
    "ours:kicked": _("踢下线"),
    "ours:device-cap": _("设备到上限"),
    "ours:password-changed": _("改了密码"),
    "ours:policy": _("策略变了"),
    "ours:time-over": _("到时断开"),
    "ours:app-password": _("应用专用密码已停用"),
    "ours:removed": _("设备被移除"),
    "ours:reach": _("VPN 可达清单收窄，请重新连接"),
    "ours:client": _("VPN 客户端不合要求"),
    "ours:left": _("离校"),
    "ours:ended": _("凭据已失效"),
    "ours:grant-ended": _("VPN 账户已停用"),
    "ours:parted": _("两人的记录已分开"),
    "ours:disowned": _("本人说不是自己"),
    "nas-restart": _("接入设备重启"),
    "nas-withdrawn": _("接入设备已撤下"),
    "lost": _("失联"),
    "User-Request": _("自己断开"),
    "Lost-Carrier": _("离开信号"),
    "Idle-Timeout": _("闲置断开"),
    "Session-Timeout": _("到时断开"),
    "Admin-Reset": _("管理员断开"),
}


def cause_words(cause: str) -> Text:
    return CAUSES.get(cause, cause)


def style_of(nas: Nas) -> Text:
    found = gateways.get(nas.style)
    return found.title if found else nas.style


def session_words(policy: Policy) -> str:
    return minutes_words(policy.session_seconds)


def idle_words(policy: Policy) -> str:
    return minutes_words(policy.idle_seconds)


def minutes_words(seconds: int) -> str:
    minutes = seconds // 60
    if minutes % 60 == 0:
        return say("%(n)s 个小时") % {"n": minutes // 60}
    return say("%(n)s 分钟") % {"n": minutes}


def rate_words(policy: Policy) -> str:
    return " / ".join(f"{kbps // 1000} Mbit/s" if kbps else "—" for kbps in (policy.down_kbps, policy.up_kbps))


def hours_words(policy: Policy) -> str:
    return f"{policy.opens:%H:%M}–{policy.closes:%H:%M}" if policy.opens and policy.closes else say("全天")


lazy_hours = lazy(hours_words, str)


def with_open_sessions(rows: QuerySet[Nas]) -> QuerySet[Nas]:
    counted = (
        live(Session.objects.filter(nas=OuterRef("pk")))
        .order_by()
        .values("nas")
        .annotate(count=Count("pk"))
        .values("count")
    )
    return rows.annotate(open_sessions=Coalesce(Subquery(counted), 0)).order_by("name")


def with_application_names(rows: Sequence[Any]) -> Sequence[Any]:
    names = dict(identity.network_applications())
    for nas in rows:
        nas.application_names = "、".join(names.get(key, key) for key in nas.applications)
    return rows
