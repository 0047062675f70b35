"""Coming on line at the page (上线) and going off (下线): a grant, then the gateway; the gateway first, then the end."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.kernel.once import lock_key
from nanhu.platforms.identity import api as identity
from nanhu.services.network import api as network
from nanhu.services.network.portal import rules
from nanhu.services.network.portal.adapters.styles import AGAIN, ALREADY, BUSY, PORTAL20
from nanhu.services.network.portal.errors import NotExpelledError, StrangePlaceError, WrongPasswordError
from nanhu.services.network.portal.models import PortalGateway, SignIn, Trust
from nanhu.services.network.portal.services import sessions
from nanhu.services.network.portal.visits import Visit

State = SignIn.State
AT_ONE_GATEWAY: Final = 2
"""Threads of a web process that may wait for one controller; who gets none is asked for when his page comes again."""
FIRST_ASKED: Final = timedelta(seconds=1)
LOST_ANSWER: Final = rules.PATIENCE * 2 / 3
_lock, _asking = Lock(), Counter[int]()


@dataclass(frozen=True, slots=True, kw_only=True)
class Browser:
    """`key`: hash of its cookie."""

    key: bytes
    kind: str = network.Device.Kind.OTHER

    @property
    def recognised_by(self) -> str:
        return f"cookie:{self.key.hex()}"


def proved(*, by: Actor, typed_name: str, password: str, browser: Browser) -> identity.NetworkUser:
    """Whose password this is."""
    station = browser.recognised_by
    user = identity.network_user_by_password(by=by, typed_name=typed_name, password=password, browser=station)
    if user is None:
        raise WrongPasswordError
    return user


def trusted(browser: Browser) -> identity.NetworkUser | None:
    """Whoever typed the password here in the last thirty days and may still come on line."""
    found = Trust.objects.select_related("account").filter(browser=browser.key, until__gt=now()).first()
    if found is None:
        return None
    return identity.network_user(
        found.account, app_password=found.app_password, password_changed_at=found.password_changed_at
    )


@transaction.atomic
def trust(*, by: Actor, user: identity.NetworkUser, browser: Browser) -> None:
    """Of a password that changed while it was looked at nothing is kept."""
    account = identity.Account.objects.select_for_update().get(pk=user.account_id)
    if not identity.still_opens(account, app_password=user.app_password, password_changed_at=user.password_changed_at):
        return
    moment = now()
    facts = {
        "account_id": user.account_id,
        "campus_no": user.campus_no,
        "kind": browser.kind,
        "app_password": user.app_password,
        "password_changed_at": user.password_changed_at,
        "proved_at": moment,
        "until": moment + rules.TRUSTED_FOR,
    }
    Trust.objects.update_or_create(browser=browser.key, defaults=facts)
    audit.record(by=by, action="network.trust_browser", target=f"account:{user.account_id}")


@transaction.atomic
def forget(*, by: Actor, rows: QuerySet[Trust]) -> int:
    """How many browsers are trusted no more."""
    found = list(rows.select_for_update())
    Trust.objects.filter(pk__in=[one.pk for one in found]).delete()
    audit.record_many(
        audit.Record(by=by, action="network.forget_browser", target=f"account:{one.account_id}") for one in found
    )
    return len(found)


def arrive(*, by: Actor, visit: Visit, user: identity.NetworkUser, browser: Browser) -> SignIn:
    """A grant and a sign-in that waits for its gateway; DevicesFullError where the person must choose first."""
    gateway = PortalGateway.living().filter(pk=visit.gateway).first()
    if gateway is None:
        raise StrangePlaceError
    device = network.device_of_browser(user.person_id, browser.recognised_by, visit.mac, kind=browser.kind)
    admission = network.admit(
        network.AdmissionRequest(
            service=network.Service.WIFI,
            role=network.role_of(network.Service.WIFI, user.groups),
            person_id=user.person_id,
            campus_no=user.campus_no,
            station=visit.mac,
            device_id=device.pk,
            nas_id=gateway.nas_id,
            app_password=user.app_password,
            password_changed_at=user.password_changed_at,
        )
    )
    with transaction.atomic():
        lock_key(f"network_portal:{gateway.pk}:{visit.mac}")
        living = SignIn.objects.select_related("gateway__nas").filter(gateway=gateway, ended_at=None)
        if visit.is_hidden:
            leave_neighbours(living, visit, user)
        for former in living.filter(mac=visit.mac):
            take_over(former, visit, user)
        made = SignIn.objects.create(
            gateway=gateway,
            person_id=user.person_id,
            campus_no=user.campus_no,
            grant=admission.code,
            browser=browser.key,
            mac=visit.mac,
            address=visit.address,
            ssid=visit.ssid,
            hid=visit.hid,
            ends_at=admission.ends_at,
        )
        Trust.objects.filter(browser=browser.key, account_id=user.account_id).update(device_id=admission.device_id)
        audit.record(
            by=by,
            action="network.portal_sign_in",
            target=f"network-portal:{made.public_id}",
            facts={"gateway": gateway.name, "station": visit.mac},
        )
    return made


def leave_neighbours(living: QuerySet[SignIn], visit: Visit, user: identity.NetworkUser) -> None:
    """Whoever stands behind a gateway that hides its clients may name a neighbour's address and MAC, and puts nobody off by them."""
    of_others = living.exclude(person=user.person_id).exclude(state=State.WAITING)
    for one in of_others.filter(Q(mac=visit.mac) | Q(address=visit.address)):
        if follow(one).ended_at is None:
            raise StrangePlaceError


def take_over(former: SignIn, visit: Visit, user: identity.NetworkUser) -> None:
    """A device that signs in anew. Who names another's MAC from another address takes nothing over: that is what the gateway says, and
    the browser may say what it likes. By what no gateway has let through yet nobody is kept out, whoever said it first."""
    if follow(former).ended_at is not None:
        return
    is_strange = former.person_id != user.person_id and former.address != visit.address
    if is_strange and former.state != State.WAITING:
        raise StrangePlaceError
    end(SignIn.objects.filter(pk=former.pk), State.LEFT, "again")
    if former.gateway.kind == PortalGateway.Kind.OPENNDS and former.state != State.WAITING:
        sessions.tell(former, "stop", cause="again")


def ask_gateway(sign_in: SignIn) -> None:
    """A controller is asked here and now, for two seconds, and again each time the page comes; what accounting tells of the grant goes
    before any answer, for an answer may be lost. An openNDS gateway is told by the person's own browser."""
    if follow(sign_in).state != State.WAITING or sign_in.gateway.kind != PortalGateway.Kind.PORTAL20:
        return
    waited = now() - sign_in.asked_at
    with a_place_at(sign_in.gateway_id) as has_place:
        if has_place:
            heard_of(sign_in, ask_controller(sign_in), waited)
    if waited > rules.PATIENCE and follow(sign_in).state == State.WAITING:
        end(SignIn.objects.filter(pk=sign_in.pk, ended_at=None), State.FAILED, "silence")
    sign_in.refresh_from_db()


@contextmanager
def a_place_at(gateway_id: int) -> Iterator[bool]:
    """Whether this thread may wait for that gateway: dead controllers take half of a process's threads at the most."""
    with _lock:
        has_place = _asking[gateway_id] < AT_ONE_GATEWAY and _asking.total() < max(configuration().web_threads // 2, 1)
        _asking[gateway_id] += has_place
    try:
        yield has_place
    finally:
        with _lock:
            _asking[gateway_id] -= has_place


def ask_controller(sign_in: SignIn) -> network.Outcome:
    seconds = max(int((sign_in.ends_at - now()).total_seconds()), 1)
    return PORTAL20.admit(target(sign_in.gateway), session_target(sign_in), seconds=seconds)


def expelled(sign_in: SignIn) -> network.Outcome:
    return PORTAL20.expel(target(sign_in.gateway), session_target(sign_in))


def heard_of(sign_in: SignIn, outcome: network.Outcome, waited: timedelta) -> None:
    """On line already by a session that is not of this grant: that one is ended, and the page asks again. It may be of this grant where
    we asked before: then accounting has some seconds to say so."""
    if outcome.heard == network.Heard.ACK:
        let_through(sign_in)
    elif outcome.words in {ALREADY, AGAIN}:
        is_strange = outcome.words == ALREADY and waited < FIRST_ASKED
        if (is_strange or waited > LOST_ANSWER) and follow(sign_in).state == State.WAITING:
            expelled(sign_in)
    elif outcome.heard == network.Heard.NAK and outcome.words != BUSY:
        end(SignIn.objects.filter(pk=sign_in.pk, ended_at=None), State.FAILED, f"nak {outcome.words}")


def leave(*, by: Actor, public_id: UUID) -> SignIn:
    """Out at the gateway first. What it did not do, or was not asked for while too many wait for it, is not said to be done."""
    found = SignIn.objects.select_related("gateway__nas").filter(public_id=public_id).first()
    if found is None:
        raise StrangePlaceError
    if follow(found).ended_at is not None:
        return found
    audit.record(by=by, action="network.portal_sign_out", target=f"network-portal:{found.public_id}")
    if found.gateway.kind == PortalGateway.Kind.OPENNDS:
        SignIn.objects.filter(pk=found.pk, ended_at=None).update(state=State.LEAVING)
    else:
        with a_place_at(found.gateway_id) as has_place:
            if not has_place or expelled(found).heard != network.Heard.ACK:
                raise NotExpelledError
        end(SignIn.objects.filter(pk=found.pk, ended_at=None), State.LEFT, "user")
    found.refresh_from_db()
    return found


def follow(sign_in: SignIn) -> SignIn:
    """What accounting knows of a controller's session: that it stands, whether or not the answer came; that it ended elsewhere (kicked, out
    of reach)."""
    if sign_in.ended_at is not None or sign_in.gateway.kind != PortalGateway.Kind.PORTAL20:
        return sign_in
    lines = network.sessions_of(sign_in.person_id, only_open=False, services=[network.Service.WIFI])
    mine = [one for one in lines if one.grant == sign_in.grant]
    if any(one.stopped_at is None for one in mine):
        if sign_in.state == State.WAITING:
            let_through(sign_in)
    elif mine:
        end(SignIn.objects.filter(pk=sign_in.pk, ended_at=None), State.LEFT, "lost")
        sign_in.refresh_from_db()
    return sign_in


@transaction.atomic
def let_through(sign_in: SignIn) -> None:
    """By its gateway, which has seen that this device has this MAC: only now is it known by the browser and by that MAC."""
    if SignIn.objects.filter(pk=sign_in.pk, ended_at=None).update(state=State.OPEN, opened_at=now()):
        recognised_by = Browser(key=bytes(sign_in.browser)).recognised_by
        network.confirm_device(code=sign_in.grant, recognised_by=recognised_by, mac=sign_in.mac)
    sign_in.refresh_from_db()


def end(rows: QuerySet[SignIn], state: str, cause: str) -> int:
    return rows.update(state=state, ended_at=now(), cause=cause)


def target(gateway: PortalGateway) -> network.NasTarget:
    return network.NasTarget(
        address=gateway.nas.address,
        port=gateway.port,
        secret=gateway.secret,
        identifier=gateway.name,
        kind=gateway.kind,
    )


def session_target(sign_in: SignIn) -> network.SessionTarget:
    return network.SessionTarget(
        sid=str(sign_in.public_id),
        user_name=sign_in.campus_no,
        station=sign_in.mac,
        address=sign_in.address,
        grant=sign_in.grant,
    )
