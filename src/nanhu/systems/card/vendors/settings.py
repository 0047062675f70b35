"""What the card keeps about a vendor: the merchants it may charge for, and the units that sponsor its orders."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.platforms.openapi.api import Vendor, VendorSettings
from nanhu.platforms.people import api as people
from nanhu.platforms.terminals.api import Terminal, new_terminal_key
from nanhu.systems.card.models import Merchant, Till
from nanhu.systems.card.vendors.models import VendorMerchant, VendorUnit


def fields() -> dict[str, forms.Field]:
    return {
        "merchants": forms.TypedMultipleChoiceField(
            label=_("可以替哪些商户收款"),
            choices=merchant_choices,
            coerce=int,
            widget=forms.CheckboxSelectMultiple,
            required=False,
        ),
        "units": forms.MultipleChoiceField(
            label=_("哪些部门为它申请的临时卡担保"),
            choices=unit_choices,
            required=False,
            widget=forms.SelectMultiple(attrs={"size": 6}),
        ),
    }


def merchant_choices() -> list[tuple[int, str]]:
    rows = Merchant.objects.filter(state="open").order_by("canteen", "name").values_list("pk", "name", "canteen")
    return [(pk, f"{canteen} · {name}" if canteen else name) for pk, name, canteen in rows]


def unit_choices() -> list[tuple[str, str]]:
    return [(code, name) for code, name, _short in people.unit_names()]


def initial(vendor: Vendor) -> dict[str, Any]:
    merchants = VendorMerchant.objects.filter(vendor=vendor, is_on=True).values_list("merchant_id", flat=True)
    return {"merchants": list(merchants), "units": units_of(vendor)}


def units_of(vendor: Vendor) -> list[str]:
    return list(VendorUnit.objects.filter(vendor=vendor).order_by("unit").values_list("unit", flat=True))


def save(vendor: Vendor, values: Mapping[str, Any]) -> dict[str, object]:
    set_merchants(vendor, values.get("merchants", ()))
    set_units(vendor, values.get("units", ()))
    return {"merchants": sorted(values.get("merchants", ())), "units": units_of(vendor)}


def set_merchants(vendor: Vendor, merchant_ids: Sequence[int]) -> None:
    """A merchant taken away keeps its terminal, for its past sales; given back, it gets the same one."""
    VendorMerchant.objects.filter(vendor=vendor).exclude(merchant_id__in=merchant_ids).update(is_on=False)
    VendorMerchant.objects.filter(vendor=vendor, merchant_id__in=merchant_ids).update(is_on=True)
    known = set(VendorMerchant.objects.filter(vendor=vendor).values_list("merchant_id", flat=True))
    for merchant in Merchant.objects.filter(pk__in=set(merchant_ids) - known, state=Merchant.State.OPEN):
        terminal = Terminal.objects.create(
            number=f"VA{vendor.pk:04}{merchant.pk:06}",
            kind=Terminal.Kind.SCANNER,
            place=f"开放接口 · {vendor.company}"[:60],
            key=new_terminal_key(),
        )
        Till.objects.create(terminal=terminal, merchant=merchant)
        VendorMerchant.objects.create(vendor=vendor, merchant=merchant, terminal=terminal)


def set_units(vendor: Vendor, units: Sequence[str]) -> None:
    VendorUnit.objects.filter(vendor=vendor).exclude(unit__in=units).delete()
    rows = [VendorUnit(vendor=vendor, unit=unit) for unit in sorted(set(units))]
    VendorUnit.objects.bulk_create(rows, ignore_conflicts=True)


def facts(vendor: Vendor) -> dict[str, object]:
    grants = VendorMerchant.objects.filter(vendor=vendor, is_on=True).select_related("merchant")
    return {"merchants": grants, "vendor": vendor}


SETTINGS = VendorSettings(fields=fields, initial=initial, save=save, template="card_vendors/_vendor.html", facts=facts)
