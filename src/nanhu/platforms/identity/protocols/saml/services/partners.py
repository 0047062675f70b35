"""Partners (服务提供方): which metadata counts for an entityID, and under which record of the registry it passes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.ui import dates
from nanhu.platforms.identity.models import Application
from nanhu.platforms.identity.protocols.saml.errors import (
    MetadataRefusedError,
    PartnerExpiredError,
    UnknownPartnerError,
)
from nanhu.platforms.identity.protocols.saml.metadata_reading import Entity, Facts, read_pasted
from nanhu.platforms.identity.protocols.saml.models import Partner

NOTHING = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A partner ready for use: its facts, and the application it passes as."""

    entity_id: str
    name: str
    facts: Facts
    application: Application
    is_registered: bool


def partner_with(entity_id: str) -> Known:
    """What an administrator pasted counts before a feed, a record of its own before the federation's.

    Metadata that ran out gives way to other metadata of the same partner, never the record's own rules to a federation's.
    """
    found = (
        Partner.objects.select_related("application", "feed__application").filter(entity_id=entity_id).order_by("pk")
    )
    everything = sorted(found, key=lambda row: (row.feed_id is not None, row.application_id is None))
    rows = [row for row in everything if row.feed is None or row.feed.is_enabled]
    if not rows:
        raise UnknownPartnerError(entity_id=entity_id[:200])
    usable = [row for row in rows if is_current(row)]
    if not usable:
        raise PartnerExpiredError(entity_id=entity_id[:200])
    own = next((row.application for row in everything if row.application is not None), None)
    return known(usable[0], own=own)


def is_current(row: Partner) -> bool:
    ends = [row.valid_until, row.feed.valid_until if row.feed else None]
    return not row.is_gone and all(end is None or end > now() for end in ends)


def known(row: Partner, *, own: Application | None) -> Known:
    application = own or (row.feed.application if row.feed else None)
    if application is None:
        raise UnknownPartnerError(entity_id=row.entity_id[:200])
    return Known(
        entity_id=row.entity_id,
        name=row.name,
        facts=Facts.of(row.facts),
        application=application,
        is_registered=own is not None,
    )


def partner_of(application: Application) -> Partner | None:
    return Partner.objects.filter(application=application).first()


@transaction.atomic
def paste(*, by: Actor, application: Application, text: str) -> Partner:
    """Keep the metadata an administrator pasted as this application's partner, in place of any before."""
    entity = read_pasted(text)
    if entity.valid_until is not None and entity.valid_until <= now():
        raise MetadataRefusedError(why=f"validUntil {dates.short_day(entity.valid_until, None)}")
    taken = Partner.objects.select_for_update().filter(entity_id=entity.entity_id, feed=None).first()
    if taken is not None and taken.application_id != application.pk:
        raise MetadataRefusedError(why=f"{entity.entity_id} → {taken.application.key}" if taken.application else "")
    release(application)
    row, _is_new = Partner.objects.update_or_create(
        entity_id=entity.entity_id, feed=None, defaults={"application": application, **columns(entity)}
    )
    note(by, application, entity.entity_id, {"source": "pasted", "keys": len(entity.facts.signing)})
    return row


@transaction.atomic
def take_from_federation(*, by: Actor, application: Application, entity_id: str) -> Partner:
    """Give a federation's partner a record of its own; its metadata goes on following the feed."""
    row = Partner.objects.select_for_update().filter(entity_id=entity_id, feed__isnull=False, is_gone=False).first()
    if row is None:
        raise UnknownPartnerError(entity_id=entity_id[:200])
    if row.application_id not in {None, application.pk}:
        raise MetadataRefusedError(why=entity_id)
    release(application, but=row.pk)
    row.application, row.changed_at = application, now()
    row.save(update_fields=["application", "changed_at"])
    note(by, application, entity_id, {"source": "federation"})
    return row


@transaction.atomic
def forget(*, by: Actor, application: Application) -> None:
    released = release(application)
    if released:
        note(by, application, ", ".join(released), {"source": "forgotten"})


def release(application: Application, *, but: int = NOTHING) -> list[str]:
    """Loose the application's present partner: a pasted one is gone, a federation's passes as before."""
    rows = list(Partner.objects.select_for_update().filter(application=application).exclude(pk=but))
    for row in rows:
        if row.feed_id is None:
            row.delete()
        else:
            Partner.objects.filter(pk=row.pk).update(application=None)
    return [row.entity_id for row in rows]


def columns(entity: Entity) -> dict[str, Any]:
    return {
        "name": entity.name,
        "xml": entity.xml,
        "facts": entity.facts.stored(),
        "valid_until": entity.valid_until,
        "is_gone": False,
        "changed_at": now(),
    }


def note(by: Actor, application: Application, entity_id: str, facts: Mapping[str, Any]) -> None:
    audit.record(
        by=by,
        action="identity.saml_partner",
        target=f"application:{application.key}",
        facts={"entity_id": entity_id, **facts},
    )
