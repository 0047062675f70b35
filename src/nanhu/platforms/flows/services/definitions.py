"""Definitions declared by rooms (`register_flow`), published as a new version whenever their body changed."""

import logging
from typing import Any, Final

from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.db.models import TextField

from nanhu.kernel.database.prepared import Given, Prepared
from nanhu.kernel.once import lock_key
from nanhu.platforms.flows.assigning import resolvers
from nanhu.platforms.flows.body import Body, Resolved, digest_of, encoded
from nanhu.platforms.flows.errors import ServiceNotOfferedError
from nanhu.platforms.flows.hours import read_owners
from nanhu.platforms.flows.models import Definition, Version
from nanhu.platforms.flows.services.engine import actions
from nanhu.platforms.flows.specs import FlowSpec, specs
from nanhu.platforms.people import api as people

PUBLISHER: Final = "system:flows"
log = logging.getLogger(__name__)


def publish_after_migrations(**_signal: Any) -> None:
    publish_all()


def publish_all() -> int:
    """Publish what changed; returns how many new versions there are."""
    return sum(publish(spec) for spec in specs.values())


@transaction.atomic
def publish(spec: FlowSpec) -> bool:
    """One process after another publishes; who comes second finds it done."""
    lock_key(f"flow:{spec.key}")
    definition = kept(spec)
    if missing := unregistered(spec.body):
        raise ImproperlyConfigured(f"{spec.key}: {', '.join(missing)} is registered nowhere")
    made = add_version(definition, spec.body, by_name=PUBLISHER)
    if made is not None:
        log.info("published version %s of %s", made.number, spec.key)
    return made is not None


def add_version(definition: Definition, body: Body, *, by_name: str, change: str = "") -> Version | None:
    """The next version, with the process locked by its caller; None where the body is what the newest says."""
    last = definition.versions.order_by("-number").first()
    digest = digest_of(body)
    if last is not None and last.digest == digest:
        return None
    return Version.objects.create(
        definition=definition,
        number=last.number + 1 if last else 1,
        content=encoded(body).decode(),
        digest=digest,
        change=change,
        published_by_name=by_name,
    )


def unregistered(body: Body) -> list[str]:
    """Actions and resolvers that its steps name and no room has registered."""
    found = [step.action for step in body.steps if step.action and step.action not in actions]
    named = [one.name for step in body.steps for one in step.who if isinstance(one, Resolved)]
    return found + [name for name in named if name not in resolvers]


def kept(spec: FlowSpec) -> Definition:
    code = read_owners().get(spec.key, spec.unit)
    values = {
        "name": spec.name,
        "summary": spec.summary,
        "unit_id": people.unit_ids_by_code([code]).get(code),
        "faces": sorted(spec.faces),
        "units": sorted(spec.units),
        "categories": sorted(spec.categories),
        "section": spec.section,
        "icon": spec.icon,
        "promise": spec.promise,
        "prefix": spec.prefix,
        "legal_basis": spec.legal_basis,
        "retention": spec.retention,
        "fallback": spec.fallback,
    }
    found = Definition.objects.filter(key=spec.key).first()
    if found is None:
        return Definition.objects.create(key=spec.key, **values)
    if any(getattr(found, name) != value for name, value in values.items()):
        for name, value in values.items():
            setattr(found, name, value)
        found.save(update_fields=list(values))
    return found


def current_version(key: str) -> Version:
    """With which a new case begins. A database that was filled after the last start is brought up to date here."""
    found = newest(key)
    if (found is None or found.definition.unit_id is None) and key in specs:
        publish(specs[key])
        found = newest(key)
    if found is None or not found.definition.is_offered:
        raise ServiceNotOfferedError
    return found


NEWEST: Final = Prepared(
    lambda: (
        Version.objects.select_related("definition__unit")
        .filter(definition__key=Given("key", TextField()))
        .order_by("-number")[:1]
    )
)


def newest(key: str) -> Version | None:
    return NEWEST.first(key=key)
