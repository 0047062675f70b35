"""Disconnects (断网): first nobody is let in any more, then the sessions are ended; each is asked for until it has really ended."""

from collections.abc import Collection
from typing import Final

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.retries import wake
from nanhu.services.network.models import Disconnect, Grant, Session

CHANNEL: Final = "nanhu_network"
KICKED: Final = "ours:kicked"
SUSPENDED: Final = "ours:suspended"
DEVICE_CAP: Final = "ours:device-cap"
PASSWORD: Final = "ours:password-changed"
POLICY: Final = "ours:policy"
LEFT: Final = "ours:left"
LIVING: Final = (Disconnect.State.WAITING, Disconnect.State.SENT, Disconnect.State.UNCONFIRMED)


@transaction.atomic
def disconnect(
    *, by: Actor, person_id: int, cause: str, services: Collection[str] = (), session_ids: Collection[int] | None = None
) -> int:
    """Grants end and each open session goes into the outbox; how many. Asked twice, the second finds nothing new."""
    grants = Grant.objects.filter(person_id=person_id, ended_at=None, ends_at__gt=now())
    sessions = Session.objects.filter(person_id=person_id)
    if services:
        grants, sessions = grants.filter(service__in=services), sessions.filter(service__in=services)
    if session_ids is not None:
        sessions = sessions.filter(pk__in=session_ids)
        grants = grants.filter(pk__in=sessions.values("grant_id"))
    grants.update(ended_at=now(), cause=cause)
    return end_sessions(by=by, rows=sessions, cause=cause)


def end_sessions(*, by: Actor, rows: object, cause: str) -> int:
    """In the caller's transaction."""
    open_rows = rows.filter(stopped_at=None, closing_at=None)  # type: ignore[attr-defined]
    found = list(open_rows.select_for_update().order_by("pk"))
    made = Disconnect.objects.bulk_create(
        [Disconnect(session=one, nas_id=one.nas_id, cause=cause, author_name=by.name, due_at=now()) for one in found]
    )
    Session.objects.filter(pk__in=[one.pk for one in found]).update(closing_at=now())
    audit.record_many(
        audit.Record(
            by=by, action="network.disconnect", target=f"network-session:{one.public_id}", facts={"cause": cause}
        )
        for one in found
    )
    if made:
        wake(CHANNEL)
    return len(made)


def drop(*, by: Actor, person_id: int, session_id: int, cause: str = KICKED) -> None:
    """One session of this person: kicked, or chosen at the cap. Another's does not exist."""
    disconnect(by=by, person_id=person_id, cause=cause, session_ids=[session_id])
