"""A teacher with phones on the Wi-Fi of an emulated controller; a policy of two devices; an openNDS gateway beside it."""

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from django.test import Client

from nanhu.kernel import outgoing
from nanhu.kernel.clock import campus_today, now
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity.protocols.radius.services import clients
from nanhu.platforms.people import api as people
from nanhu.services.network import api as network
from nanhu.services.network.models import Session
from nanhu.services.network.portal.adapters import portal20
from nanhu.services.network.portal.models import PortalGateway, SignIn
from nanhu.services.network.portal.services import gateways
from nanhu.services.network.portal.tests.air import NAME, NAS_ADDRESS, SECRET, Air, air
from nanhu.testing.members import PASSWORD, SYSTEM, open_staff

FASKEY = "faskey-of-the-lab-1234"
TOKEN = "92938a9b"
HID = hashlib.sha256(TOKEN.encode()).hexdigest()
"""As openNDS 10.3 makes it."""
NDS_MAC, NDS_IP = "02:11:22:33:44:0f", "10.30.1.20"
FIELD = re.compile(r'name="(visit|proof)" value="([^"]+)"')


@dataclass
class Phone:
    """A browser on a phone: its cookies, and where it comes from."""

    client: Client
    address: str
    query: dict[str, str]

    def open(self) -> Any:
        return self.client.get("/wifi/", self.query, REMOTE_ADDR=self.address)

    def send(self, page: Any, **said: str) -> Any:
        fields = dict(FIELD.findall(page.content.decode()))
        return self.client.post("/wifi/", fields | said, REMOTE_ADDR=self.address)

    def sign_in(self, number: str = "T1", password: str = PASSWORD, **more: str) -> Any:
        return self.send(self.open(), username=number, password=password, **more)

    def follow(self, answer: Any) -> Any:
        return self.client.get(answer["Location"], REMOTE_ADDR=self.address)


@dataclass
class Field:
    air: Air
    gateway: PortalGateway
    nds: PortalGateway
    person_id: int
    key: str

    def phone(self, which: str, client: Client | None = None) -> Phone:
        one = self.air.phones[which]
        query = {"wlanuserip": one.address, "wlanacname": NAME, "mac": one.mac, "ssid": one.ssid}
        return Phone(client or Client(), one.address, query)

    def behind_nds(self, **more: str) -> Phone:
        facts = {
            "hid": HID,
            "clientip": NDS_IP,
            "clientmac": NDS_MAC,
            "gatewayname": "campus",
            "gatewayaddress": "10.30.0.1:2050",
            **more,
        }
        text = ", ".join(f"{name}={value}" for name, value in facts.items())
        return Phone(Client(), NDS_IP, {"fas": base64.b64encode(text.encode()).decode()})

    def agent(self, *through: str, listed: tuple[str, ...] = (NDS_MAC,), key: str = "", **more: str) -> Any:
        """`more`: counters of each client, as openNDS names them."""
        told = {
            "clients": {
                mac: {
                    "ip": NDS_IP,
                    "token": TOKEN,
                    "state": "Authenticated" if mac in through else "Preauthenticated",
                    **more,
                }
                for mac in listed
            }
        }
        headers = {"X-Nanhu-Gateway": "nds-1", "X-Nanhu-Gateway-Key": key or network.agent_key(FASKEY)}
        return Client().post("/wifi/agent", told, content_type="application/json", headers=headers)

    def open_ones(self) -> list[network.SessionLine]:
        return [one for one in network.sessions_of(self.person_id) if one.state == "open"]

    def last(self) -> SignIn:
        return SignIn.objects.order_by("-asked_at")[0]


def fall_silent(nas_id: int) -> None:
    """An hour ago, amid a session of which it tells nothing since."""
    last = now() - timedelta(hours=1)
    network.Nas.objects.filter(pk=nas_id).update(last_heard_at=last)
    begun = last - timedelta(hours=1)
    Session.objects.create(nas_id=nas_id, sid="amid", service="wifi", started_at=begun, updated_at=last)


@pytest.fixture
def field(db: None, monkeypatch: pytest.MonkeyPatch) -> Field:
    open_staff({"T1": "林晓湖", "T2": "周敏"})
    application = identity.register_application(by=SYSTEM, key="wifi", name="校园无线网", owner="信息中心")
    key = clients.issue_key(by=SYSTEM, application=application, session_seconds=3600)
    network.Policy.objects.create(
        role="staff", service="wifi", devices=2, starts_on=campus_today(), reason="试验", created_by_name="test"
    )
    controller = network.Nas.objects.create(name="南院控制器", address=NAS_ADDRESS, kind="portal20", style="portal20")
    nds = network.Nas.objects.create(name="试验网关", address="10.30.0.1", kind="opennds", style="opennds")
    found = air(key)
    monkeypatch.setattr(portal20, "exchange", found.exchange)
    monkeypatch.setattr(outgoing, "own_networks", lambda: (ip_network("10.20.0.0/16"),))
    monkeypatch.setattr(portal20, "send", lambda *_packet: None)
    person = people.find_person_by_campus_no("T1")
    assert person is not None
    return Field(
        air=found,
        gateway=gateways.enter(
            by=SYSTEM, nas=controller, kind="portal20", name=NAME, networks="10.20.0.0/16", secret=SECRET
        ),
        nds=gateways.enter(
            by=SYSTEM,
            nas=nds,
            kind="opennds",
            name="nds-1",
            networks="10.30.0.0/16",
            secret=FASKEY,
            host="10.30.0.1:2050",
        ),
        person_id=person,
        key=key,
    )
