"""Admission (准入): may this device of this person come on line now? A grant with what the policy gives, or a reason kept for the person."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import DateField, DateTimeField, Exists, Model, OuterRef, QuerySet, TextField
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_time, campus_today, now
from nanhu.kernel.clock import end_of as day_over
from nanhu.kernel.database.prepared import Given, Prepared
from nanhu.kernel.dated import rules_on
from nanhu.kernel.events import publish
from nanhu.kernel.once import lock_key
from nanhu.kernel.registry import Register, Text
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people
from nanhu.services.network import rules
from nanhu.services.network.errors import (
    DevicesFullError,
    KeptOffError,
    NotAdmittedError,
    NotThenError,
    ServiceRefusedError,
)
from nanhu.services.network.events import AdmissionGranted
from nanhu.services.network.models import Device, Grant, NetworkRole, Policy, Refusal, Service, Session
from nanhu.services.network.queries import device_key, holding
from nanhu.services.network.services import devices, passes

UNHEARD: Final = timedelta(seconds=60)
"""So long a grant counts as a device on line, though accounting has not told of it."""
DEFAULT_SECONDS: Final = 8 * 3600
GUEST_DEVICES: Final = 2
"""At once, where the centre has entered no policy for guests."""
TOLD: Final = frozenset({Service.VPN})
"""Of which services `AdmissionGranted` is told: of Wi-Fi nobody hears, and at the change of lessons it is hundreds a second."""
SAME_REFUSAL: Final = timedelta(minutes=5)
"""A phone asks again every few seconds: that is one refusal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRule:
    """Another condition of one service (a VPN grant): `refuses(person_id)` is "" or the sentence that the person reads."""

    key: str
    service: str
    refuses: Callable[[int], Text]


service_rules: Final[Register[ServiceRule]] = Register()


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmissionRequest:
    """`person_id`, or `guest` for whoever is not in the golden record ("pass:<uuid>"). `device_id` where the page has recognised it by its
    cookie; else it is known by the MAC. `app_password`: which one opens it, where it is not the person's own password, of which
    `password_changed_at` is as it stood when that was looked at; neither where nobody was asked for a password."""

    service: str
    role: str
    person_id: int | None = None
    guest: str = ""
    campus_no: str = ""
    station: str = ""
    device_id: int | None = None
    nas_id: int | None = None
    default_seconds: int = DEFAULT_SECONDS
    app_password: UUID | None = None
    password_changed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """What goes out with the Accept. `code` is the value of Class."""

    code: str
    grant_id: int
    device_id: int | None
    role: str
    ends_at: datetime
    session_seconds: int
    idle_seconds: int | None = None
    vlan: str = ""
    down_kbps: int | None = None
    up_kbps: int | None = None


def admit(request: AdmissionRequest) -> Admission:
    """A grant, or NotAdmittedError, whose sentence stays with the person. Two devices at once: one after the other."""
    try:
        with transaction.atomic():
            return granted(request)
    except NotAdmittedError as refused:
        note_refusal(request, refused)
        raise


def granted(request: AdmissionRequest) -> Admission:
    lock_key(f"network.admit:{request.person_id or request.guest}")
    refuse_closed(request)
    last = last_day_of(request)
    policy = policy_of(request.role, request.service)
    refuse_hours(policy)
    refuse_by_service(request)
    station = rules.station_of(request.station)
    device = devices.recognise(request.person_id, request.guest, station, device_id=request.device_id)
    if device is not None and device.kept_off_at is not None:
        raise KeptOffError
    refuse_devices(request, policy, device)
    moment = now()
    grant = Grant.objects.create(
        code=rules.new_code(),
        person_id=request.person_id,
        guest=request.guest,
        campus_no=request.campus_no,
        service=request.service,
        role=request.role,
        policy=policy,
        device=device,
        station=station,
        nas_id=request.nas_id,
        granted_at=moment,
        ends_at=min(end_of(policy, moment, request.default_seconds), end_after(last, moment)),
        app_password=request.app_password,
    )
    if request.person_id is not None and request.service in TOLD:
        publish(
            AdmissionGranted(person_id=request.person_id, service=request.service, station=station, grant_id=grant.pk)
        )
    return admission_of(grant, policy)


def end_of(policy: Policy | None, moment: datetime, default_seconds: int = DEFAULT_SECONDS) -> datetime:
    """Of a session that begins now: after the policy's seconds, and not after its hours."""
    if policy is None:
        return moment + timedelta(seconds=default_seconds)
    closes = rules.closing_after(campus_time(moment), policy.opens, policy.closes)
    longest = moment + timedelta(seconds=policy.session_seconds)
    return min(longest, closes) if closes else longest


def end_after(last: date | None, moment: datetime) -> datetime:
    """The midnight after a guest's last day; for ever of everybody else."""
    return max(day_over(last), moment + timedelta(seconds=1)) if last else datetime.max.replace(tzinfo=UTC)


def admission_of(grant: Grant, policy: Policy | None) -> Admission:
    return Admission(
        code=grant.code,
        grant_id=grant.pk,
        device_id=grant.device_id,
        role=grant.role,
        ends_at=grant.ends_at,
        session_seconds=max(int((grant.ends_at - grant.granted_at).total_seconds()), 1),
        idle_seconds=policy.idle_seconds if policy else None,
        vlan=policy.vlan if policy else "",
        down_kbps=policy.down_kbps if policy else None,
        up_kbps=policy.up_kbps if policy else None,
    )


def _policy() -> QuerySet[Policy]:
    of_both = Policy.objects.filter(role=Given("role", TextField()), service=Given("service", TextField()))
    return rules_on(of_both, Given("day", DateField()))  # type: ignore[arg-type]  # the day of each call


POLICY: Final = Prepared(_policy)


def policy_of(role: str, service: str) -> Policy | None:
    """Of today; None where the centre has entered none, which the doctor says."""
    return POLICY.first(role=role, service=service, day=campus_today())


def refuse_hours(policy: Policy | None) -> None:
    if policy is None or rules.is_open(campus_time(now()), policy.opens, policy.closes):
        return
    raise NotThenError(opens=f"{policy.opens:%H:%M}", closes=f"{policy.closes:%H:%M}")


def refuse_closed(request: AdmissionRequest) -> None:
    """Asked again under the lock: what was closed, changed or taken back since the password was read must leave no grant behind its
    disconnect. Between the two lies a hash, for which one waits."""
    account = identity.account_of(request.person_id) if request.person_id is not None else None
    if account is None:
        return
    if account.state in (identity.Account.State.SUSPENDED, identity.Account.State.ENDED):
        raise ServiceRefusedError(words=_("账号已停用。"))
    if not identity.still_opens(
        account, app_password=request.app_password, password_changed_at=request.password_changed_at
    ):
        raise ServiceRefusedError(words=_("密码刚刚变更，请重新登录。"))


def last_day_of(request: AdmissionRequest) -> date | None:
    """On line, of a guest: the last that anybody who can answer for him lets him on (`services/passes.py`), of one for whom nobody vouches, or
    who is more besides, that of his time as one. Once whoever vouches can answer again the guest comes in again."""
    if request.role != NetworkRole.GUEST or request.person_id is None:
        return None
    visits = identity.guests.answered_for(person_ids=[request.person_id]).get(request.person_id)
    if visits is None:
        card = people.person_card(request.person_id)
        ties = card.affiliations if card else ()
        return max((one.ends_on for one in ties if one.kind == NetworkRole.GUEST and one.ends_on), default=None)
    if not visits:
        raise ServiceRefusedError(words=_("为您担保的人现在不能担保，请找接待您的单位。"))
    last = max(passes.last_days(visits).values())
    if last < campus_today():
        raise ServiceRefusedError(words=_("访客上网一次最多七天，已到期：请接待您的人在“访客上网”里再开七天。"))
    return last


def refuse_by_service(request: AdmissionRequest) -> None:
    if request.person_id is not None and (words := words_against(request.person_id, request.service)):
        raise ServiceRefusedError(words=words)


def words_against(person_id: int, service: str) -> Text:
    """Of the other rooms' conditions the first that is not met."""
    for one in service_rules:
        if one.service == service and (words := one.refuses(person_id)):
            return words
    return ""


def refuse_devices(request: AdmissionRequest, policy: Policy | None, device: Device | None) -> None:
    is_ours = request.role == NetworkRole.GUEST and request.person_id is not None
    most = policy.devices if policy else GUEST_DEVICES if is_ours else None
    if most is None:
        return
    if most == 0:
        raise ServiceRefusedError(words=_("这项服务没有对您开放。"))
    here = {device_key(device.pk, 0)} if device else set()
    if len(on_line(request.person_id, request.guest, request.service) - here) >= most:
        raise DevicesFullError(devices=most)


def of_somebody[Row: Model](rows: QuerySet[Row], *, is_guest: bool) -> QuerySet[Row]:
    whose: dict[str, Any] = {"person": None, "guest": Given("guest", TextField())}
    return rows.filter(**(whose if is_guest else {"person": Given("person")}), service=Given("service", TextField()))


def _holding(*, is_guest: bool) -> QuerySet[Session]:
    rows = of_somebody(Session.objects.only("device_id"), is_guest=is_guest)
    return holding(rows, at=MOMENT)


def _unheard(*, is_guest: bool) -> QuerySet[Grant]:
    rows = of_somebody(Grant.objects.only("device_id"), is_guest=is_guest)
    rows = rows.filter(ended_at=None, granted_at__gt=Given("since", DateTimeField()))
    return rows.exclude(Exists(Session.objects.filter(grant=OuterRef("pk"))))


MOMENT: Final = Given("moment", DateTimeField())
HOLDING: Final = {one: Prepared(partial(_holding, is_guest=one)) for one in (False, True)}
UNHEARD_OF: Final = {one: Prepared(partial(_unheard, is_guest=one)) for one in (False, True)}


def on_line(person_id: int | None, guest: str, service: str) -> set[str]:
    """What counts: of open sessions, and of grants of the last minute from which nothing was heard yet. Each device once; a tunnel, which
    tells none, by itself."""
    moment, is_guest = now(), person_id is None
    said = {"person": person_id, "guest": guest, "service": service, "moment": moment, "since": moment - UNHEARD}
    held = {device_key(one.device_id, one.pk) for one in HOLDING[is_guest](**said)}
    return held | {device_key(one.device_id, -one.pk) for one in UNHEARD_OF[is_guest](**said)}


def note_refusal(request: AdmissionRequest, refused: NotAdmittedError) -> None:
    if request.person_id is None:
        return
    reasons = {
        DevicesFullError: Refusal.Reason.DEVICES,
        NotThenError: Refusal.Reason.HOURS,
        ServiceRefusedError: Refusal.Reason.SERVICE,
        KeptOffError: Refusal.Reason.KEPT_OFF,
    }
    facts = {
        "person_id": request.person_id,
        "reason": reasons.get(type(refused), Refusal.Reason.SERVICE),
        "service": request.service,
        "station": rules.station_of(request.station),
    }
    with translation.override(settings.LANGUAGE_CODE):
        words = str(refused.facts.get("words") or refused.sentence)
    said = {"at": now(), "words": words, "facts": {key: one for key, one in refused.facts.items() if key != "words"}}
    if not Refusal.objects.filter(**facts, at__gt=now() - SAME_REFUSAL).update(**said):
        Refusal.objects.create(**facts, **said)
