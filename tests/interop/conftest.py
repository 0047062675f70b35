"""The network of the shared campus: one FreeRADIUS for Wi-Fi and VPN, and people of their own to change."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from nanhu.testing.ports import free_ports
from tests.conftest import Campus, open_folder
from tests.interop import freeradius
from tests.interop.freeradius import FreeRadius

PASSWORD = "Reed-Boat-1995"
VPN_GATEWAY, CODES_GATEWAY = "127.0.0.2", "127.0.0.3"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
WHO = ("student", "refused", "suspended", "device", "changer")
SET_UP = f"""
import json
from uuid import uuid4
from nanhu.platforms.identity import sample as identity_sample
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.platforms.identity.factors.models import TotpFactor
from nanhu.platforms.identity.models import Account, Application
from nanhu.platforms.identity.queries import card_of, live_affiliations
from nanhu.platforms.identity.personal.services import app_passwords
from nanhu.platforms.identity.registry.services.rules import add_rule
from nanhu.platforms.identity.lifecycle import suspensions
from nanhu.platforms.people.models import Affiliation
from nanhu.sample.cast import MEMBERS
from nanhu.services.network.reach.models import VpnGrant
by = Actor.system("test")
cast = [member.campus_no for member in MEMBERS]
students = Affiliation.objects.filter(kind="student").exclude(campus_no__in=cast).order_by("campus_no")
numbers = []
for number in students.values_list("campus_no", flat=True):
    account = Account.objects.filter(person__affiliations__campus_no=number, state="awaiting_activation").first()
    if account is not None and [one.kind for one in live_affiliations(card_of(account))] == ["student"]:
        numbers.append(number)
    if len(numbers) == {len(WHO)}:
        break
people = dict(zip({WHO!r}, numbers, strict=True))
held = {{
    who: identity_sample.set_password_for_sample(by=by, campus_no=number, password={PASSWORD!r}) for who, number in people.items()
}}
wifi = Application.objects.get(key="wifi")
add_rule(by=by, application=wifi, effect="deny", account=held["refused"], reason="停用无线网")
vpn = Application.objects.get(key="vpn")
for who in ("student", "changer"):
    add_rule(by=by, application=vpn, effect="allow", account=held[who], reason="课题组")
    VpnGrant.objects.create(
        token=uuid4(), person_id=held[who].person_id, purpose="课题组", until=campus_today(), promise_version="2026-11",
        state="open", opened_at=now(),
    )
suspensions.suspend(by=by, account_id=held["suspended"].pk, reason="核查")
TotpFactor.objects.create(account=held["student"], secret={TOTP_SECRET!r}, confirmed_at=now())
secrets = {{name: app_passwords.make(by=by, account=held["device"], name=name, service=name) for name in ("network", "mail")}}
print(json.dumps({{"people": people, "secrets": secrets}}))
"""


@dataclass
class Network:
    """`people` maps a part to a campus number; all had PASSWORD. `secrets` are app passwords of "device"."""

    campus: Campus
    radius: FreeRadius
    people: dict[str, str]
    secrets: dict[str, str]


@pytest.fixture(scope="session")
def network(campus: Campus) -> Iterator[Network]:
    with open_folder() as folder:
        radius = freeradius.laid_out(folder, *free_ports(2))
        radius.add(campus, "wifi", "校园无线网", source="127.0.0.1")
        radius.add(campus, "vpn", "校园 VPN", source=VPN_GATEWAY, more=("--no-second-factor",))
        radius.add(campus, "codes", "远程接入", source=CODES_GATEWAY, more=("--second-factor",))
        freeradius.given_to(folder, "freerad")
        done = replace(campus, environment=campus.environment | {"NANHU_DEMO": "true"}).nanhu(
            "shell", "--no-imports", "--command", SET_UP
        )
        assert done.returncode == 0, done.stderr
        radius.start()
        try:
            yield Network(campus, radius, **json.loads(done.stdout.splitlines()[-1]))
        finally:
            radius.stop()
