"""Registering vendors: who they are, what they may, for which merchants, from where."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.systems.card.models import Merchant, PosTerminal
from nanhu.systems.card.services.merchants import new_terminal_key
from nanhu.systems.card.vendors.errors import VendorNotFoundError
from nanhu.systems.card.vendors.models import Vendor, VendorMerchant


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorOrder:
    """A vendor as the desk wants it; `merchants` are ids of merchants it may charge for."""

    company: str
    contact: str
    phone: str = ""
    scopes: Sequence[str] = ()
    merchants: Sequence[int] = ()
    addresses: Sequence[str] = ()
    units: Sequence[str] = ()
    per_minute: int = 300


def register(*, by: Actor, order: VendorOrder) -> Vendor:
    with transaction.atomic():
        vendor = Vendor.objects.create(registered_by_name=by.name, **facts_of(order))
        set_merchants(vendor, order.merchants)
        note(by, "card.register_vendor", vendor, order)
        return vendor


def change(*, by: Actor, vendor: Vendor, order: VendorOrder) -> Vendor:
    """Deeds under way end first: they hold the row. What is taken away is gone with the next request."""
    with transaction.atomic():
        current = locked(vendor)
        for name, value in facts_of(order).items():
            setattr(current, name, value)
        current.save()
        set_merchants(current, order.merchants)
        note(by, "card.change_vendor", current, order)
        return current


def switch(*, by: Actor, vendor: Vendor, is_on: bool, reason: str) -> None:
    with transaction.atomic():
        current = locked(vendor)
        current.is_on = is_on
        current.save(update_fields=["is_on"])
        action = "card.vendor_on" if is_on else "card.vendor_off"
        audit.record(by=by, action=action, target=f"card_vendor:{current.pk}", reason=reason)


def locked(vendor: Vendor) -> Vendor:
    found = Vendor.objects.select_for_update().filter(pk=vendor.pk).first()
    if found is None:
        raise VendorNotFoundError
    return found


def facts_of(order: VendorOrder) -> dict[str, object]:
    return {
        "company": order.company.strip(), "contact": order.contact.strip(), "phone": order.phone.strip(),
        "scopes": sorted(set(order.scopes)), "addresses": [str(ip_network(one)) for one in order.addresses],
        "units": sorted(set(order.units)), "per_minute": order.per_minute,
    }  # fmt: skip


def set_merchants(vendor: Vendor, merchant_ids: Sequence[int]) -> None:
    """A merchant taken away keeps its terminal, for its past sales; given back, it gets the same one."""
    VendorMerchant.objects.filter(vendor=vendor).exclude(merchant_id__in=merchant_ids).update(is_on=False)
    VendorMerchant.objects.filter(vendor=vendor, merchant_id__in=merchant_ids).update(is_on=True)
    known = set(VendorMerchant.objects.filter(vendor=vendor).values_list("merchant_id", flat=True))
    for merchant in Merchant.objects.filter(pk__in=set(merchant_ids) - known, state=Merchant.State.OPEN):
        terminal = PosTerminal.objects.create(
            number=f"VA{vendor.pk:04}{merchant.pk:06}", kind=PosTerminal.Kind.SCANNER, merchant=merchant,
            place=f"开放接口 · {vendor.company}"[:60], key=new_terminal_key(),
        )  # fmt: skip
        VendorMerchant.objects.create(vendor=vendor, merchant=merchant, terminal=terminal)


def note(by: Actor, action: str, vendor: Vendor, order: VendorOrder) -> None:
    facts = {
        "scopes": sorted(set(order.scopes)), "merchants": sorted(order.merchants), "addresses": list(vendor.addresses),
        "per_minute": order.per_minute,
    }  # fmt: skip
    audit.record(by=by, action=action, target=f"card_vendor:{vendor.pk}", facts=facts)


def is_address_allowed(vendor: Vendor, address: str) -> bool:
    try:
        caller = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(caller, "ipv4_mapped", None)
    return any((mapped or caller) in ip_network(one) for one in vendor.addresses)
