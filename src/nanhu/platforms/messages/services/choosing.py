"""How a person wants to be told, and in which browsers."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time
from typing import Any

from django.db import transaction

from nanhu.kernel import audit, clock, outgoing
from nanhu.kernel.actors import Actor
from nanhu.kernel.delivery.webpush import AUTH, point_of, unpadded
from nanhu.kernel.registry import Owner, message_channels
from nanhu.platforms.messages.errors import EndpointRefusedError, MessageNotFoundError, TooManyBrowsersError
from nanhu.platforms.messages.models import ChannelChoice, MessageSettings, PushSubscription
from nanhu.platforms.messages.models.choices import DIGEST_AT, QUIET_FROM, QUIET_UNTIL
from nanhu.platforms.messages.models.messages import Kind

MOST_BROWSERS = 10
LONGEST_ENDPOINT = 1000


def settings_of(person_id: int) -> MessageSettings:
    """Kept or not: who chose nothing has the defaults."""
    kept = MessageSettings.objects.filter(person=person_id).first()
    return kept or MessageSettings(
        person_id=person_id, quiet_from=QUIET_FROM, quiet_until=QUIET_UNTIL, digest_at=DIGEST_AT
    )


def choices_of(person_id: int) -> dict[str, ChannelChoice]:
    return {one.kind: one for one in ChannelChoice.objects.filter(person=person_id)}


def records_of(owner: Owner, since: datetime | None) -> Iterator[dict[str, object]]:  # noqa: ARG001 - how it stands now
    """For the copy of my data; of a browser its device, for whoever has its address can wake it."""
    said = settings_of(owner.person_id)
    hours = {name: f"{getattr(said, name):%H:%M}" for name in ("quiet_from", "quiet_until", "digest_at")}
    yield {"language": said.language, **hours, "shows_content": said.shows_content}
    for one in ChannelChoice.objects.filter(person=owner.person_id).order_by("kind"):
        yield {"kind": one.kind, "channels": one.channels, "gathered": one.is_gathered}
    for browser in PushSubscription.objects.filter(person=owner.person_id).order_by("pk"):
        yield {"browser": browser.device, "since": browser.created_at.isoformat()}


@transaction.atomic
def choose(
    *,
    by: Actor,
    person_id: int,
    channels: Mapping[str, Sequence[str] | None],
    gathered: Sequence[str],
    language: str,
    quiet_from: time,
    quiet_until: time,
    digest_at: time,
    shows_content: bool,
) -> None:
    """`channels`: by kind, in order; a kind that is not there, or None, keeps the house's order. What is pressing goes by the others
    after these."""
    said = {
        "language": language,
        "quiet_from": quiet_from,
        "quiet_until": quiet_until,
        "digest_at": digest_at,
        "shows_content": shows_content,
        "changed_at": clock.now(),
    }
    MessageSettings.objects.update_or_create(person_id=person_id, defaults=said)
    ChannelChoice.objects.filter(person=person_id).delete()
    rows = [
        ChannelChoice(
            person_id=person_id,
            kind=kind,
            channels=known_among(channels[kind]),
            is_gathered=kind in gathered and kind != Kind.SAFETY,
        )
        for kind in Kind.values
        if kind in channels and (channels[kind] or kind != Kind.SAFETY)
    ]
    ChannelChoice.objects.bulk_create(rows)
    audit.record(by=by, action="messages.choose_channels", target=f"person:{person_id}")


def choose_language(*, person_id: int, language: str) -> None:
    """With that of the pages; the settings may name another afterwards."""
    said = {"language": "en" if language.startswith("en") else "zh", "changed_at": clock.now()}
    MessageSettings.objects.update_or_create(person_id=person_id, defaults=said)


def language_of(person_id: int) -> str:
    """As Django calls it, for what a channel adds of its own."""
    return "en" if settings_of(person_id).language == "en" else "zh-hans"


def known_among(channels: Sequence[str] | None) -> list[str] | None:
    known = [one.key for one in message_channels]
    return None if channels is None else [one for one in dict.fromkeys(channels) if one in known]


@transaction.atomic
def let_in(*, by: Actor, person_id: int, endpoint: str, public_key: str, auth: str, device: str) -> PushSubscription:
    """A browser of this person takes pushes. The same one again, also of somebody else who used it before, is his from now on."""
    refuse_odd(endpoint, public_key, auth)
    MessageSettings.objects.get_or_create(person_id=person_id)
    MessageSettings.objects.select_for_update().get(person=person_id)
    digest = hashlib.sha256(endpoint.encode()).digest()
    PushSubscription.objects.filter(digest=digest).delete()
    if PushSubscription.objects.filter(person=person_id).count() >= MOST_BROWSERS:
        raise TooManyBrowsersError(most=MOST_BROWSERS)
    row = PushSubscription.objects.create(
        person_id=person_id, digest=digest, endpoint=endpoint, public_key=public_key, auth=auth, device=device[:80]
    )
    audit.record(by=by, action="messages.let_browser_in", target=f"person:{person_id}", facts={"device": row.device})
    return row


def refuse_odd(endpoint: Any, public_key: Any, auth: Any) -> None:
    """A push service is outside, behind TLS; keys are a point of the curve and sixteen bytes."""
    try:
        if not endpoint.lower().startswith("https://") or len(endpoint) > LONGEST_ENDPOINT:
            raise EndpointRefusedError
        outgoing.refuse_internal(endpoint, networks=())
        point_of(unpadded(public_key))
        if len(unpadded(auth)) != AUTH:
            raise EndpointRefusedError
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise EndpointRefusedError from error


@transaction.atomic
def shut_out(*, by: Actor, person_id: int, public_id: Any) -> None:
    row = PushSubscription.objects.filter(person=person_id, public_id=public_id).first()
    if row is None:
        raise MessageNotFoundError
    facts = {"device": row.device}
    row.delete()
    audit.record(by=by, action="messages.shut_browser_out", target=f"person:{person_id}", facts=facts)
