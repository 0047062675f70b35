"""Federations (联盟): their metadata fetched again and again, checked, and laid out in rows for the pages.

Whatever goes wrong, the last good copy stays in use until its own end; the state says what is the matter.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from cryptography import x509
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.platforms.identity.models import Application
from nanhu.platforms.identity.protocols.saml.errors import FeedKnownError, FeedRefusedError
from nanhu.platforms.identity.protocols.saml.feed_reading import Head, read_feed
from nanhu.platforms.identity.protocols.saml.metadata_reading import Entity
from nanhu.platforms.identity.protocols.saml.models import Feed, Partner
from nanhu.platforms.identity.protocols.saml.services.fetching import fetch, is_fetchable
from nanhu.platforms.identity.protocols.saml.services.partners import columns
from nanhu.platforms.identity.services.applications import register_application

RELEASED = {
    "eduPersonScopedAffiliation": "联盟约定：资源按身份授权",
    "eduPersonTargetedID": "联盟约定：不透露身份的个人标识",
}
EVERY = timedelta(hours=6)
AFTER_FAILURE = timedelta(minutes=30)
SOONEST, LATEST = timedelta(hours=1), timedelta(days=1)
BATCH = 500
State = Feed.State


@transaction.atomic
def add_feed(*, by: Actor, key: str, name: str, address: str, certificate: str) -> Feed:
    """Register a federation and the record under which its partners pass; the first refresh comes with the next job."""
    if not is_fetchable(address):
        raise FeedRefusedError(why=_("地址不可用"))
    try:
        x509.load_pem_x509_certificate(certificate.strip().encode())
    except ValueError as error:
        raise FeedRefusedError(why=_("证书不是 PEM 格式")) from error
    if Application.objects.filter(key=key).exists():
        raise FeedRefusedError(why=_("这个标识已经有应用在用"))
    application = register_application(by=by, key=key, name=name, owner=name, attributes=RELEASED)
    try:
        with transaction.atomic():
            feed = Feed.objects.create(
                name=name, address=address, certificate=certificate.strip() + "\n", application=application
            )
    except IntegrityError as error:
        raise FeedKnownError from error
    note(by, feed, "added")
    return feed


@transaction.atomic
def switch_feed(*, by: Actor, feed: Feed, is_enabled: bool) -> None:
    Feed.objects.filter(pk=feed.pk).update(is_enabled=is_enabled, due_at=now())
    note(by, feed, "enabled" if is_enabled else "disabled")


def refresh_due() -> None:
    """The job's round: those whose time has come, and those that have run out meanwhile."""
    for feed in Feed.objects.filter(is_enabled=True, due_at__lte=now()):
        refresh(feed)
    Feed.objects.filter(~Q(state=State.EXPIRED), valid_until__lte=now()).update(state=State.EXPIRED)


def refresh(feed: Feed) -> bool:
    """Fetch, check, lay out. A refusal is written beside the feed, not raised; False when nothing new came in."""
    feed.refresh_from_db()
    moment = now()
    try:
        fetched = fetch(feed.address, entity_tag=feed.entity_tag if is_alive(feed) else "")
        if fetched.document is None:
            came_back(feed, moment, feed.valid_until, None)
            return False
        digest = sha256(fetched.document).hexdigest()
        if digest == feed.digest and is_alive(feed):
            came_back(feed, moment, feed.valid_until, None)
            return False
        head, found = read_feed(fetched.document, certificate=feed.certificate)
        return lay_out(feed, head, found, digest=digest, entity_tag=fetched.entity_tag)
    except FeedRefusedError as error:
        failed(feed, moment, str(error.facts["why"]))
        return False


def is_alive(feed: Feed) -> bool:
    return feed.refreshed_at is not None and feed.valid_until is not None and feed.valid_until > now()


@transaction.atomic
def lay_out(feed: Feed, head: Head, found: list[Entity], *, digest: str, entity_tag: str) -> bool:
    """Put the partners into rows, all or none. An older copy than the one we have is refused: someone plays it back."""
    locked = Feed.objects.select_for_update().get(pk=feed.pk)
    if is_older(locked, head):
        raise FeedRefusedError(why=_("比现有的一份旧"))
    if not found:
        raise FeedRefusedError(why=_("里面没有服务提供方"))
    unique = list({entity.entity_id: entity for entity in reversed(found)}.values())
    put(locked, unique)
    let_go(locked, {entity.entity_id for entity in unique})
    locked.issued_at, locked.digest, locked.entity_tag = head.issued_at, digest, entity_tag
    locked.refreshed_at = now()
    locked.save(update_fields=["issued_at", "digest", "entity_tag", "refreshed_at"])
    came_back(locked, now(), head.valid_until, head.cache_seconds)
    by = Actor.system("identity.saml_feed")
    audit.record(
        by=by,
        action="identity.saml_feed",
        target=f"feed:{feed.pk}",
        facts={"what": "refreshed", "partners": len(unique), "sha256": digest},
    )
    return True


def is_older(feed: Feed, head: Head) -> bool:
    if feed.issued_at is not None:
        return head.issued_at is None or head.issued_at < feed.issued_at
    return feed.valid_until is not None and head.valid_until < feed.valid_until


def put(feed: Feed, entities: list[Entity]) -> None:
    names = ["name", "xml", "facts", "valid_until", "is_gone", "changed_at"]
    for start in range(0, len(entities), BATCH):
        rows = [
            Partner(feed=feed, entity_id=entity.entity_id, **columns(entity))
            for entity in entities[start : start + BATCH]
        ]
        Partner.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["feed", "entity_id"], update_fields=names
        )


def let_go(feed: Feed, present: Iterable[str]) -> None:
    """Who left the federation is gone; a partner with a record of its own stays, marked, for the administrator to see."""
    left = Partner.objects.filter(feed=feed).exclude(entity_id__in=present)
    left.filter(application__isnull=False).update(is_gone=True, changed_at=now())
    left.filter(application__isnull=True).delete()


def came_back(feed: Feed, moment: datetime, valid_until: datetime | None, cache_seconds: int | None) -> None:
    wait = timedelta(seconds=cache_seconds) if cache_seconds else EVERY
    Feed.objects.filter(pk=feed.pk).update(
        state=State.GOOD,
        problem="",
        tried_at=moment,
        valid_until=valid_until,
        due_at=moment + min(max(wait, SOONEST), LATEST),
    )


def failed(feed: Feed, moment: datetime, why: str) -> None:
    state = State.FAILING if is_alive(feed) else (State.EXPIRED if feed.refreshed_at else State.WAITING)
    Feed.objects.filter(pk=feed.pk).update(
        state=state, problem=why[:300], tried_at=moment, due_at=moment + AFTER_FAILURE
    )


def note(by: Actor, feed: Feed, what: str) -> None:
    facts = {"what": what, "address": feed.address, "name": feed.name}
    audit.record(by=by, action="identity.saml_feed", target=f"feed:{feed.pk}", facts=facts)
