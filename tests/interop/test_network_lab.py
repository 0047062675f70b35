"""The captive page with a real openNDS gateway between a client and the internet, in namespaces: closed, open, closed again."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from nanhu.services.network.portal.adapters import opennds
from tests.conftest import ROOT, Campus, open_folder
from tests.interop import network_lab
from tests.interop.network_lab import FASKEY, GATEWAY, NAME, OUTSIDE, UPLINK, Lab

NUMBER, PASSWORD = "14231200001", "Nanhu-lake-2026"
AGENT = ROOT / "src/nanhu/services/network/portal/data/nanhu-opennds-agent"
SET_UP = f"""
from nanhu.kernel.actors import Actor
from nanhu.services.network import api as network
from nanhu.services.network.portal.services import gateways
by = Actor.system("test")
nas, _new = network.Nas.objects.get_or_create(
    address="{UPLINK}", identifier="", withdrawn_at=None, defaults=dict(name="lab", kind="opennds")
)
nas.kind = nas.style = "opennds"
nas.save()
gateways.set_gateway(
    by=by, nas=nas, kind="opennds", name="{NAME}", networks="10.98.1.0/24", secret="{FASKEY}", host="{GATEWAY}:2050"
)
print("done")
"""
SESSIONS = """
from nanhu.services.network.models import Session
print("state", *(one.state + ":" + one.station for one in Session.objects.filter(nas__address="{address}").order_by("-pk")[:1]))
"""
FIELD = re.compile(r'name="(visit|csrfmiddlewaretoken)" value="([^"]+)"')
pytestmark = pytest.mark.skipif(bool(network_lab.missing()), reason=network_lab.missing() or "there")


@pytest.fixture
def lab(campus: Campus) -> Iterator[Lab]:
    done = campus.nanhu("shell", "--no-imports", "--command", SET_UP)
    assert "done" in done.stdout, done.stderr
    with open_folder() as folder, network_lab.lab(Path(folder), campus.port("web")) as made:
        made.start_agent(AGENT, f"http://{OUTSIDE}:{made.port}", opennds.agent_key(FASKEY))
        yield made


def told(campus: Campus) -> str:
    done = campus.nanhu("shell", "--no-imports", "--command", SESSIONS.format(address=UPLINK))
    return next(line for line in done.stdout.splitlines() if line.startswith("state"))


def form(said: dict[str, str]) -> list[str]:
    return [part for name, value in said.items() for part in ("--data-urlencode", f"{name}={value}")]


def through_the_forwarder(lab: Lab, campus: Campus, address: str) -> str:
    return address.replace(campus.url, f"http://{OUTSIDE}:{lab.port}").replace(
        campus.url.replace(":", "%3A").replace("/", "%2F"), f"http%3A%2F%2F{OUTSIDE}%3A{lab.port}"
    )


def test_closed_then_open_by_the_page_then_closed_by_it_again(lab: Lab, campus: Campus) -> None:
    assert bytes.fromhex(lab.lease["opt114"]).decode() == f"http://{OUTSIDE}:{lab.port}/wifi/capport"
    assert not lab.is_open()
    status, to, _body = lab.fetch(f"http://{OUTSIDE}/")
    assert (status, to.startswith(f"http://{OUTSIDE}:{lab.port}/wifi/?fas=")) == (307, True), (status, to)

    status, _to, page = lab.fetch(to)
    fields = dict(FIELD.findall(page))
    assert status == 200, page
    said = {**fields, "username": NUMBER, "password": PASSWORD}
    status, to, page = lab.fetch(f"http://{OUTSIDE}:{lab.port}/wifi/", *form(said))
    assert status == 303, page
    on = through_the_forwarder(lab, campus, to)
    opening = re.search(r'href="(http://[^"]+opennds_auth[^"]+)"', lab.fetch(on)[2])
    assert opening is not None
    lab.fetch(through_the_forwarder(lab, campus, unescape(opening[1])))

    took = lab.until(lab.is_open, "it was not opened")
    lab.until(lambda: f"open:{lab.mac()}" in told(campus), "no session stands")
    lab.until(lambda: "已上线" in lab.fetch(f"{on}?back")[2], "the page does not say so")

    token = dict(FIELD.findall(lab.fetch(f"{on}?back")[2]))["csrfmiddlewaretoken"]
    assert lab.fetch(on, *form({"csrfmiddlewaretoken": token}))[0] == 303
    left = lab.until(lambda: not lab.is_open(), "it was not closed")
    lab.until(lambda: told(campus) == "state closed:" + lab.mac(), "the session stands on")
    print(f"opened in {took:.1f} s, closed in {left:.1f} s")
