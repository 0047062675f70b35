"""Delivery of webhooks with retries: a loop in the worker that leases what is due, calls, and retries with a growing pause.

Calls run side by side on threads; the database is touched by the loop alone. Killed at any moment it loses nothing: what was
under way comes up again after its lease, and the vendor knows the event by its id.
"""

import logging
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from http import HTTPStatus

import msgspec
from django.db import connection, connections

from nanhu.kernel import outgoing
from nanhu.kernel.clock import now
from nanhu.kernel.jobs.companions import BUSY_LOOK_SECONDS, companions, keep_turning
from nanhu.platforms.openapi import bodies, signature
from nanhu.platforms.openapi.models import Delivery, Webhook

log = logging.getLogger(__name__)
CHANNEL = "openapi"
AT_ONCE = 16
LEASE = timedelta(seconds=30)
FIRST_PAUSE_SECONDS = 5
LONGEST_PAUSE_SECONDS = 6 * 3600
MOST_ATTEMPTS = 18
TAKE = """
    UPDATE openapi_delivery SET due_at = %s, attempts = attempts + 1
    WHERE id IN (SELECT d.id FROM openapi_delivery d WHERE d.state = 'waiting' AND d.due_at <= %s
                 ORDER BY d.due_at LIMIT %s FOR UPDATE SKIP LOCKED)
    RETURNING id
"""


def pause_after(attempts: int) -> timedelta:
    """5 s, 10 s, 20 s … six hours: about three days in all."""
    return timedelta(seconds=min(FIRST_PAUSE_SECONDS * 2 ** min(attempts - 1, 16), LONGEST_PAUSE_SECONDS))


class Engine:
    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self.pool = pool
        self.flights: dict[Future[outgoing.Answer], Delivery] = {}

    def turn(self) -> bool:
        """Write down who answered, call who is due; whether anything is under way."""
        for future in [one for one in self.flights if one.done()]:
            conclude(self.flights.pop(future), future)
        for delivery in taken(AT_ONCE - len(self.flights)):
            hook = Webhook.objects.filter(
                vendor_id=delivery.event.vendor_id, mode=delivery.event.mode, is_on=True
            ).first()
            if hook is None:
                end(delivery, Delivery.State.GIVEN_UP, trouble="switched off")
            else:
                self.flights[self.pool.submit(outgoing.send, call_of(delivery, hook))] = delivery
        return bool(self.flights)


def taken(limit: int) -> list[Delivery]:
    if limit <= 0:
        return []
    moment = now()
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [moment + LEASE, moment, limit])
        ids = [pk for (pk,) in cursor.fetchall()]
    return list(Delivery.objects.select_related("event").filter(pk__in=ids)) if ids else []


def call_of(delivery: Delivery, hook: Webhook) -> outgoing.Call:
    body, moment = body_of(delivery), str(int(time.time()))
    sealed = signature.seal(hook.secret or "", signature.webhook_text(moment=moment, body=body))
    return outgoing.Call(
        address=hook.url, body=body, content_type="application/json",
        headers=(("Nanhu-Signature", f"t={moment},v1={sealed}"), ("Nanhu-Event", str(delivery.event.public_id))),
    )  # fmt: skip


def body_of(delivery: Delivery) -> bytes:
    event = delivery.event
    event_body = bodies.Event(
        id=str(event.public_id), mode=event.mode, type=event.kind,  # type: ignore[arg-type]
        created_at=event.created_at.isoformat(timespec="seconds"), data=event.facts,
    )  # fmt: skip
    return msgspec.json.encode(event_body)


def conclude(delivery: Delivery, future: Future[outgoing.Answer]) -> None:
    status, trouble = None, ""
    try:
        status = future.result().status
        trouble = "" if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES else f"HTTP {status}"
    except OSError as error:
        trouble = f"{type(error).__name__}: {error}"
    except Exception as error:  # a fault of ours is tried again like one of theirs
        log.exception("a webhook broke")
        trouble = f"{type(error).__name__}: {error}"
    if not trouble:
        end(delivery, Delivery.State.DONE, status=status)
    elif delivery.attempts >= MOST_ATTEMPTS:
        end(delivery, Delivery.State.GIVEN_UP, status=status, trouble=trouble)
    else:
        due = now() + pause_after(delivery.attempts)
        waiting = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.WAITING)
        waiting.update(due_at=due, status=status, trouble=trouble[:200])


def end(delivery: Delivery, state: Delivery.State, *, status: int | None = None, trouble: str = "") -> None:
    Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.WAITING).update(
        state=state, due_at=None, ended_at=now(), status=status, trouble=trouble[:200]
    )


def run(stopping: threading.Event) -> None:
    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="openapi")
    keep_turning(stopping, name="the webhooks", channel=CHANNEL, begin=lambda: Engine(pool).turn)
    pool.shutdown(wait=False, cancel_futures=True)
    connections.close_all()


def deliver_due(*, patience_seconds: float = 20) -> None:
    """Deliver what is due now and wait for the answers: for tests and the console."""
    deadline = time.monotonic() + patience_seconds
    with ThreadPoolExecutor(AT_ONCE) as pool:
        engine = Engine(pool)
        while engine.turn() and time.monotonic() < deadline:
            time.sleep(BUSY_LOOK_SECONDS)


companions["openapi"] = run
