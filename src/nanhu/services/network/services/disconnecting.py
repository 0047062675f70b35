"""Disconnects (断网): first nobody is let in any more, then the sessions are ended; each is asked for until it has really ended."""

from collections.abc import Collection, Iterable
from datetime import timedelta
from functools import partial
from typing import Final

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.database.values import run
from nanhu.kernel.events import publish
from nanhu.kernel.once import lock_key
from nanhu.kernel.pauses import listed
from nanhu.kernel.retries import Again, Answer, Done, Never, Retries, wake
from nanhu.kernel.retries.answers import Outside
from nanhu.services.network.errors import NotOpenError
from nanhu.services.network.events import DeviceKicked
from nanhu.services.network.gateways import Gateway, Heard, NasTarget, Outcome, SessionTarget, gateways
from nanhu.services.network.models import Disconnect, Grant, Nas, Session

log = structlog.get_logger()
CHANNEL: Final = "nanhu_network"
KICKED: Final = "ours:kicked"
SUSPENDED: Final = "ours:suspended"
DEVICE_CAP: Final = "ours:device-cap"
NEW_PASSWORD: Final = "ours:password-changed"  # noqa: S105 - a cause, not a secret
POLICY: Final = "ours:policy"
TIME_OVER: Final = "ours:time-over"
APP_PASSWORD: Final = "ours:app-password"  # noqa: S105 - a cause, not a secret
REMOVED: Final = "ours:removed"
LEFT: Final = "ours:left"
PARTED: Final = "ours:parted"
LIVING: Final = (Disconnect.State.WAITING, Disconnect.State.SENT, Disconnect.State.UNCONFIRMED)
OVERDUE: Final = timedelta(minutes=1)
CONFIRMED_WITHIN: Final = timedelta(seconds=30)
RETRIES: Final = 5
ROW_MARK: Final = "~"
SILENT_FOR: Final = 2
"""Intervals without a word, after which a NAS that knows of no such session is believed."""
State = Disconnect.State


@transaction.atomic
def disconnect(
    *, by: Actor, person_id: int, cause: str, services: Collection[str] = (), session_ids: Iterable[int] | None = None
) -> int:
    """Grants end and each open session goes into the outbox; how many. Asked twice, the second finds nothing new."""
    lock_key(f"network.admit:{person_id}")
    grants = Grant.objects.filter(person_id=person_id, ended_at=None, ends_at__gt=now())
    sessions = Session.objects.filter(person_id=person_id)
    if services:
        grants, sessions = grants.filter(service__in=services), sessions.filter(service__in=services)
    if session_ids is not None:
        sessions = sessions.filter(pk__in=list(session_ids))
        grants = grants.filter(same_device(sessions))
    grants.update(ended_at=now(), cause=cause)
    return end_sessions(by=by, rows=sessions, cause=cause)


@transaction.atomic
def disconnect_app_password(*, by: Actor, person_id: int, app_password: str) -> int:
    """What one app password opened ends, and nothing else."""
    lock_key(f"network.admit:{person_id}")
    opened = Grant.objects.filter(person_id=person_id, app_password=app_password)
    opened.filter(ended_at=None).update(ended_at=now(), cause=APP_PASSWORD)
    return end_sessions(by=by, rows=Session.objects.filter(grant__in=opened), cause=APP_PASSWORD)


def end_overdue(*, by: Actor) -> int:
    """What is on line after the end that its Accept named (its seconds, the hours of its policy): its NAS has not ended it."""
    over = Session.objects.filter(stopped_at=None, closing_at=None, grant__ends_at__lt=now() - OVERDUE)
    return end_these(by=by, session_ids=over.values_list("pk", flat=True), cause=TIME_OVER)


@transaction.atomic
def end_these(*, by: Actor, session_ids: Iterable[int], cause: str) -> int:
    """These sessions with the grants by which they came, and nothing else of the same device or address: whoever it is may come in again."""
    rows = Session.objects.filter(pk__in=list(session_ids))
    Grant.objects.filter(pk__in=rows.values("grant"), ended_at=None).update(ended_at=now(), cause=cause)
    return end_sessions(by=by, rows=rows, cause=cause)


def same_device(sessions: QuerySet[Session]) -> Q:
    """Of grants: those of these sessions, and others by which the same devices could go on."""
    found = Q(pk__in=sessions.values("grant_id"))
    for service, device_id, station in sessions.values_list("service", "device_id", "station"):
        named = Q(device=device_id) if device_id else Q(station=station)
        found |= Q(service=service) & named if device_id or station else Q()
    return found


def end_sessions(*, by: Actor, rows: QuerySet[Session], cause: str) -> int:
    """In the caller's transaction. What could not be ended before is tried again."""
    found = list(rows.filter(stopped_at=None).select_for_update(of=("self",)).order_by("pk"))
    asked = Disconnect.objects.filter(session__in=found)
    living = set(asked.filter(state__in=LIVING).values_list("session_id", flat=True))
    failed = dict(asked.filter(state=State.FAILED).exclude(session__in=living).values_list("session_id", "pk"))
    again = Disconnect.objects.filter(pk__in=failed.values())
    retried = again.update(state=State.WAITING, due_at=now(), attempts=0, error="")
    fresh = [one for one in found if one.pk not in living and one.pk not in failed]
    Disconnect.objects.bulk_create(
        [Disconnect(session=one, nas_id=one.nas_id, cause=cause, author_name=by.name, due_at=now()) for one in fresh]
    )
    Session.objects.filter(pk__in=[one.pk for one in fresh]).update(closing_at=now())
    audit.record_many(
        audit.Record(
            by=by, action="network.disconnect", target=f"network-session:{one.public_id}", facts={"cause": cause}
        )
        for one in fresh
    )
    if fresh or retried:
        wake(CHANNEL)
    return len(fresh) + retried


def drop(*, by: Actor, person_id: int, session_id: int, cause: str = KICKED) -> None:
    """One session of this person: kicked, or chosen at the cap. Another's does not exist."""
    if not disconnect(by=by, person_id=person_id, cause=cause, session_ids=[session_id]):
        raise NotOpenError


@transaction.atomic
def disconnect_by_engineer(*, by: Actor, person_id: int, reason: str) -> int:
    """A stolen account, everywhere at once."""
    audit.record(by=by, action="network.cut_person", target=f"person:{person_id}", reason=reason)
    publish(DeviceKicked(person_id=person_id))
    return disconnect(by=by, person_id=person_id, cause=KICKED)


@transaction.atomic
def disconnect_one(*, by: Actor, session: Session, reason: str) -> None:
    """One line of the list of who is on line, also one behind which nobody stands."""
    target = f"network-session:{session.public_id}"
    audit.record(by=by, action="network.cut_session", target=target, reason=reason)
    if not end_these(by=by, session_ids=[session.pk], cause=KICKED):
        raise NotOpenError


@transaction.atomic
def retry(*, by: Actor, row: Disconnect) -> None:
    """By hand, of one that was given up."""
    found = Disconnect.objects.select_for_update().get(pk=row.pk)
    if found.state != State.FAILED:
        raise NotOpenError
    found.state, found.due_at, found.attempts, found.error = State.WAITING, now(), 0, ""
    found.save(update_fields=["state", "due_at", "attempts", "error"])
    audit.record(by=by, action="network.retry_disconnect", target=f"network-session:{found.session.public_id}")
    wake(CHANNEL)


def step(row: Disconnect) -> Answer | Outside:
    """What is sent is written down here, with the secret opened for this one call; sending waits on a thread."""
    if row.session.stopped_at is not None:
        return Done({"state": State.CONFIRMED, "confirmed_at": now()})
    gateway = gateways.get(row.nas.style)
    if gateway is None:
        return Never(_("这台设备的断网方式还没有接入"), {"state": State.FAILED})
    return partial(send, gateway, target_of(row.nas), named(row.session), row)


def target_of(nas: Nas) -> NasTarget:
    return NasTarget(
        address=nas.address, port=nas.coa_port, secret=nas.secret or "", identifier=nas.identifier, kind=nas.kind
    )


def named(session: Session) -> SessionTarget:
    """Of a row of radacct the Acct-Session-Id alone (`old_systems`)."""
    sid = number_of(session)
    return SessionTarget(
        sid=sid.partition(ROW_MARK)[0] if session.note == Session.Note.NAMED else sid,
        user_name=session.grant.campus_no if session.grant else session.user_name,
        station=session.station,
        address=session.address or "",
        grant=session.grant.code if session.grant else "",
    )


def number_of(session: Session) -> str:
    """As its NAS gave it: ours is the mark of one that was put aside alone, whose number another has by now."""
    bare = session.sid.removesuffix(f"#{session.pk}")
    is_aside = bare != session.sid and Session.objects.filter(nas_id=session.nas_id, sid=bare).exists()
    return bare if is_aside else session.sid


def send(gateway: Gateway, nas: NasTarget, session: SessionTarget, row: Disconnect) -> Answer:
    state = State.SENT if row.attempts <= 1 else State.UNCONFIRMED if row.attempts <= RETRIES else State.FAILED
    try:
        outcome = gateway.expel(nas, session)
        is_over = is_gone(gateway, nas, session, row, outcome)
    except OSError as error:
        log.warning("network.unreached", nas=nas.address, error=str(error))
        columns = {"state": state, "answer": Heard.SILENCE.value, "sent_at": now()}
        return Again(heard_words(Heard.SILENCE), after=CONFIRMED_WITHIN, is_away=True, columns=columns)
    if is_over:
        end_by_nas(row)
        return None
    columns = {"state": state, "answer": outcome.heard.value, "sent_at": now()}
    return Again(outcome.words or heard_words(outcome.heard), after=pause_after(row, outcome), columns=columns)


def is_gone(gateway: Gateway, nas: NasTarget, session: SessionTarget, row: Disconnect, outcome: Outcome) -> bool:
    """By the NAS's own list. One that cannot list and knows of no such session is believed when it has long been silent about it."""
    there = gateway.listed(nas)
    if there is not None:
        return session.sid not in there and session.station not in there
    return outcome.heard == Heard.NO_SESSION and now() - row.session.updated_at > silence(row)


def pause_after(row: Disconnect, outcome: Outcome) -> timedelta:
    """The last time such a NAS is asked when it may be believed: else whose Stop was lost would be red until the day is over."""
    if outcome.heard != Heard.NO_SESSION or row.attempts != RETRIES:
        return CONFIRMED_WITHIN
    return max(CONFIRMED_WITHIN, row.session.updated_at + silence(row) + timedelta(seconds=1) - now())


def silence(row: Disconnect) -> timedelta:
    return timedelta(seconds=SILENT_FOR * row.nas.interim_seconds)


def end_by_nas(row: Disconnect) -> None:
    run("SELECT count(*) FROM network_end(%s, %s, %s)", [[row.session_id], row.cause, now()])


def heard_words(heard: Heard) -> str:
    return {
        Heard.ACK: _("设备已应答，等它报告下线"),
        Heard.SILENCE: _("设备没有应答"),
        Heard.NO_SESSION: _("设备说没有这个会话"),
        Heard.UNSUPPORTED: _("这种设备不能远程断网"),
    }.get(heard, _("设备拒绝了"))


OUTBOX: Final = Retries(
    model=Disconnect,
    step=step,
    pause=listed("30s"),
    most=RETRIES + 1,
    given_up=lambda: {"state": State.FAILED},
    related=("session__grant", "nas"),
    lane="nas_id",
    lane_at_once=8,
    at_once=16,
)
