"""Connects a sample campus to the emulated bank, UnionPay and apps, and writes what those are told at their opening."""

import json
import secrets
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.configuration import Configuration, configuration
from nanhu.kernel.school import school
from nanhu.kernel.secret_files import write_private
from nanhu.platforms.payments.api import Channel
from nanhu.platforms.payments.sample import acquirer_keys, signing_pair
from nanhu.platforms.people import api as people
from nanhu.sample.emulated import host_names
from nanhu.systems.card.sample import held_at_bank, holders, school_code

BY = Actor.system("card.outside")
BANK, ACQUIRER = "abc", "unionpay"
INSTITUTION, MERCHANT = "HNIST", "777290058110097"
APPS = {"yunshanfu": "云闪付", "wanxiao": "完美校园"}
CUSTOMERS = 60
FIRST_DIGITS = "622848"
PURPOSE = "样例银行开户"


class Command(BaseCommand):
    help = "Write <data folder>/emulators/outside.json for the emulated bank and apps, and connect the campus to them (demo only)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--campus-no", action="append", default=[], help="who certainly has a bank card")

    def handle(self, **options: Any) -> None:
        settings = configuration()
        if not settings.demo:
            raise CommandError("only a sample campus stands beside an emulated bank")
        path = settings.data_dir / "emulators" / "outside.json"
        facts = read(path) if is_connected() else {}
        facts = {**(facts or connect(settings)), **surroundings(settings)}
        facts["customers"] = list(customers(options["campus_no"]))
        write_private(path, facts)
        Channel.objects.filter(kind__in=["bank", "acquirer"]).update(address=address_of(settings))
        for key in APPS:
            Channel.objects.filter(key=key).update(address=f"{public_address_of(settings)}/#{key}/{{school}}")
        if options["verbosity"]:
            self.stdout.write(f"{path}: {len(facts['customers'])} customers")


def read(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def is_connected() -> bool:
    return Channel.objects.filter(key__in=[BANK, ACQUIRER, *APPS]).count() == len(APPS) + 2


def address_of(settings: Configuration) -> str:
    return f"http://127.0.0.1:{settings.outside_port}"


def public_address_of(settings: Configuration) -> str:
    return f"http://localhost:{settings.outside_port}"


def surroundings(settings: Configuration) -> dict[str, Any]:
    return {
        "campus": f"http://127.0.0.1:{settings.web_port}",
        "public": public_address_of(settings),
        "campus_public": settings.public_url,
        "school": school().name,
        "school_code": school_code(),
        "city": school().city,
        "hosts": host_names(settings.public_url, settings.allowed_hosts),
    }


def connect(settings: Configuration) -> dict[str, Any]:
    """New keys on both sides: what one of them lost, neither can use."""
    our_key, our_public = signing_pair()
    bank_key, bank_public = signing_pair()
    union = acquirer_keys()
    secrets_of = {key: secrets.token_hex(32) for key in APPS}
    put(BANK, kind="bank", name="农业银行", our_id=INSTITUTION, our_key=our_key, their_key=bank_public)
    put(
        ACQUIRER,
        kind="acquirer",
        name="银联",
        our_id=MERCHANT,
        our_key=union.merchant.key,
        our_certificate=union.merchant.certificate,
        their_key=union.authority,
    )
    for key, name in APPS.items():
        put(key, kind="app", name=name, their_key=secrets_of[key])
    return {
        "institution": INSTITUTION,
        "key": bank_key,
        "campus_key": our_public,
        "bank_name": "农业银行",
        "acquirer": {
            "merchant": MERCHANT,
            "key": union.acquirer.key,
            "certificate": union.acquirer.certificate,
            "merchant_certificate": union.merchant.certificate,
        },
        "apps": [{"key": key, "name": name, "secret": secrets_of[key]} for key, name in APPS.items()],
        "campus": address_of(settings),
        "opening_day": campus_today().isoformat(),
        "opening_fen": held_at_bank(),
    }


def put(key: str, **facts: str) -> None:
    Channel.objects.update_or_create(key=key, defaults=facts)


def customers(campus_nos: Iterable[str]) -> Iterator[dict[str, str]]:
    """The named people first, then others who hold a card; everybody with a document and a phone has a bank card."""
    named = [found for no in campus_nos if (found := people.find_person_by_campus_no(no)) is not None]
    for person_id in [*named, *holders(named, CUSTOMERS)]:
        person = people.person_card(person_id)
        id_number = people.id_number_of(person_id, by=BY, purpose=PURPOSE)
        phone = people.phone_of(person_id, by=BY, purpose=PURPOSE)
        if person is not None and id_number and phone:
            yield {
                "name": person.name,
                "id_number": id_number,
                "phone": phone,
                "card_number": card_number(person_id),
                "campus_no": person.campus_no,
            }


def card_number(person_id: int) -> str:
    """19 digits with their check digit, the same at every start."""
    body = f"{FIRST_DIGITS}{person_id:012d}"
    digits = [int(one) for one in reversed(body)]
    total = sum(digits[1::2]) + sum(sum(divmod(2 * one, 10)) for one in digits[0::2])
    return f"{body}{-total % 10}"
