"""A vendor for a sample campus, registered as the desk would, with its keys in a file of the data folder."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.configuration import Configuration, configuration
from nanhu.kernel.secret_files import write_private
from nanhu.platforms.openapi.api import (
    ApiKey,
    Mode,
    Vendor,
    VendorOrder,
    living_keys,
    make_key,
    register_vendor,
    revoke_key,
)
from nanhu.systems.card.models import Merchant
from nanhu.systems.card.vendors.models import VendorMerchant
from nanhu.systems.card.vendors.sandbox.behaviours import MERCHANT
from nanhu.systems.card.vendors.scopes import Scope

BY = Actor.system("card_vendor")
COMPANY = "湘北自助贩卖（样例）"
LOOPBACK = ("127.0.0.1/32", "::1/128")
SCOPES = (Scope.QUERY, Scope.PAY, Scope.PIN, Scope.REFUND, Scope.BLOCK, Scope.UNBLOCK)


class Command(BaseCommand):
    help = "Register a sample vendor of the open API and write its keys to <data folder>/emulators/vendor.json (demo only)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--merchant", default="", help="for whom it sells; the first shop where left out")

    def handle(self, **options: Any) -> None:
        settings = configuration()
        if not settings.demo:
            raise CommandError("only a sample campus has a sample vendor")
        path = settings.data_dir / "emulators" / "vendor.json"
        vendor = Vendor.objects.filter(company=COMPANY).first() or registered(merchant_of(options["merchant"]))
        facts = {**(known_keys(path, vendor) or new_keys(vendor)), **surroundings(settings, vendor)}
        write_private(path, facts)
        if options["verbosity"]:
            self.stdout.write(f"{path}: {vendor.company}")


def merchant_of(key: str) -> Merchant:
    rows = Merchant.objects.filter(key=key) if key else Merchant.objects.order_by("pk")
    found = rows.first()
    if found is None:
        raise CommandError("no such merchant")
    return found


def registered(merchant: Merchant) -> Vendor:
    order = VendorOrder(
        company=COMPANY,
        contact="陈师傅",
        phone="13907300066",
        scopes=SCOPES,
        addresses=LOOPBACK,
        settings={"card": {"merchants": [merchant.pk]}},
    )
    return register_vendor(by=BY, order=order)


def known_keys(path: Path, vendor: Vendor) -> dict[str, Any]:
    """What the file holds, while both keys still live here."""
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
        numbers = {str(known[f"{mode}_key"]).split("_")[2] for mode in (Mode.TEST, Mode.LIVE)}
    except (OSError, ValueError, KeyError, IndexError):
        return {}
    living = set(living_keys(vendor).values_list("number", flat=True))
    return dict(known) if numbers <= living else {}


@transaction.atomic
def new_keys(vendor: Vendor) -> dict[str, str]:
    """Those of a file that was lost open nothing any more."""
    for old in ApiKey.objects.filter(vendor=vendor, revoked_at=None):
        revoke_key(by=BY, key=old, reason="card_vendor")
    made = {mode: make_key(by=BY, vendor=vendor, mode=mode, name="样例程序") for mode in (Mode.TEST, Mode.LIVE)}
    return {f"{mode}_key": one.text for mode, one in made.items()}


def surroundings(settings: Configuration, vendor: Vendor) -> dict[str, str]:
    merchant = VendorMerchant.objects.filter(vendor=vendor, is_on=True).select_related("merchant").first()
    return {
        "address": f"{settings.public_url}/api/card/v1/",
        "company": vendor.company,
        "test_merchant": MERCHANT,
        "live_merchant": merchant.merchant.key if merchant else "",
    }
