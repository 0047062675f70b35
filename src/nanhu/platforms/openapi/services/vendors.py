"""Registering vendors: who they are, what they may, from where; and what each room keeps about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.errors import NotFoundError
from nanhu.platforms.openapi.errors import ScopeUnknownError
from nanhu.platforms.openapi.interfaces import known_scopes, settings_of_rooms
from nanhu.platforms.openapi.models import Vendor
from nanhu.platforms.openapi.services import webhooks


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorOrder:
    """A vendor as the desk wants it. `settings` are by interface: one that is not named keeps what it has."""

    company: str
    contact: str
    phone: str = ""
    scopes: Sequence[str] = ()
    addresses: Sequence[str] = ()
    per_minute: int = 300
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def register(*, by: Actor, order: VendorOrder) -> Vendor:
    check_scopes(order, held=())
    with transaction.atomic():
        vendor = Vendor.objects.create(registered_by_name=by.name, **facts_of(order))
        note(by, "openapi.register_vendor", vendor, order, save_settings(vendor, order))
        return vendor


def change(*, by: Actor, vendor: Vendor, order: VendorOrder) -> Vendor:
    """Writes under way end first: they hold the row. What is taken away is gone with the next request."""
    with transaction.atomic():
        current = locked(vendor)
        check_scopes(order, held=current.scopes)
        for name, value in facts_of(order).items():
            setattr(current, name, value)
        current.save()
        note(by, "openapi.change_vendor", current, order, save_settings(current, order))
        return current


def switch(*, by: Actor, vendor: Vendor, is_on: bool, reason: str) -> None:
    """Who is off is told nothing either. Back, it hears what it missed of the last week."""
    with transaction.atomic():
        current = locked(vendor)
        is_back = is_on and not current.is_on
        current.is_on = is_on
        current.save(update_fields=["is_on"])
        if is_back:
            webhooks.take_up(current)
        action = "openapi.vendor_on" if is_on else "openapi.vendor_off"
        audit.record(by=by, action=action, target=f"openapi_vendor:{current.pk}", reason=reason)


def locked(vendor: Vendor) -> Vendor:
    found = Vendor.objects.select_for_update().filter(pk=vendor.pk).first()
    if found is None:
        raise NotFoundError(what=_("这家单位"))
    return found


def check_scopes(order: VendorOrder, *, held: Sequence[str]) -> None:
    """What a vendor has of a room that is not installed it may keep; nobody is given it anew."""
    unknown = sorted({*order.scopes} - known_scopes().keys() - {*held})
    if unknown:
        raise ScopeUnknownError(scope=unknown[0][:60])


def facts_of(order: VendorOrder) -> dict[str, object]:
    return {
        "company": order.company.strip(),
        "contact": order.contact.strip(),
        "phone": order.phone.strip(),
        "scopes": sorted(set(order.scopes)),
        "addresses": [str(ip_network(one)) for one in order.addresses],
        "per_minute": order.per_minute,
    }


def save_settings(vendor: Vendor, order: VendorOrder) -> dict[str, object]:
    """What the rooms say of it for the audit line."""
    facts: dict[str, object] = {}
    for interface, settings in settings_of_rooms():
        if interface in order.settings:
            facts |= settings.save(vendor, order.settings[interface])
    return facts


def note(by: Actor, action: str, vendor: Vendor, order: VendorOrder, facts: dict[str, object]) -> None:
    common = {
        "scopes": sorted(set(order.scopes)),
        "addresses": list(vendor.addresses),
        "per_minute": order.per_minute,
    }
    audit.record(by=by, action=action, target=f"openapi_vendor:{vendor.pk}", facts=common | facts)


def is_address_allowed(vendor: Vendor, address: str) -> bool:
    try:
        caller = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(caller, "ipv4_mapped", None)
    return any((mapped or caller) in ip_network(one) for one in vendor.addresses)
