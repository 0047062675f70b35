"""Webhooks: an event is written in the transaction of what happened, with its delivery where the vendor has an address."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from nanhu.kernel import audit, outgoing
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.database.values import one_row
from nanhu.platforms.openapi.errors import WebhookAddressError
from nanhu.platforms.openapi.models import Delivery, Vendor, Webhook, WebhookEvent

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
BY: Final = Actor.system("openapi.pause_silent")
KEPT: Final = timedelta(days=7)
"""Longer than an event is tried before it is given up: what was not taken in the week before a pause is sent after it as well."""
AT_ONCE: Final = 2000
HOOK: Final = """
    SELECT hook.*, vendor.is_on AS is_heard FROM openapi_vendor vendor JOIN openapi_webhook hook ON hook.vendor_id = vendor.id
    WHERE vendor.id = %s AND hook.mode = %s AND hook.is_on FOR KEY SHARE OF vendor, hook"""
"""Whoever takes it up again or switches its vendor on waits for those who write an event, and they for him: an event has its delivery from one
of them. The vendor first, as everybody takes them; also of one that is off, as what does not fit is not waited for."""
VENDOR: Final = "SELECT id FROM openapi_vendor WHERE id = %s FOR KEY SHARE"
"""Before its hooks, by whoever writes a delivery, which points at it: who switches it holds it and wants them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWebhook:
    """`secret` is seen here and never again."""

    webhook: Webhook
    secret: str


def publish(*, vendor: Vendor, mode: str, kind: str, key: str, facts: Mapping[str, Any]) -> WebhookEvent:
    """The same fact again is the same event and is delivered once."""
    event, is_new = WebhookEvent.objects.get_or_create(
        vendor=vendor, mode=mode, key=key, defaults={"kind": kind, "facts": dict(facts)}
    )
    if is_new:
        hooks = Webhook.objects.raw(HOOK, [vendor.pk, mode])
        if any(one.is_heard and one.paused_at is None for one in hooks):  # type: ignore[attr-defined]  # selected along
            Delivery.objects.create(event=event, vendor_id=event.vendor_id)
    return event


@transaction.atomic
def set_webhook(*, by: Actor, vendor: Vendor, mode: str, url: str) -> NewWebhook:
    """A new address gets a new secret."""
    parts = outgoing.parts_of(url)
    is_local = parts.scheme == "http" and parts.hostname in LOOPBACK
    if not (parts.scheme == "https" or is_local) or not parts.hostname or parts.username or parts.fragment:
        raise WebhookAddressError
    try:
        outgoing.refuse_internal(url)
    except outgoing.CallRefusedError as refusal:
        raise WebhookAddressError from refusal
    secret = f"nanhu_whsec_{secrets.token_urlsafe(32)}"
    one_row(VENDOR, [vendor.pk])
    before = Webhook.objects.select_for_update().filter(vendor=vendor, mode=mode, is_on=True).first()
    webhook, _is_new = Webhook.objects.update_or_create(
        vendor=vendor,
        mode=mode,
        defaults={"url": url, "secret": secret, "is_on": True, "listens_since": now(), "paused_at": None},
    )
    audit.record(
        by=by, action="openapi.set_webhook", target=f"openapi_vendor:{vendor.pk}", facts={"mode": mode, "url": url}
    )
    if before is not None and before.paused_at is not None:
        send_missed(before)
    return NewWebhook(webhook=webhook, secret=secret)


@transaction.atomic
def stop_webhook(*, by: Actor, webhook: Webhook) -> None:
    Webhook.objects.filter(pk=webhook.pk).update(is_on=False, paused_at=None)
    facts = {"mode": webhook.mode}
    audit.record(by=by, action="openapi.stop_webhook", target=f"openapi_vendor:{webhook.vendor_id}", facts=facts)


@transaction.atomic
def replay(*, by: Actor, event: WebhookEvent) -> Delivery:
    """The same event once more, under the same id: the vendor knows it by that."""
    delivery = Delivery.objects.create(event=event, vendor_id=event.vendor_id, is_replay=True)
    target = f"openapi_vendor:{event.vendor_id}"
    audit.record(by=by, action="openapi.replay_event", target=target, facts={"event": str(event.public_id)})
    return delivery


def send_test(*, by: Actor, webhook: Webhook) -> WebhookEvent:
    facts = {"object": "test", "by": by.name}
    return publish(
        vendor=webhook.vendor, mode=webhook.mode, kind="webhook.test", key=f"test:{secrets.token_hex(8)}", facts=facts
    )


def silent() -> QuerySet[Webhook]:
    """Where an event was given up, and from its beginning to its end nothing was taken. Who is switched off is not called."""
    ended = Delivery.objects.filter(vendor=OuterRef("vendor"), event__mode=OuterRef("mode")).order_by("-ended_at")
    taken = ended.filter(state=Delivery.State.DONE).values("ended_at")[:1]
    heard = Webhook.objects.filter(is_on=True, paused_at=None, vendor__is_on=True).annotate(
        heard_at=Coalesce(Subquery(taken), F("listens_since"))
    )
    given_up = Delivery.objects.filter(
        vendor=OuterRef("vendor"),
        event__mode=OuterRef("mode"),
        state=Delivery.State.GIVEN_UP,
        created_at__gt=OuterRef("heard_at"),
    ).filter(created_at__gt=OuterRef("listens_since"))
    return heard.filter(Exists(given_up))


@transaction.atomic
def pause_silent() -> int:
    """No more calls to who answers none: its keeper sees it among what waits, and takes it up again."""
    found = list(silent().select_for_update(of=("self",)).order_by("pk"))
    for one in found:
        Webhook.objects.filter(pk=one.pk).update(paused_at=now())
        facts = {"mode": one.mode, "url": one.url}
        audit.record(by=BY, action="openapi.pause_webhook", target=f"openapi_vendor:{one.vendor_id}", facts=facts)
    return len(found)


@transaction.atomic
def resume_webhook(*, by: Actor, webhook: Webhook) -> int:
    """How many events are sent that were kept or given up meanwhile. Pressed twice it sends them once."""
    one_row(VENDOR, [webhook.vendor_id])
    paused = Webhook.objects.select_for_update().filter(pk=webhook.pk, paused_at__isnull=False).first()
    if paused is None:
        return 0
    Webhook.objects.filter(pk=paused.pk).update(paused_at=None, listens_since=now())
    count = send_missed(paused)
    facts = {"mode": paused.mode, "events": count}
    audit.record(by=by, action="openapi.resume_webhook", target=f"openapi_vendor:{paused.vendor_id}", facts=facts)
    return count


def take_up(vendor: Vendor) -> int:
    """After its vendor was switched on again; in the caller's transaction, which holds it. What it missed of the last week is sent."""
    hooks = list(Webhook.objects.select_for_update().filter(vendor=vendor, is_on=True, paused_at=None).order_by("pk"))
    Webhook.objects.filter(pk__in=[one.pk for one in hooks]).update(listens_since=now())
    return sum(send_missed(one) for one in hooks)


def send_missed(paused: Webhook) -> int:
    """In their order, none from before there was an address; `paused` as it was locked before it was taken up again."""
    since = max((paused.paused_at or now()) - KEPT, paused.created_at)
    under_way = Q(deliveries__state__in=[Delivery.State.DONE, Delivery.State.WAITING])
    events = WebhookEvent.objects.filter(vendor=paused.vendor_id, mode=paused.mode, created_at__gte=since)
    missed = events.exclude(under_way).order_by("id").values_list("id", flat=True)
    rows = [Delivery(event_id=one, vendor_id=paused.vendor_id, is_replay=True) for one in missed]
    return len(Delivery.objects.bulk_create(rows, batch_size=AT_ONCE))
