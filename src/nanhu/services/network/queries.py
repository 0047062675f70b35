"""Reads of the network: who is on line, which devices, how many of how many."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from ipaddress import ip_network
from statistics import mean
from typing import Any, Final
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    Case,
    Count,
    DateTimeField,
    Exists,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    TextField,
    Value,
    When,
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
from nanhu.kernel.ui.dates import WEEKDAYS
from nanhu.platforms.campus import api as campus
from nanhu.platforms.identity import api as identity
from nanhu.services.network import rules
from nanhu.services.network.gateways import gateways
from nanhu.services.network.models import (
    ApPlace,
    Device,
    Disconnect,
    Grant,
    HourSum,
    Nas,
    NetworkRole,
    Policy,
    Refusal,
    Service,
    Session,
)
from nanhu.services.network.models.sessions import SILENT_INTERVALS, SINCE_LAST_REPORT
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
    active_at: datetime
    ap: str
    stopped_at: datetime | None
    state: str
    cause: str
    sid: str
    grant: str
    ends_at: datetime | None
    is_extendable: bool


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
        active_at=one.active_at,
        ap=one.ap,
        stopped_at=one.stopped_at,
        state=one.state,
        cause=one.cause,
        sid=one.sid,
        grant=one.grant.code if one.grant else "",
        ends_at=one.grant.ends_at if one.grant else None,
        is_extendable=one.grant is not None and is_extendable(one.grant),
    )


def is_extendable(grant: Grant) -> bool:
    """Whether signing in again gives more: not where a guest's last day or the policy's hours end it. `sql/queries/presence.sql` has the same."""
    if grant.policy is None:
        return campus_time(grant.ends_at).time() != time.min
    return grant.ends_at >= grant.granted_at + timedelta(seconds=grant.policy.session_seconds)


def with_names(rows: QuerySet[Session]) -> QuerySet[Session]:
    return rows.select_related("nas", "device", "place", "grant__policy")


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
    return [session_line(one) for one in with_names(rows).order_by("active_at")]


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
    return [session_line(one) for one in with_names(rows).order_by("active_at")]


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
    """Whether somebody is on line at an IPv4 address, before Django: how many seconds are left, "" where nothing bounds them, and "+" where
    signing in again gives more; None: nobody."""
    found = CONNECTIONS.value(PRESENCE, [address, now().isoformat()])
    return None if found is None else found.decode()


def closing_sids(nas_id: int) -> set[str]:
    """Sessions that this NAS is to end: for those that fetch them."""
    ends = Q(closing_at__isnull=False) | Q(grant__ended_at__isnull=False)
    return set(Session.objects.filter(ends, nas=nas_id, stopped_at=None).values_list("sid", flat=True))


@dataclass(frozen=True, slots=True)
class Point:
    """What lets devices in at a building. `last_at`: its last word, None where it never spoke. `is_silent`: a word of it is missing; where
    nobody is, none is owed."""

    building_id: int | None
    last_at: datetime | None
    is_silent: bool


BUILDING: Final = Case(When(place__kind="room", then="place__parent"), default="place")
"""A room counts for its building."""


def nas_points(rows: QuerySet[Nas]) -> list[Point]:
    """Silent is one that fell silent amid sessions, of which it tells the end or the counters: its last word was of those who have no end
    since. A switch that tells nothing between Start and Stop owes none."""
    found = list(rows.annotate(building=BUILDING).values_list("pk", "building", "last_heard_at", "interim_seconds"))
    longest = {key: timedelta(seconds=SILENT_INTERVALS * seconds) for key, _place, _at, seconds in found}
    late = {key: at for key, _place, at, _seconds in found if at is not None and now() - at > longest[key]}
    silent: set[int] = set()
    if late:
        amid = F("nas__last_heard_at") - SINCE_LAST_REPORT
        owed = Session.objects.filter(nas__in=late, updated_at__gte=amid, updated_at__gt=F("started_at"))
        lost = Q(cause="lost", stopped_at__gte=min(at - longest[key] for key, at in late.items()))
        silent = set(owed.filter(Q(stopped_at=None) | lost).values_list("nas", flat=True).distinct())
    return [Point(place, at, key in silent) for key, place, at, _seconds in found]


def access_points(rows: QuerySet[ApPlace]) -> list[Point]:
    """With what is heard of each from its controller's list and from its people."""
    found = list(rows.annotate(building=BUILDING).values_list("building", "mac", "seen_at", "listed_at"))
    heard = heard_on_line(mac for _place, mac, _seen, _listed in found)
    return [point_of(place, seen, listed, heard.get(mac)) for place, mac, seen, listed in found]


def heard_on_line(macs: Iterable[str]) -> dict[str, datetime]:
    """By the MAC of an access point: when accounting last told of somebody who is on line there."""
    open_ones = Session.objects.filter(stopped_at=None, ap__in=list(macs))
    return dict(open_ones.order_by().values_list("ap").annotate(Max("updated_at")))


def point_of(place: int | None, seen: datetime | None, listed: datetime | None, heard: datetime | None) -> Point:
    """Silent is one whose controller's list, when it was made, had not heard of it, or of whose people nothing is heard though they are on
    line. Whoever left it leaves no silence, nor does a list that does not come."""
    last = max(filter(None, (seen, heard)), default=None)
    until = max(filter(None, (listed, now() if heard else None)), default=None)
    return Point(place, last, bool(last and until and until - last > rules.SILENT_POINT))


def access_points_in(place_id: int) -> list[Point]:
    here = Q(place=place_id) | Q(place__parent=place_id) | Q(place__parent__parent=place_id)
    return access_points(ApPlace.objects.filter(here))


@dataclass(slots=True)
class Building:
    """Of one with a NAS or an access point: how many are on line, how much hangs there, and how much of it fell silent."""

    name: str = ""
    on_line: int = 0
    points: int = 0
    silent: int = 0

    @property
    def state(self) -> str:
        if self.silent:
            return "down" if self.silent == self.points else "partly"
        return "up" if self.on_line else "empty"


def buildings() -> list[Building]:
    """Every building that has net, the worst first: where all is silent, where most is, where nobody is on line. What never spoke is not
    known to be silent. A room counts for its building."""
    found: defaultdict[int | None, Building] = defaultdict(Building)
    nas = Nas.objects.filter(withdrawn_at=None, place__isnull=False)
    for point in (*access_points(ApPlace.objects.all()), *nas_points(nas)):
        found[point.building_id].points += 1
        found[point.building_id].silent += point.is_silent
    placed = live(Session.objects.filter(place__isnull=False)).order_by().annotate(building=BUILDING)
    for place, count in placed.values_list("building").annotate(Count("pk")):
        found[place].on_line = count
    for place, name in names_of(found).items():
        found[place].name = name
    return sorted(found.values(), key=lambda one: (-one.silent / max(one.points, 1), one.on_line, one.name))


def names_of(places: Iterable[int | None]) -> dict[int | None, str]:
    """Of two buildings that are called the same the campus stands before each. None: nobody wrote down where."""
    known = [one for one in places if one is not None]
    there = list(campus.Place.objects.filter(pk__in=known).values_list("pk", "name", "parent__name"))
    of_name = Counter(name for _key, name, _above in there)
    named = {key: f"{above} {name}" if of_name[name] > 1 and above else name for key, name, above in there}
    return {one: named[one] if one else say("没有登记位置") for one in places}


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


PLOTTED: Final = timedelta(days=1)
HOUR: Final = timedelta(hours=1)
WEEK: Final = timedelta(weeks=1)
WEEKS: Final = 4 * WEEK
BUILDINGS_SHOWN: Final = 8


def plotted(sums: QuerySet[HourSum]) -> dict[str, Any]:
    """The last day that was summed up, hour by hour, and its fullest buildings by their fullest hour; nothing where there are no sums."""
    last = sums.aggregate(last=Max("hour"))["last"]
    if last is None:
        return {}
    of_day = sums.filter(hour__gt=last - PLOTTED, hour__lte=last).order_by()
    known = dict(of_day.values("hour").annotate(all=Sum("devices")).values_list("hour", "all"))
    hours = [last - back * HOUR for back in reversed(range(PLOTTED // HOUR))]
    at_once = of_day.exclude(place=None).values_list("place", "hour").annotate(all=Sum("devices"))
    fullest: defaultdict[int | None, int] = defaultdict(int)
    for place, _hour, count in at_once:
        fullest[place] = max(count, fullest[place])
    named = [(name, fullest[place]) for place, name in names_of(fullest).items()]
    best = sorted(named, key=lambda pair: (-pair[1], pair[0]))[:BUILDINGS_SHOWN]
    return {
        "hours": [(f"{campus_time(hour):%H:%M}", known.get(hour, 0)) for hour in hours],
        "most": max(known.values()),
        "buildings": best,
        "until": last + HOUR,
        **usual_week(sums.filter(hour__gt=last - WEEKS, hour__lte=last)),
    }


def usual_week(sums: QuerySet[HourSum]) -> dict[str, Any]:
    """Devices of each hour of each weekday, on the average of the weeks that are summed up; an hour without a sum between two others had none.
    Nothing before there is a whole week."""
    known = dict(sums.order_by("hour").values("hour").annotate(all=Sum("devices")).values_list("hour", "all"))
    first, last = min(known), max(known)
    if last - first < WEEK - HOUR:
        return {}
    found: dict[tuple[int, int], list[int]] = defaultdict(list)
    for step in range((last - first) // HOUR + 1):
        at = campus_time(first + step * HOUR)
        found[at.weekday(), at.hour].append(known.get(first + step * HOUR, 0))
    means = {place: round(mean(values)) for place, values in found.items()}
    day, hour = max(means, key=lambda place: means[place])
    return {
        "week": [(WEEKDAYS[day], [means[day, hour] for hour in range(24)]) for day in range(7)],
        "day_hours": range(24),
        "busiest": {"day": WEEKDAYS[day], "hour": hour, "count": means[day, hour]},
    }
