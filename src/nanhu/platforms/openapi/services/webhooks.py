"""Webhooks: an event is written in the transaction of what happened, with its delivery where the vendor has an address."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction

from nanhu.kernel import audit, outgoing
from nanhu.kernel.actors import Actor
from nanhu.platforms.openapi.errors import WebhookAddressError
from nanhu.platforms.openapi.models import Delivery, Vendor, Webhook, WebhookEvent

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


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
    if is_new and Webhook.objects.filter(vendor=vendor, mode=mode, is_on=True).exists():
        Delivery.objects.create(event=event, vendor_id=event.vendor_id)
    return event


@transaction.atomic
def set_webhook(*, by: Actor, vendor: Vendor, mode: str, url: str) -> NewWebhook:
    """A new address gets a new secret."""
    parts = urlsplit(url)
    is_local = parts.scheme == "http" and parts.hostname in LOOPBACK
    if not (parts.scheme == "https" or is_local) or not parts.hostname or parts.username or parts.fragment:
        raise WebhookAddressError
    try:
        outgoing.refuse_internal(url)
    except outgoing.CallRefusedError as refusal:
        raise WebhookAddressError from refusal
    secret = f"nanhu_whsec_{secrets.token_urlsafe(32)}"
    webhook, _is_new = Webhook.objects.update_or_create(
        vendor=vendor, mode=mode, defaults={"url": url, "secret": secret, "is_on": True}
    )
    audit.record(
        by=by, action="openapi.set_webhook", target=f"openapi_vendor:{vendor.pk}", facts={"mode": mode, "url": url}
    )
    return NewWebhook(webhook=webhook, secret=secret)


@transaction.atomic
def stop_webhook(*, by: Actor, webhook: Webhook) -> None:
    Webhook.objects.filter(pk=webhook.pk).update(is_on=False)
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
