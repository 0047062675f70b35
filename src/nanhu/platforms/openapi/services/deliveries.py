"""Delivery of webhooks, retried with back-off while a vendor is away. It knows an event by its id: told twice, it is one."""

import time
from functools import partial
from http import HTTPStatus

import msgspec

from nanhu.kernel import outgoing
from nanhu.kernel.clock import now
from nanhu.kernel.pauses import doubling
from nanhu.kernel.retries import Again, Done, Never, Retries, drive, in_the_worker
from nanhu.kernel.retries.answers import Outside
from nanhu.platforms.openapi import bodies, signature
from nanhu.platforms.openapi.models import Delivery, Webhook

CHANNEL = "openapi"
MOST_ATTEMPTS = 18
"""Of five seconds to six hours: about three days in all."""


def step(delivery: Delivery) -> Never | Outside:
    living = Webhook.objects.filter(is_on=True, vendor__is_on=True)
    hook = living.filter(vendor_id=delivery.vendor_id, mode=delivery.event.mode).first()
    if hook is None:
        return Never("switched off")
    return Never("paused") if hook.paused_at else partial(sent, call_of(delivery, hook))


def sent(call: outgoing.Call) -> Done | Again:
    status = outgoing.send(call).status
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Done({"state": Delivery.State.DONE, "ended_at": now(), "status": status})
    return Again(f"HTTP {status}", is_away=status >= HTTPStatus.BAD_GATEWAY, columns={"status": status})


def call_of(delivery: Delivery, hook: Webhook) -> outgoing.Call:
    body, moment = body_of(delivery), str(int(time.time()))
    sealed = signature.seal(hook.secret or "", signature.webhook_text(moment=moment, body=body))
    return outgoing.Call(
        address=hook.url,
        body=body,
        content_type="application/json",
        headers=(("Nanhu-Signature", f"t={moment},v1={sealed}"), ("Nanhu-Event", str(delivery.event.public_id))),
    )


def body_of(delivery: Delivery) -> bytes:
    event = delivery.event
    event_body = bodies.Event(
        id=str(event.public_id),
        mode=event.mode,  # type: ignore[arg-type]
        type=event.kind,
        created_at=event.created_at.isoformat(timespec="seconds"),
        data=event.facts,
    )
    return msgspec.json.encode(event_body)


DELIVERIES = Retries(
    model=Delivery,
    step=step,
    pause=doubling("5s", "6h"),
    most=MOST_ATTEMPTS,
    related=("event",),
    given_up=lambda: {"state": Delivery.State.GIVEN_UP, "ended_at": now()},
    lane="vendor_id",
    lane_at_once=4,
    at_once=16,
)
in_the_worker("openapi", DELIVERIES, channel=CHANNEL)
deliver_due = partial(drive, DELIVERIES)
