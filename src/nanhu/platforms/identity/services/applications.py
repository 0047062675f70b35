"""The application registry (应用登记): what is registered, where it lives, and whose service an address is."""

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from django.db import IntegrityError, transaction
from django.db.models.functions import Length

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.platforms.identity.errors import (
    AddressTakenError,
    ServiceRefusedError,
    UnsafeServiceAddressError,
)
from nanhu.platforms.identity.models import Application, ApplicationAddress
from nanhu.platforms.identity.rules_urls import address_key, is_registrable
from nanhu.platforms.identity.services import releases
from nanhu.platforms.identity.services.application_facts import Changes, Facts, checked, written

DEFAULT_ATTRIBUTES = {
    "displayName": "显示登录的是谁",
    "campusNo": "应用内的账号",
    "department": "按单位归类",
    "eduPersonAffiliation": "区分学生和教职工",
}


@transaction.atomic
def register_application(
    *,
    by: Actor,
    key: str,
    name: str,
    owner: str,
    service_prefix: str = "",
    addresses: Sequence[str] = (),
    attributes: Sequence[str] | Mapping[str, str] | None = None,
    **facts: Unpack[Facts],
) -> Application:
    """Add an application or bring its record up to date; what is not given stays as it is.

    `service_prefix` and `addresses` are where CAS may send tickets: addresses without query or fragment. `attributes`
    maps names to the reasons why they are needed.
    """
    application = Application.objects.select_for_update().filter(key=key).first()
    is_new = application is None
    application = application or Application(key=key)
    written(application, checked({"name": name, "owner": owner, **facts}))
    application.save()
    prefixes = list(dict.fromkeys([*filter(None, [service_prefix]), *addresses]))
    if prefixes:
        set_addresses(by=by, application=application, prefixes=prefixes)
    if attributes is not None or is_new:
        releases.set_releases(by=by, application=application, reasons=reasons_of(attributes))
    note = {"addresses": prefixes, "attributes": application.attributes, "is_new": is_new}
    audit.record(by=by, action="identity.register_application", target=f"application:{key}", facts=note)
    return application


def reasons_of(attributes: Sequence[str] | Mapping[str, str] | None) -> dict[str, str]:
    if attributes is None:
        return dict(DEFAULT_ATTRIBUTES)
    if isinstance(attributes, Mapping):
        return dict(attributes)
    return {name: DEFAULT_ATTRIBUTES.get(name, "登记时要求") for name in attributes}


@transaction.atomic
def change_application(*, by: Actor, application: Application, reason: str = "", **facts: Unpack[Changes]) -> list[str]:
    """Change facts of an application; returns the names of those that really changed, which the audit log has in full."""
    locked = Application.objects.select_for_update().get(pk=application.pk)
    clean = checked(facts)
    changes = {name: (getattr(locked, name), value) for name, value in clean.items() if getattr(locked, name) != value}
    if changes:
        written(locked, {name: new for name, (_old, new) in changes.items()})
        locked.save(update_fields=list(changes))
        note: dict[str, Any] = {name: {"from": plain(old), "to": plain(new)} for name, (old, new) in changes.items()}
        audit.record(
            by=by, action="identity.change_application", target=f"application:{locked.key}", reason=reason, facts=note
        )
    application.refresh_from_db()
    return list(changes)


def plain(value: object) -> object:
    return value if isinstance(value, str | bool | int | list | None) else str(value)


@transaction.atomic
def set_addresses(*, by: Actor, application: Application, prefixes: Sequence[str]) -> bool:
    """These and no others are the application's addresses; says whether that changed anything.

    Raises UnsafeServiceAddressError, or AddressTakenError when another application has one of them.
    """
    Application.objects.select_for_update().get(pk=application.pk)
    wanted: dict[tuple[str, str], str] = {}
    for prefix in prefixes:
        key = address_key(prefix)
        if key is None or not is_registrable(prefix):
            raise UnsafeServiceAddressError(address=prefix)
        wanted.setdefault((key.origin, key.path), prefix)
    held = {(one.origin, one.path): one for one in application.addresses.all()}
    gone, new = [key for key in held if key not in wanted], [key for key in wanted if key not in held]
    if not gone and not new:
        return False
    application.addresses.filter(pk__in=[held[key].pk for key in gone]).delete()
    for origin, path in new:
        add_address(application, wanted[origin, path], origin, path)
    note = {"added": [wanted[key] for key in new], "removed": [held[key].prefix for key in gone]}
    target = f"application:{application.key}"
    audit.record(by=by, action="identity.change_application_addresses", target=target, facts=note)
    return True


def add_address(application: Application, prefix: str, origin: str, path: str) -> None:
    """The database decides who was first; the loser learns whose it is."""
    try:
        with transaction.atomic():
            ApplicationAddress.objects.create(application=application, prefix=prefix, origin=origin, path=path)
    except IntegrityError as error:
        holder = ApplicationAddress.objects.select_related("application").filter(origin=origin, path=path).first()
        raise AddressTakenError(address=prefix, name=holder.application.name if holder else "?") from error


def application_for(service: str) -> Application:
    """The application a service address belongs to: the longest registered address wins, also when its application is
    switched off, so that what lies below it never falls to another.
    """
    found = address_for(service)
    if found is None or not found.application.is_enabled:
        raise ServiceRefusedError
    return found.application


def address_for(service: str) -> ApplicationAddress | None:
    key = address_key(service)
    if key is None:
        return None
    covering = ApplicationAddress.objects.filter(origin=key.origin, path__in=key.covering_paths)
    return covering.select_related("application").order_by(Length("path").desc()).first()


@transaction.atomic
def note_review(*, by: Actor, application: Application) -> None:
    """Somebody looked at the whole record and found it right."""
    Application.objects.filter(pk=application.pk).update(reviewed_at=now(), reviewed_by=by.name)
    audit.record(by=by, action="identity.review_application", target=f"application:{application.key}")
