"""Calendar feeds (日历订阅): a secret address a person, and the calendar that stands behind it."""

import secrets
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import BinaryField
from django.utils import translation
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.calendar.icalendar_files import calendar_file
from nanhu.kernel.clock import CAMPUS_ZONE, campus_today, now
from nanhu.kernel.database.prepared import Given, Prepared
from nanhu.kernel.once import lock_key
from nanhu.kernel.registry import CalendarFeed, Occurrence, Viewer, calendar_feeds
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people
from nanhu.platforms.portal.guard import attempt
from nanhu.platforms.portal.models import CalendarAddress, Preference

log = structlog.get_logger()
SECRET_BYTES = 32
READ_EVERY = timedelta(hours=1)
BACK, AHEAD = timedelta(days=90), timedelta(days=400)


ADDRESS = Prepared(
    lambda: CalendarAddress.objects.select_related("account").filter(
        digest=Given("digest", BinaryField()), revoked_at=None
    )
)
LANGUAGE: Prepared[Any] = Prepared(
    lambda: Preference.objects.filter(account_id=Given("account")).values_list("language", flat=True)
)


def address_of(account_id: int) -> CalendarAddress | None:
    return CalendarAddress.objects.filter(account_id=account_id, revoked_at=None).first()


@transaction.atomic
def make_address(*, by: Actor, feeds: Collection[str]) -> str:
    """The secret, said once and kept nowhere; the address before it ends. It gives out these feeds, and whatever rooms add later."""
    account_id = account_of(by)
    lock_key(f"portal.calendar:{account_id}")
    CalendarAddress.objects.filter(account_id=account_id, revoked_at=None).update(revoked_at=now())
    secret = secrets.token_urlsafe(SECRET_BYTES)
    CalendarAddress.objects.create(account_id=account_id, digest=digest_of(secret), leaves_out=all_but(feeds))
    audit.record(by=by, action="portal.make_calendar_address", target=f"account:{account_id}")
    return secret


@transaction.atomic
def choose_sources(*, by: Actor, feeds: Collection[str]) -> None:
    account_id = account_of(by)
    if CalendarAddress.objects.filter(account_id=account_id, revoked_at=None).update(leaves_out=all_but(feeds)):
        audit.record(by=by, action="portal.choose_calendar_sources", target=f"account:{account_id}")


def all_but(feeds: Collection[str]) -> list[str]:
    return [feed.key for feed in calendar_feeds if feed.key not in feeds]


@transaction.atomic
def revoke_address(*, by: Actor) -> None:
    account_id = account_of(by)
    if CalendarAddress.objects.filter(account_id=account_id, revoked_at=None).update(revoked_at=now()):
        audit.record(by=by, action="portal.revoke_calendar_address", target=f"account:{account_id}")


def revoke_doubtful(*, by: Actor, account_id: int, since: datetime | None) -> None:
    """One that was made after `since` (None: any). In the caller's transaction."""
    doubtful = CalendarAddress.objects.filter(people.set_after(since), account_id=account_id, revoked_at=None)
    if doubtful.update(revoked_at=now()):
        audit.record(by=by, action="portal.revoke_calendar_address", target=f"account:{account_id}")


def digest_of(secret: str) -> bytes:
    """Of 256 random bits: nothing to guess, so a plain digest keeps it."""
    return sha256(secret.encode()).digest()


def reader_at(secret: str) -> tuple[Viewer, CalendarAddress] | None:
    """Whose calendar it is. Unknown, revoked and locked are the same to whoever asks."""
    found = ADDRESS.first(digest=digest_of(secret))
    if found is None:
        return None
    if found.read_at is None or now() - found.read_at > READ_EVERY:
        CalendarAddress.objects.filter(pk=found.pk).update(read_at=now())
    viewer = identity.reader_of(found.account)
    return (viewer, found) if viewer else None


def calendar_of(viewer: Viewer, leaves_out: Collection[str] = ()) -> bytes:
    """As RFC 5545 writes it, in the person's language. What is private is told as an absence: others may get hold of the address."""
    chosen = next(iter(LANGUAGE(account=viewer.account_id)), "")
    with translation.override(chosen or settings.LANGUAGE_CODE):
        given = [feed for feed in calendar_feeds if feed.key not in leaves_out]
        found = (veiled(one) for feed in given for one in occurrences_of(feed, viewer))
        return calendar_file(_("我的校园日历"), found)


def veiled(one: Occurrence) -> Occurrence:
    """For an address that others may get hold of: what is private is an absence, and nobody else is named."""
    if one.is_private:
        return replace(one, title=_("不在"), place="", description="", url="")
    return replace(one, title=one.outside_title) if one.outside_title else one


def occurrences_of(feed: CalendarFeed, viewer: Viewer) -> Iterable[Occurrence]:
    """One room that breaks leaves the others' part whole; the calendar says today that its own is missing."""
    today = campus_today()
    outcome = attempt(f"feed:{feed.key}", lambda: list(feed.load(viewer, today - BACK, today + AHEAD)))
    return [missing(feed, today)] if outcome.error_number else outcome.value or []


def missing(feed: CalendarFeed, today: date) -> Occurrence:
    return Occurrence(
        uid=f"portal.missing.{feed.key}",
        title=_("“%(feed)s”这时读不出来，稍后会补上") % {"feed": feed.title},
        starts=today,
        ends=today + timedelta(days=1),
        changed_at=datetime.combine(today, time(), CAMPUS_ZONE),
    )
