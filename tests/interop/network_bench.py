"""The bench of the network: the lab's cables with openNDS, a switch port and a VPN gateway of real programs, before a campus that runs.

One person of the staff, made for it, is on line by all three: at the page behind openNDS, by 802.1X, by VPN.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from nanhu.services.network import gateways
from nanhu.testing.patience import PATIENCE_SECONDS
from nanhu.testing.ports import free_ports
from tests.conftest import ROOT, open_folder
from tests.interop import freeradius, network_lab
from tests.interop.freeradius import FreeRadius
from tests.interop.network_lab import FASKEY, GATEWAY, NAME, ORDERS, OUTSIDE, SWITCH, UPLINK, VPN_KEY, VPN_UPLINK, Lab

PASSWORD = "Reed-Boat-1995"
NETWORK = ROOT / "src/nanhu/services/network"
OPENNDS_AGENT = NETWORK / "portal/data/nanhu-opennds-agent"
OCSERV_AGENT = NETWORK / "reach/data/nanhu-ocserv-agent"
FIELD = re.compile(r'name="(visit|csrfmiddlewaretoken)" value="([^"]+)"')
OPENING = re.compile(r'href="(http://[^"]+opennds_auth[^"]+)"')
SET_UP = """
import json
from pathlib import Path
from uuid import uuid4
from django.core.management import call_command
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.identity.models import Account
from nanhu.platforms.identity.queries import card_of, live_affiliations
from nanhu.sample.cast import MEMBERS
from nanhu.services.network import api as network
from nanhu.services.network import sample as network_sample
from nanhu.services.network.reach.models import VpnGrant
by = Actor.system("test")
call_command("radius_key", "wired", register="校园有线网", into=Path({into!r}))
call_command("radius_key", "vpn", register="校园 VPN", second_factor=False, into=Path({into!r}))

def nas(address, identifier, name, kind, style, secret, application="wifi"):
    found, _new = network.Nas.objects.get_or_create(
        address=address, identifier=identifier, withdrawn_at=None, defaults=dict(name=name, kind=kind)
    )
    found.kind, found.style, found.secret, found.coa_port = kind, style, secret, 3799
    found.applications = [application]
    found.save()
    return found

portal = nas({uplink!r}, "", "lab", "opennds", "opennds", "")
nas({uplink!r}, {switch!r}, "lab-switch", "switch", "session-id", {orders!r}, "wired")
nas({vpn!r}, "", "lab-vpn", "ocserv", "ocserv", {vpn_key!r}, "vpn")
network_sample.set_portal_gateway(
    by=by, nas=portal, kind="opennds", name={name!r}, networks="10.98.1.0/24", secret={faskey!r}, host="{gateway}:2050"
)
cast = [member.campus_no for member in MEMBERS]
waiting = Account.objects.filter(state="awaiting_activation", person__affiliations__kind="staff").order_by("pk")[:50]
faces = [(live_affiliations(card_of(one)), one) for one in waiting]
number = next(held[0].campus_no for held, _one in faces if [face.kind for face in held] == ["staff"] and held[0].campus_no not in cast)
account = identity_sample.set_password_for_sample(by=by, campus_no=number, password={password!r})
VpnGrant.objects.create(
    token=uuid4(), person_id=account.person_id, purpose="试验", until=campus_today(), promise_version="2026-11",
    state="open", opened_at=now(),
)
print(json.dumps(number))
"""
SUSPEND = """
import json, time
from nanhu.kernel.actors import Actor
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity.lifecycle import suspensions
from nanhu.services.network.models import Session
account = identity.account_with({number!r})
rows = Session.objects.filter(person_id=account.person_id)
given_up = time.monotonic() + {patience}
while (standing := set(rows.filter(stopped_at=None).values_list("service", flat=True))) != {services!r}:
    assert time.monotonic() < given_up, f"on line by {{standing}} alone"
    time.sleep(0.2)
suspensions.suspend(by=Actor.system("test"), account_id=account.pk, reason="核查")
began, took = time.monotonic(), {{}}
while set(took) != {services!r} and time.monotonic() < given_up:
    open_ones = set(rows.filter(stopped_at=None).values_list("service", flat=True))
    took |= {{one: round(time.monotonic() - began, 1) for one in {services!r} - open_ones - set(took)}}
    time.sleep(0.1)
print(json.dumps(took))
"""
RESUME = """
from nanhu.kernel.actors import Actor
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity.lifecycle import suspensions
suspensions.resume(by=Actor.system("test"), account_id=identity.account_with({number!r}).pk, reason="核查")
"""
SERVICES = {"wifi", "wired", "vpn"}


@dataclass
class Bench:
    lab: Lab
    radius: FreeRadius
    number: str
    shell: Callable[[str], str]

    def sign_in(self) -> str:
        """As any browser behind openNDS: led to the page, the password, what the page refreshes to. The address of the page that follows."""
        lab = self.lab
        _status, to, _body = lab.fetch(f"http://{OUTSIDE}/")
        fields = dict(FIELD.findall(lab.fetch(to)[2]))
        said = {**fields, "username": self.number, "password": PASSWORD}
        status, on, page = lab.fetch(f"http://{OUTSIDE}:{lab.port}/wifi/", *form(said))
        assert status == 303, page
        opening = OPENING.search(lab.fetch(on)[2])
        assert opening is not None, on
        lab.fetch(opening[1].replace("&amp;", "&"))
        return on

    def sign_out(self, on: str) -> None:
        token = dict(FIELD.findall(self.lab.fetch(f"{on}?back")[2]))["csrfmiddlewaretoken"]
        assert self.lab.fetch(on, *form({"csrfmiddlewaretoken": token}))[0] == 303

    def suspend(self) -> dict[str, float]:
        """Once all three sessions stand; seconds until each had ended."""
        asked = SUSPEND.format(number=self.number, services=SERVICES, patience=PATIENCE_SECONDS / 2)
        found: dict[str, float] = json.loads(self.shell(asked).splitlines()[-1])
        return found

    def resume(self) -> None:
        self.shell(RESUME.format(number=self.number))


def form(said: dict[str, str]) -> list[str]:
    return [part for name, value in said.items() for part in ("--data-urlencode", f"{name}={value}")]


@contextmanager
def bench(shell: Callable[[str], str], campus_port: int) -> Iterator[Bench]:
    """`shell` runs a piece of the campus's Python and gives what it printed."""
    with (
        open_folder() as folder,
        open_folder() as radius_folder,
        network_lab.lab(Path(folder), campus_port) as lab,
        radius_server(Path(radius_folder), shell) as (radius, number),
    ):
        lab.start_switch(radius)
        lab.start_vpn(radius)
        lab.start_gateway()
        lab.start_agent(OPENNDS_AGENT, f"http://{OUTSIDE}:{lab.port}", gateways.agent_key(FASKEY))
        lab.start_vpn_agent(OCSERV_AGENT, f"http://{OUTSIDE}:{lab.port}", gateways.agent_key(VPN_KEY))
        yield Bench(lab, radius, number, shell)


@contextmanager
def radius_server(folder: Path, shell: Callable[[str], str]) -> Iterator[tuple[FreeRadius, str]]:
    """Of the switch and of the VPN gateway, at this machine's addresses in the lab; and the number of the person."""
    radius = freeradius.laid_out(folder, *free_ports(2))
    facts = {"into": str(folder / "ours"), "uplink": UPLINK, "vpn": VPN_UPLINK, "switch": SWITCH, "orders": ORDERS}
    said = {**facts, "vpn_key": VPN_KEY, "name": NAME, "faskey": FASKEY, "gateway": GATEWAY, "password": PASSWORD}
    told = shell(SET_UP.format(**said))
    for key, source in (("wired", UPLINK), ("vpn", VPN_UPLINK)):
        radius.lay_in(key, source=source)
    listener = folder / "sites-available" / "nanhu"
    listener.write_text(listener.read_text().replace("127.0.0.1", "*"))
    freeradius.given_to(folder, "freerad")
    radius.start()
    try:
        yield radius, json.loads(told.splitlines()[-1])
    finally:
        radius.stop()
