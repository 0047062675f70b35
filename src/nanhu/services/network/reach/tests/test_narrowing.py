"""Who is inside when a reach list narrows: said before, put off once ocserv's files say less, believed when the tunnel has ended."""

from datetime import timedelta

import pyotp
import pytest
import time_machine
from django.core.management import call_command
from django.test import Client

from nanhu.kernel.clock import now
from nanhu.kernel.models import AuditEntry
from nanhu.services.network import api as network
from nanhu.services.network.models import Disconnect, Session
from nanhu.services.network.reach import jobs
from nanhu.services.network.reach.models import ReachFiles, ReachList
from nanhu.services.network.reach.registrations import check_reach
from nanhu.services.network.reach.services import narrowing
from nanhu.services.network.reach.tests.conftest import PASSWORD, SECRET, give_totp
from nanhu.services.network.reach.tests.test_reach import LISTS, Keepers, said

GATEWAY, KEY = "192.0.2.9", "secret-of-that-gateway"


@pytest.fixture
def clock():
    with time_machine.travel(now(), tick=False) as travelling:
        yield travelling


@pytest.fixture
def keeper(school):
    return Keepers(school)


class Tunnels:
    """ocserv with its files in a folder and its agent."""

    def __init__(self, school, door, folder):
        self.school, self.door, self.folder = school, door, folder
        facts = {"kind": "ocserv", "style": "ocserv", "applications": ["vpn"], "secret": KEY}
        network.Nas.objects.create(name="VPN", address=GATEWAY, **facts)

    def write(self):
        call_command("network_vpn_config", "--into", str(self.folder))

    def connect(self, number, sid=""):
        give_totp(number)
        self.school.granted(number)
        self.come_in(number, sid or number)

    def come_in(self, number, sid):
        answer = self.door.knocks(number, PASSWORD + pyotp.TOTP(SECRET).at(now()))
        assert answer.status_code == 200, answer.content
        self.account("start", sid, answer.json()["reply:Class"]["value"])

    def account(self, status, sid, classes=()):
        said = {"status": status, "sid": sid, "service": "vpn", "classes": list(classes), "application": "vpn"}
        network.account(network.Record(nas=GATEWAY, station="203.0.113.7", **said))

    def told(self, *sids):
        listed = [{"ID": number, "Full session": sid} for number, sid in enumerate(sids, 1)]
        headers = {"X-Nanhu-Gateway-Key": network.agent_key(KEY)}
        answer = Client().post("/network/vpn/agent", listed, content_type="application/json", headers=headers)
        return answer.content.decode().split()[1::2]


@pytest.fixture
def tunnels(school, door, tmp_path):
    return Tunnels(school, door, tmp_path)


@pytest.mark.capability("A157.1")
def test_who_is_inside_with_more_than_a_narrower_list_gives_comes_in_anew(school, keeper, tunnels, clock):
    keeper.enter()
    keeper.enter(name="院长", office="head", networks="10.1.9.0/24", ports="8443")
    tunnels.write()
    tunnels.connect("T1")
    clock.shift(timedelta(seconds=5))
    tunnels.connect("H1")
    clock.shift(timedelta(seconds=5))
    narrower = {"name": "院长", "office": "head", "networks": "10.1.9.0/25", "ports": "8443"}
    page = keeper.post(f"{LISTS}new/", said(**narrower)).content.decode()
    assert '现在连着、会断开重连的</dt><dd class="num">1<' in page
    for networks, ports, count in (("10.1.8.0/23", "8443", 0), ("10.1.9.0/24", "443", 1)):
        other = said(**narrower | {"networks": networks, "ports": ports})
        page = keeper.post(f"{LISTS}new/", other).content.decode()
        assert f'现在连着、会断开重连的</dt><dd class="num">{count}<' in page, (networks, ports)
    keeper.enter(**narrower)
    assert jobs.put_off() == 0, "the gateway would let him in with the same"
    assert "还没有重写" in check_reach().message
    tunnels.write()
    assert "还没有重写" not in check_reach().message
    assert (jobs.put_off(), jobs.put_off()) == (1, 0)
    assert tunnels.told("T1", "H1") == ["2"], "whose reach is what it was stays"
    row = Disconnect.objects.select_related("session").get()
    assert (row.session.sid, row.cause, row.state) == ("H1", "ours:reach", "waiting")
    assert row.session.stopped_at is None, "told to go is not gone"
    assert AuditEntry.objects.filter(action="network.disconnect").count() == 1
    tunnels.account("stop", "H1")
    assert Session.objects.get(sid="H1").cause == "ours:reach"
    clock.shift(timedelta(seconds=60))
    tunnels.come_in("H1", "H1-2")
    assert jobs.put_off() == 0


@pytest.mark.capability("A157.1")
def test_of_two_tunnels_from_one_address_the_one_that_has_more_ends_and_the_other_stays(keeper, tunnels, clock):
    keeper.enter(networks="10.1.8.0/23")
    tunnels.write()
    tunnels.connect("T1", "old")
    ended = ReachList.objects.get()
    assert keeper.one.post(f"{LISTS}{ended.public_id}/end/").status_code == 302
    clock.shift(timedelta(seconds=60))
    tunnels.write()
    tunnels.come_in("T1", "new")
    assert jobs.put_off() == 1
    clock.shift(timedelta(seconds=60))
    for sid in ("old", "new"):
        tunnels.account("interim", sid, [Session.objects.get(sid=sid).grant.code])
    assert tunnels.told("old", "new") == ["1"]
    tunnels.account("stop", "old")
    assert [(one.sid, one.state, one.note) for one in Session.objects.filter(stopped_at=None)] == [("new", "open", "")]


@pytest.mark.capability("A157.1")
def test_of_many_inside_a_few_at_a_time_are_put_off_and_the_end_of_a_list_says_how_many(
    school, keeper, tunnels, clock, monkeypatch
):
    monkeypatch.setattr(narrowing, "AT_ONCE", 2)
    keeper.enter()
    keeper.enter(name="财务", networks="10.1.9.0/24")
    tunnels.write()
    clock.shift(timedelta(seconds=5))
    tunnels.connect("T1", "0")
    for sid in "1234":
        tunnels.account("start", sid, [Session.objects.get(sid="0").grant.code])
    [ended] = ReachList.objects.filter(name="财务")
    page = keeper.one.post(f"{LISTS}{ended.public_id}/end/", follow=True).content.decode()
    assert "现在连着的 5 条 VPN 会断开重连" in page
    clock.shift(timedelta(seconds=5))
    tunnels.write()
    gone = []
    for _turn in range(4):
        jobs.put_off()
        gone.append(Disconnect.objects.count())
    assert gone == [2, 4, 5, 5]


def test_what_the_files_said_is_forgotten_once_nobody_can_be_inside_by_it(keeper, tunnels, clock):
    keeper.enter()
    for days in (0, 30, 6):
        clock.shift(timedelta(days=days))
        tunnels.write()
    assert ReachFiles.objects.count() == 3
    clock.shift(timedelta(days=31))
    tunnels.write()
    assert ReachFiles.objects.count() == 3, "the one before the last five weeks is what stood at their beginning"


def test_files_noted_by_a_clock_that_was_set_forward_put_off_nobody_who_came_in_by_newer_ones(keeper, tunnels, clock):
    keeper.enter()
    clock.shift(timedelta(days=1))
    tunnels.write()
    clock.shift(timedelta(days=-1))
    keeper.enter(name="财务", networks="10.1.9.0/24")
    tunnels.write()
    tunnels.connect("T1")
    assert jobs.put_off() == 0, "he would come in with the same, and be put off again"
    assert "还没有重写" not in check_reach().message
