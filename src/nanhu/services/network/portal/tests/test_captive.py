"""The captive page as a phone meets it: password, one tap, the cap, the gateway, out again; and who must not come in by it."""

import re
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier, BrokenBarrierError, Thread
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.db import connection
from django.test import Client

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.events import deliver_pending
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.retries import drive
from nanhu.platforms.identity import hashing
from nanhu.platforms.identity.api import PasswordChanged, account_with
from nanhu.platforms.identity.lifecycle import accounts, counter, suspensions
from nanhu.platforms.identity.models import AccessRule, Application
from nanhu.platforms.identity.personal.models import AppPassword
from nanhu.platforms.identity.personal.services import app_passwords
from nanhu.platforms.identity.services import limits, setup
from nanhu.platforms.people import api as people
from nanhu.platforms.people.api import PersonsMerged
from nanhu.platforms.people.models import Affiliation
from nanhu.services.network import api as network
from nanhu.services.network.models import Session
from nanhu.services.network.portal import browsers
from nanhu.services.network.portal.adapters import opennds
from nanhu.services.network.portal.models import PortalGateway, SignIn, Trust
from nanhu.services.network.portal.services import gateways, signing_in
from nanhu.services.network.portal.subscribers import follow_accounts, rekey
from nanhu.services.network.portal.tests.air import NAS_ADDRESS
from nanhu.services.network.portal.tests.conftest import FASKEY, HID, NDS_MAC, Field, Phone
from nanhu.services.network.services import devices
from nanhu.services.network.services.disconnecting import OUTBOX
from nanhu.testing import merging
from nanhu.testing.members import PASSWORD, SYSTEM
from nanhu.testing.patience import PATIENCE_SECONDS
from nanhu.testing.sessions import signed_in

BUDGET = 30_000
SYSTEMS_ASK = {
    "generate_204": b"",
    "gen_204": b"",
    "hotspot-detect.html": b"<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>",
    "ncsi.txt": b"Microsoft NCSI",
    "connecttest.txt": b"Microsoft Connect Test",
    "library/test/success.html": b"<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>",
    "redirect": b"",
    "canonical.html": b'<meta http-equiv="refresh" content="0;url=https://support.mozilla.org/kb/captive-portal"/>',
    "success.txt": b"success\n",
    "check_network_status.txt": b"NetworkManager is online\n",
    "nm": b"NetworkManager is online\n",
}
"""What the own servers of Android, Apple, Windows, Firefox and Linux say to who is on line."""
NEW = "Reed-and-harbour-93"


def on_line(field: Field, which: str, client: Client | None = None) -> Client:
    phone = field.phone(which, client)
    done = phone.sign_in(remember="on")
    assert done.status_code == 303, done.content.decode()
    return phone.client


@pytest.mark.capability("A172.1")
def test_any_page_leads_to_the_sign_in_and_one_password_opens_the_network(field: Field) -> None:
    phone = field.phone("a")
    probe = Client().get("/generate_204", REMOTE_ADDR=phone.address, headers={"host": "connectivitycheck.gstatic.com"})
    captive = Client().get("/wifi/capport", REMOTE_ADDR=phone.address)
    looked = Client().head("/generate_204", REMOTE_ADDR=phone.address)
    poster = Client().get("/", phone.query, REMOTE_ADDR=phone.address, headers={"host": "wifi.hnist.edu.cn"})
    led = Client().get("/wifi/", REMOTE_ADDR=phone.address)
    asked = [Client().get(f"/{path}", REMOTE_ADDR=phone.address) for path in SYSTEMS_ASK]
    answer = phone.follow(phone.sign_in())

    assert (led.status_code, led["Location"]) == (302, "http://192.0.2.1/"), (
        "the gateway takes it and adds its parameters"
    )
    assert (probe.status_code, probe["Location"]) == (302, captive.json()["user-portal-url"])
    assert {"private", "no-store"} <= set(probe["Cache-Control"].replace(" ", "").split(",")), "nor what it was told"
    assert (looked.status_code, looked["Location"]) == (302, probe["Location"])
    assert poster["Location"] == f"{probe['Location']}?{urlencode(phone.query)}", "with what the gateway added"
    assert [one.headers.get("Location") for one in asked] == [probe["Location"]] * len(SYSTEMS_ASK), "each system's"
    assert captive["Content-Type"] == "application/captive+json"
    assert {"private", "no-store"} <= set(captive["Cache-Control"].replace(" ", "").split(","))
    assert captive.json()["captive"] is True
    at_home = [Client().get(path, REMOTE_ADDR="198.51.100.7") for path in ("/wifi/capport", "/generate_204")]
    assert (at_home[0].json()["captive"], at_home[1].status_code) == (False, 204), "whoever is in none of our networks"
    assert "已上线" in answer.content.decode()
    assert not Trust.objects.exists(), "who did not ask for it is not remembered"
    [session] = field.open_ones()
    assert (session.station, session.address) == (field.air.phones["a"].mac, phone.address)
    told = Client().get("/wifi/capport", REMOTE_ADDR=phone.address).json()
    assert told["captive"] is False
    assert 0 < told["seconds-remaining"] <= 8 * 3600
    assert told["venue-info-url"].endswith("/wifi/test/")
    assert told["can-extend-session"] is True
    assert "can-extend-session" not in captive.json(), "nothing is on line there"
    assert Client().get("/generate_204", REMOTE_ADDR=phone.address).status_code == 204
    for path, content in SYSTEMS_ASK.items():
        assert Client().get(f"/{path}", REMOTE_ADDR=phone.address).content == content


def test_a_teacher_who_studies_has_the_places_of_a_teacher(field: Field) -> None:
    account_with("T1").person.affiliations.create(kind="student", campus_no="S77", starts_on=date(2023, 9, 1))
    network.Policy.objects.create(
        role="student", service="wifi", devices=1, starts_on=campus_today(), reason="试验", created_by_name="test"
    )
    for which in "ab":
        on_line(field, which)
    assert len(field.open_ones()) == 2
    assert "2/2" in signed_in("T1").get("/network/devices/").content.decode()


def test_a_controller_that_reports_keeps_a_phone_on_line_at_the_cap(field: Field) -> None:
    """The emulated one, too: a quarter of an hour without a word makes a session silent, and its place free."""
    on_line(field, "a")
    with time_machine.travel(now() + timedelta(minutes=14), tick=False) as clock:
        field.air.tell_interims()
        clock.shift(timedelta(minutes=14))
        assert Session.objects.get(stopped_at=None).state == "open"
        clock.shift(timedelta(minutes=2))
        assert Session.objects.get(stopped_at=None).state == "stale"


def test_silence_of_the_accounting_makes_nobody_captive_and_the_end_of_the_session_does(field: Field) -> None:
    """FreeRADIUS, or the campus itself, was away for two hours."""
    on_line(field, "a")
    here = field.phone("a").address

    def told() -> tuple[bool, int, str]:
        probe = Client().get("/generate_204", REMOTE_ADDR=here, headers={"host": "connectivitycheck.gstatic.com"})
        why = Client().get("/network/why/", REMOTE_ADDR=here).content.decode()
        return (
            Client().get("/wifi/capport", REMOTE_ADDR=here).json()["captive"],
            probe.status_code,
            "已经在线" if "已经在线" in why else "还没有登录" if "还没有登录" in why else why,
        )

    with time_machine.travel(now() + timedelta(hours=2), tick=False):
        assert told() == (False, 204, "已经在线")
        assert Client().get("/wifi/", REMOTE_ADDR=here).status_code == 200
    with time_machine.travel(now() + timedelta(hours=9), tick=False):
        assert told() == (True, 302, "还没有登录"), "its grant is over"
    field.air.off(field.air.phones["a"], "Lost-Carrier")
    assert told() == (True, 302, "还没有登录")


@pytest.mark.capability("A172.2")
def test_a_device_that_was_here_comes_on_line_by_one_tap_also_under_another_mac(field: Field) -> None:
    client = on_line(field, "a")
    [cookie] = [one for name, one in client.cookies.items() if name.endswith("nanhu_wifi")]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    field.air.off(field.air.phones["a"], "Lost-Carrier")
    field.air.phones["a"].mac = "02:99:22:33:44:0a"
    phone = field.phone("a", client)
    page = phone.open()
    done = phone.send(page, do="tap")

    assert 'type="password"' not in page.content.decode()
    assert done.status_code == 303
    [session] = field.open_ones()
    [device] = network.devices_of(field.person_id)
    assert session.device_id == device.pk
    assert device.macs[-1] == "02:99:22:33:44:0a"
    for days, is_asked in ((29, False), (31, True)):
        with time_machine.travel(now() + timedelta(days=days), tick=False):
            assert ('type="password"' in phone.open().content.decode()) is is_asked


@pytest.mark.capability("A172.2", "A029.1")
def test_a_new_password_ends_the_trust_and_another_person_takes_the_device(field: Field) -> None:
    phone = field.phone("a", on_line(field, "a"))
    follow_accounts([PasswordChanged(account_id=account_with("T1").pk, person_id=field.person_id)])
    assert 'type="password"' in phone.open().content.decode()
    assert phone.send(phone.open(), do="tap").status_code == 200

    phone.follow(phone.sign_in("T2", remember="on"))
    assert Trust.objects.get().campus_no == "T2"
    assert 'type="password"' in phone.send(phone.open(), do="forget").content.decode()
    assert not Trust.objects.exists()


@pytest.mark.capability("A174.1")
def test_at_the_cap_the_person_chooses_and_nobody_is_dropped_unasked(field: Field) -> None:
    for which in "ab":
        on_line(field, which)
    network_rows = network.sessions_of(field.person_id)
    phone = field.phone("c")
    page = phone.sign_in()

    assert page.status_code == 409
    assert len(field.open_ones()) == 2
    text = page.content.decode()
    assert text.index(f'value="{network_rows[0].session_id}" checked') < text.index(
        f'value="{network_rows[1].session_id}"'
    )
    assert PASSWORD not in text

    done = phone.send(page, do="choose", session=str(network_rows[0].session_id))
    assert done.status_code == 303
    states = {one.session_id: one.state for one in network.sessions_of(field.person_id)}
    assert states[network_rows[0].session_id] == "closing"
    assert states[network_rows[1].session_id] == "open"


def test_what_is_being_put_off_holds_its_place_and_is_chosen_no_more(field: Field) -> None:
    """断网中: the admission counts it until it has ended, and so does the page."""
    for which in "ab":
        on_line(field, which)
    leaving, staying = network.sessions_of(field.person_id)
    network.drop(by=SYSTEM, person_id=field.person_id, session_id=leaving.session_id)
    phone = field.phone("c")
    page = phone.sign_in()
    text = " ".join(page.content.decode().split())

    assert page.status_code == 409
    assert f'value="{leaving.session_id}" disabled' in text
    assert f'value="{staying.session_id}" checked' in text
    assert text.count("断网中") == 1
    assert network.on_line_counts([field.person_id]) == {field.person_id: text.count('type="radio"')}
    network.drop(by=SYSTEM, person_id=field.person_id, session_id=staying.session_id)
    assert "再试一次" in phone.send(page, do="choose").content.decode()


@pytest.mark.capability("A174.1")
def test_the_longest_idle_is_preselected_and_how_long_nothing_moved_is_said(field: Field) -> None:
    """The second that came in lies there since the morning; both were reported a moment ago."""
    for which in "ab":
        on_line(field, which)
    idle = Session.objects.get(station=field.air.phones["b"].mac)
    Session.objects.filter(pk=idle.pk).update(active_at=now() - timedelta(hours=8, minutes=1))
    page = field.phone("c").sign_in().content.decode()
    assert f'value="{idle.pk}" checked' in page
    assert ("8 小时没有动静" in page, "刚刚还在用" in page) == (True, True)


def test_the_choice_pressed_twice_leads_to_the_sign_in_that_is_under_way(field: Field) -> None:
    for which in "ab":
        on_line(field, which)
    session = str(network.sessions_of(field.person_id)[0].session_id)
    phone = field.phone("c")
    page = phone.sign_in()
    first, second = (phone.send(page, do="choose", session=session) for _press in range(2))

    assert (first.status_code, second.status_code, second["Location"]) == (303, 303, first["Location"])
    assert SignIn.objects.filter(mac=field.air.phones["c"].mac).count() == 1
    other = phone.send(page, do="choose", session="999999")
    assert other["Location"] == first["Location"]


def test_the_choice_of_a_device_that_has_gone_is_made_anew(field: Field) -> None:
    for which in "ab":
        on_line(field, which)
    phone = field.phone("c")
    page = phone.sign_in()
    again = phone.send(page, do="choose", session="999999")
    assert (again.status_code, "让它下线，我上线" in again.content.decode()) == (409, True)
    session = str(network.sessions_of(field.person_id)[0].session_id)
    field.air.off(field.air.phones["a"], "Lost-Carrier")
    assert phone.send(again, do="choose", session=session).status_code == 303


def test_two_first_sign_ins_of_a_browser_at_once_are_one_device(
    transactional_db: None, field: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    both, answers = Barrier(2), []
    enter = devices.enter

    def entered(*given: Any, **more: Any) -> network.Device:
        """Both have looked before either goes on, where both may look."""
        with suppress(BrokenBarrierError):
            both.wait(1)
        return enter(*given, **more)

    monkeypatch.setattr(devices, "enter", entered)
    phones = [field.behind_nds() for _which in range(2)]

    def come(phone: Phone) -> None:
        phone.client.cookies[browsers.COOKIE] = "k" * browsers.LETTERS
        try:
            answers.append(phone.sign_in().status_code)
        finally:
            connection.close()

    threads = [Thread(target=come, args=(phone,)) for phone in phones]
    for one in threads:
        one.start()
    for one in threads:
        one.join(PATIENCE_SECONDS)
    assert answers == [303, 303]
    assert len(network.devices_of(field.person_id)) == 1


def test_the_choice_is_proved_by_the_password_of_this_device_and_touches_nobody_elses(field: Field) -> None:
    for which in "ab":
        on_line(field, which)
    phone = field.phone("c")
    page = phone.sign_in()
    victim = field.open_ones()[0].session_id
    stranger = field.phone("c")
    stranger_page = stranger.sign_in("T2")
    assert stranger_page.status_code == 303

    assert phone.send(page, do="choose", proof="forged", session=str(victim)).status_code == 409
    replayed = stranger.send(page, do="choose", session=str(victim))
    assert replayed.status_code == 409, "the same proof from another browser at the same address"
    assert {one.state for one in network.sessions_of(field.person_id)} == {"open"}
    with time_machine.travel(now() + timedelta(minutes=6), tick=False):
        assert phone.send(page, do="choose", session=str(victim)).status_code == 409
    for rubbish in ("", "x", "\0", "9" * 40, "-1", str(victim + 10_000)):
        assert phone.send(page, do="choose", session=rubbish).status_code == 409


def browsers_of(field: Field, number: str = "T1") -> str:
    return str(signed_in(number).get("/network/devices/browsers/").content.decode())


@pytest.mark.capability("A172.2")
def test_a_remembered_browser_is_listed_and_ended_by_its_owner_and_by_a_kick(field: Field) -> None:
    phone = field.phone("a", on_line(field, "a"))
    end = f"/network/devices/browsers/{Trust.objects.get().public_id}/end/"
    assert end in browsers_of(field)
    assert end not in browsers_of(field, "T2")
    devices = [signed_in(number).get("/network/devices/").content.decode() for number in ("T1", "T2")]
    assert ["点一下就上线" in page for page in devices] == [True, False]
    assert signed_in("T2").post(end).status_code == 404
    assert signed_in("T1").post(end).status_code == 302
    assert 'type="password"' in phone.open().content.decode()

    field.air.off(field.air.phones["a"], "Lost-Carrier")
    on_line(field, "a", phone.client)
    [session] = field.open_ones()
    assert signed_in("T1").post(f"/network/devices/sessions/{session.public_id}/kick/").status_code == 302
    deliver_pending()
    assert not Trust.objects.exists()
    assert "点一下就上线" not in signed_in("T1").get("/network/devices/").content.decode()


@pytest.mark.capability("A172.2")
def test_trust_lives_no_longer_than_the_app_password_that_proved_it(field: Field) -> None:
    text = app_passwords.make(by=SYSTEM, account=account_with("T1"), name="平板", service="network")
    phone = field.phone("a")
    assert phone.sign_in(password=text, remember="on").status_code == 303
    field.air.off(field.air.phones["a"], "Lost-Carrier")
    assert 'type="password"' not in phone.open().content.decode()
    [made] = AppPassword.objects.all()
    app_passwords.revoke(by=SYSTEM, account=account_with("T1"), public_id=made.public_id)

    assert 'type="password"' in phone.open().content.decode()
    assert phone.send(phone.open(), do="tap").status_code == 200
    assert not field.open_ones()


def test_a_merged_persons_sign_ins_and_trust_follow(field: Field) -> None:
    phone = field.phone("a", on_line(field, "a"))
    other = people.find_person_by_campus_no("T2")
    merge = merging.merge(kept_id=other or 0, gone_id=field.person_id)
    rekey([PersonsMerged(kept_id=other or 0, gone_id=field.person_id)])

    assert field.last().person_id == other
    assert Trust.objects.get().account_id == account_with("T2").pk
    merging.part(merge)
    assert field.last().person_id == field.person_id, "it names his campus number"
    rekey([PersonsMerged(kept_id=other or 0, gone_id=field.person_id)])
    assert field.last().person_id == field.person_id, "also where the merge is told once more"
    assert 'type="password"' in phone.open().content.decode()


@pytest.mark.capability("A172.1")
def test_out_is_out_at_the_gateway_first(field: Field) -> None:
    phone = field.phone("a", on_line(field, "a"))
    address = f"/wifi/on/{field.last().public_id}/"
    stranger = Client(REMOTE_ADDR=phone.address)
    assert [stranger.get(address).status_code, stranger.post(address).status_code] == [404, 404], "another browser"
    field.air.mode = "silent"
    refused = phone.client.post(address, REMOTE_ADDR=phone.address)

    assert refused.status_code == 503
    assert field.last().state == SignIn.State.OPEN
    assert field.open_ones()

    field.air.mode = "well"
    phone.client.post(address, REMOTE_ADDR=phone.address)
    assert (field.last().state, field.open_ones()) == (SignIn.State.LEFT, [])
    assert Client().get("/wifi/capport", REMOTE_ADDR=phone.address).json()["captive"] is True


def test_who_is_kicked_elsewhere_is_not_told_that_he_is_on_line(field: Field) -> None:
    phone = field.phone("a", on_line(field, "a"))
    address = f"/wifi/on/{field.last().public_id}/"
    assert "已上线" in phone.client.get(address).content.decode()
    field.air.off(field.air.phones["a"], "Admin-Reset")

    assert "已下线" in phone.client.get(address).content.decode()
    assert field.last().state == SignIn.State.LEFT


@pytest.mark.parametrize("mode", ["silent", "busy"])
def test_a_gateway_that_does_not_let_in_is_asked_again_and_then_said_with_a_number_to_call(
    field: Field, mode: str
) -> None:
    field.air.mode = mode
    phone = field.phone("a")
    answer = phone.sign_in()
    asked = len(field.air.packets)

    assert phone.follow(answer)["Refresh"] == "2"
    assert len(field.air.packets) > asked, "the page that comes again asks again"
    with time_machine.travel(now() + timedelta(seconds=11), tick=False):
        assert "0730-8640996" in phone.follow(answer).content.decode()
    assert field.last().state == SignIn.State.FAILED
    assert not field.open_ones()


def test_a_lost_answer_of_the_controller_throws_nobody_off(field: Field) -> None:
    field.air.mode = "lossy"
    phone = field.phone("a")
    page = phone.follow(phone.sign_in())

    assert "已上线" in page.content.decode()
    assert (field.last().state, len(field.open_ones())) == (SignIn.State.OPEN, 1)
    assert not any("REQ_LOGOUT" in line or "401" in line for line in field.air.log)


def test_a_session_that_the_controller_kept_is_ended_and_the_page_comes_in_after_it(field: Field) -> None:
    field.air.phones["a"].session = "left-over"
    phone = field.phone("a")
    answer = phone.sign_in()

    assert field.air.phones["a"].session == ""
    assert "已上线" in phone.follow(answer).content.decode()
    assert field.open_ones()


def test_a_dead_controller_holds_no_more_than_two_threads(field: Field) -> None:
    phone = field.phone("a")
    with signing_in.a_place_at(field.gateway.pk), signing_in.a_place_at(field.gateway.pk):
        answer = phone.sign_in()
        assert (answer.status_code, field.air.packets) == (303, [])
    assert "已上线" in phone.follow(answer).content.decode()


def test_who_goes_off_waits_for_a_dead_controller_at_the_same_two_places(field: Field) -> None:
    phone = field.phone("a", on_line(field, "a"))
    address = f"/wifi/on/{field.last().public_id}/"
    asked = len(field.air.packets)
    with signing_in.a_place_at(field.gateway.pk), signing_in.a_place_at(field.gateway.pk):
        assert phone.client.post(address, REMOTE_ADDR=phone.address).status_code == 503
        assert (len(field.air.packets), field.last().state) == (asked, SignIn.State.OPEN)
    assert phone.client.post(address, REMOTE_ADDR=phone.address).status_code == 303
    assert field.last().state == SignIn.State.LEFT


def test_a_kick_reaches_the_controller_at_the_portals_own_port_under_its_secret(field: Field) -> None:
    on_line(field, "a")
    PortalGateway.objects.filter(pk=field.gateway.pk).update(port=2001)
    [session] = field.open_ones()
    network.drop(by=SYSTEM, person_id=field.person_id, session_id=session.session_id)
    drive(OUTBOX)

    assert field.air.ports[-1] == 2001
    assert "REQ_LOGOUT" in " ".join(field.air.log)
    assert not network.sessions_of(field.person_id)


def test_nobodys_password_goes_to_the_controller_and_a_grant_is_good_once(field: Field) -> None:
    on_line(field, "a")
    grant = field.last().grant
    field.air.off(field.air.phones["a"], "Lost-Carrier")
    ask = {"User-Name": "T1", "User-Password": grant, **field.air.facts(field.air.phones["a"])}

    assert PASSWORD.encode() not in b"".join(field.air.packets)
    assert grant.encode() in b"".join(field.air.packets)
    assert field.air.post("authenticate", ask)[0] == 401
    elsewhere = {**ask, "NAS-IP-Address": "10.30.0.1", "NAS-Identifier": ""}
    assert field.air.post("authenticate", elsewhere)[0] == 401
    assert field.air.post("authenticate", {**ask, "User-Name": "T2"})[0] == 401


@pytest.mark.capability("A172.1")
def test_a_wrong_password_nobody_and_a_closed_account_are_told_the_same(field: Field) -> None:
    wrong = field.phone("a").sign_in("T1", "wrong")
    nobody = field.phone("a").sign_in("T9", "wrong")

    assert (wrong.status_code, nobody.status_code) == (422, 422)
    assert "账号或密码不正确" in wrong.content.decode()
    assert "账号或密码不正确" in nobody.content.decode()
    assert "wrong" not in wrong.content.decode()
    assert not SignIn.objects.exists()


def refusal(field: Field, password: str = PASSWORD) -> str:
    """What the page says in its alert; nobody is on line."""
    answer = field.phone("a").sign_in("T1", password)
    assert answer.status_code in {403, 422}
    assert not SignIn.objects.exists()
    [said] = re.findall(r'role="alert">(.*?)</p>', answer.content.decode(), re.DOTALL)
    return str(said).strip()


def test_whoever_proved_the_password_reads_why_the_network_is_closed_and_whom_to_call(field: Field) -> None:
    account = account_with("T1")
    wrong = refusal(field, "wrong")

    suspensions.suspend(by=SYSTEM, account_id=account.pk, reason="账号疑似被盗")
    assert refusal(field, "wrong") == wrong, "a stranger is told nothing"
    call = '请拨打 0730-8640996 处理。 <a href="tel:07308640996">打电话问</a>'
    assert refusal(field) == f"您的账号已停用。{call}", (
        "the office wrote its reason for itself, and tells it at the telephone"
    )
    suspensions.resume(by=SYSTEM, account_id=account.pk, reason="已核实")
    suspensions.suspend(by=SYSTEM, account_id=account.pk, reason="考场违规。", until=now() + timedelta(days=3))
    assert re.match(r"您的账号已停用，到 (?:\d+年)?\d+月\d+日 周. \d\d:\d\d 恢复。请拨打", refusal(field))
    suspensions.resume(by=SYSTEM, account_id=account.pk, reason="已核实")

    rule = AccessRule.objects.create(application_id=wifi_id(), effect="deny", affiliation_kind="staff", created_by="x")
    assert refusal(field) == f"应用的准入规则不允许您使用。{call}"
    rule.delete()
    Affiliation.objects.update(state="suspended")
    accounts.follow_affiliations(by=SYSTEM, person_ids=[field.person_id])
    assert refusal(field).startswith("您在名册里的身份已暂停")
    Affiliation.objects.update(state="ended", ends_on=campus_today() - timedelta(days=1))
    accounts.follow_affiliations(by=SYSTEM, person_ids=[field.person_id])
    accounts.move(by=SYSTEM, account=account_with("T1"), state="ended")
    assert refusal(field).startswith("您的在校身份已经结束，账号已于 ")
    assert refusal(field, "wrong") == wrong


def wifi_id() -> int:
    return Application.objects.get(key="wifi").pk


def test_an_invented_cookie_is_nothing_and_the_address_has_a_gate_of_its_own(
    field: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = []
    with time_machine.travel(now(), tick=False):
        for number in range(12):
            phone = field.phone("a")
            phone.client.cookies[browsers.COOKIE] = f"{number:043}"
            answers.append(phone.sign_in("T1", f"guess-{number}").status_code)
        assert answers[-1] == 429, "a fresh cookie is no fresh gate"

        monkeypatch.setattr(limits, "PAGE_ADDRESS", replace(limits.PAGE_ADDRESS, free=2, leak=0.0))
        sprayed = [field.phone("b").sign_in(f"T{number}", "T-and-a-number").status_code for number in range(10, 14)]
        assert (sprayed[0], sprayed[-1]) == (422, 429), "one guess a number is counted too"
        assert field.phone("c").sign_in().status_code == 303, "another address does not wait"


def test_guesses_from_a_neighbour_do_not_make_a_known_browser_wait(field: Field) -> None:
    phone = field.phone("a", on_line(field, "a"))
    Trust.objects.all().delete()
    stranger = field.phone("a")
    with time_machine.travel(now(), tick=False):
        answers = [stranger.sign_in("T1", f"guess-{number}").status_code for number in range(12)]

        assert answers[-1] == 429
        assert phone.sign_in().status_code == 303


@pytest.mark.capability("A172.1")
def test_from_outside_the_page_tells_nobodys_address(field: Field) -> None:
    on_line(field, "a")
    phone, outside = field.air.phones["a"], "198.51.100.7"
    asked = (
        ("/wifi/", field.phone("b").query),
        ("/wifi/", {}),
        ("/wifi/capport", {}),
        ("/wifi/test/", {}),
        ("/network/why/", {}),
    )
    for address, query in asked:
        answer = Client().get(address, query, REMOTE_ADDR=outside)
        text = answer.content.decode()
        assert answer.status_code in {200, 400}, address
        assert 'type="password"' not in text, address
        told = [one for one in (phone.address, phone.mac, "10.20.0", "T1") if re.search(rf"\b{re.escape(one)}\b", text)]
        assert not told, f"{address}: as words, for a nonce may hold two letters"
    assert Client().get("/wifi/capport", REMOTE_ADDR=outside).json()["captive"] is False


@pytest.mark.parametrize(
    "change",
    [
        {"wlanacname": "stranger"},
        {"wlanuserip": "10.20.9.9"},
        {"wlanuserip": "192.0.2.1"},
        {"mac": "nothing"},
        {"wlanacname": "ac\0south"},
    ],
)
@pytest.mark.capability("A172.1")
def test_a_strange_gateway_gets_no_form_and_learns_nothing(field: Field, change: dict[str, str]) -> None:
    phone = field.phone("a")
    phone.query |= change
    answer = phone.open()
    text = answer.content.decode()

    assert answer.status_code == 400
    assert 'type="password"' not in text
    assert "10.20.0" not in text
    assert "http://wifi.hnist.edu.cn" in text


def test_opennds_is_opened_by_its_own_token_at_its_registered_address(field: Field) -> None:
    phone = field.behind_nds()
    page = phone.follow(phone.sign_in())
    refresh = page["Refresh"]

    assert f"url=http://10.30.0.1:2050/opennds_auth/?tok={opennds.token(HID, FASKEY)}" in refresh
    assert FASKEY not in page.content.decode()
    assert field.agent(NDS_MAC).content == b""
    assert field.last().state == SignIn.State.OPEN
    [session] = field.open_ones()
    assert session.station == NDS_MAC

    phone.client.post(f"/wifi/on/{field.last().public_id}/", REMOTE_ADDR=phone.address)
    assert field.open_ones(), "not before the gateway says so"
    assert field.agent(NDS_MAC).content == f"deauth {NDS_MAC}\n".encode()
    assert field.agent().content == b""
    assert (field.last().state, field.open_ones()) == (SignIn.State.LEFT, [])


def test_a_redirect_that_was_kept_from_an_earlier_visit_opens_no_gateway(field: Field) -> None:
    """Its hid is not of the token that the gateway has for this client now: the agent lets it not through, and closes what a copied `tok` opened."""
    field.behind_nds(hid="ab" * 32).sign_in()
    with time_machine.travel(now() + timedelta(seconds=4), tick=False):
        assert field.agent().content == b""
        assert field.agent(NDS_MAC).content == f"deauth {NDS_MAC}\n".encode()
    assert field.open_ones() == []


def test_opennds_is_accounted_with_octets_and_not_at_every_poll(field: Field) -> None:
    field.behind_nds().sign_in()
    field.agent(NDS_MAC)
    [before] = Session.objects.filter(stopped_at=None)
    with time_machine.travel(now() + timedelta(seconds=10), tick=False):
        field.agent(NDS_MAC, upload_this_session="7", download_this_session="90")
        before.refresh_from_db()
        assert before.in_octets == 0
    with time_machine.travel(now() + timedelta(seconds=160), tick=False):
        field.agent(NDS_MAC, upload_this_session="7", download_this_session="90")
    before.refresh_from_db()
    assert (before.in_octets, before.out_octets) == (7 * 1024, 90 * 1024)


def test_a_retired_gateway_leads_nobody_here_and_closes_whom_it_let_in(field: Field) -> None:
    field.behind_nds().sign_in()
    field.agent(NDS_MAC)
    gateways.retire(by=SYSTEM, gateway=field.nds)

    assert field.behind_nds().open().status_code == 400
    assert field.agent(NDS_MAC).content == f"deauth {NDS_MAC}\n".encode()
    assert field.agent().content == b""
    assert (field.last().state, field.open_ones()) == (SignIn.State.LEFT, [])
    facts = {"kind": "opennds", "name": "nds-1", "networks": "10.30.0.0/16", "host": "10.30.0.1:2050"}
    gateways.enter(by=SYSTEM, nas=field.nds.nas, secret="another-secret-of-it", **facts)
    assert field.behind_nds().open().status_code == 200
    assert field.agent(key=network.agent_key("another-secret-of-it")).status_code == 200


def test_opennds_is_asked_again_and_whoever_nobody_stands_behind_is_closed(field: Field) -> None:
    phone = field.behind_nds()
    phone.sign_in()
    assert field.agent().content == b""
    with time_machine.travel(now() + timedelta(seconds=5), tick=False):
        assert field.agent().content == f"auth {NDS_MAC}\n".encode()
    with time_machine.travel(now() + timedelta(seconds=40), tick=False):
        assert field.agent().content == b""
        assert field.last().state == SignIn.State.FAILED
        assert field.agent(NDS_MAC).content == f"deauth {NDS_MAC}\n".encode()


def test_another_ones_mac_takes_nothing_over(field: Field) -> None:
    field.behind_nds().sign_in()
    field.agent(NDS_MAC)
    thief = field.behind_nds(clientip="10.30.1.99")
    thief.address = "10.30.1.99"

    assert thief.sign_in("T2").status_code == 400
    assert (field.last().campus_no, field.last().state) == ("T1", SignIn.State.OPEN)
    assert Client().get(f"/wifi/on/{field.last().public_id}/").status_code == 404


def test_behind_a_gateway_that_hides_its_clients_nobody_puts_a_neighbour_off(field: Field) -> None:
    """All come from the gateway's own address: what a redirect says of its client is nobody's proof."""
    field.behind_nds().sign_in()
    field.agent(NDS_MAC)
    thief, himself = field.behind_nds(hid="cd" * 32), field.behind_nds()
    thief.address = himself.address = "10.30.0.1"
    assert thief.sign_in("T2").status_code == 400
    assert field.agent(NDS_MAC).content == b""
    assert (field.last().campus_no, field.last().state) == ("T1", SignIn.State.OPEN)
    assert himself.sign_in().status_code == 303

    on_line(field, "a")
    neighbour = field.phone("a")
    neighbour.address, neighbour.query["mac"] = NAS_ADDRESS, field.air.phones["b"].mac
    assert neighbour.sign_in("T2").status_code == 400
    assert not any("REQ_LOGOUT" in line for line in field.air.log)


def test_naming_the_mac_of_ones_other_device_makes_no_place_at_the_cap(field: Field) -> None:
    for which in "ab":
        on_line(field, which)
    first = network.devices_of(field.person_id)
    phone = field.phone("c")
    phone.query["mac"] = field.air.phones["a"].mac
    phone.sign_in()
    assert field.last().state == SignIn.State.FAILED, "the controller says which MAC it is"

    assert field.phone("c", phone.client).sign_in().status_code == 409
    field.air.off(field.air.phones["b"], "Lost-Carrier")
    assert field.phone("c", phone.client).sign_in().status_code == 303
    phone.sign_in()
    macs = {one.pk: one.macs for one in network.devices_of(field.person_id)}
    assert {one.pk: one.macs for one in first}.items() <= macs.items(), "of the devices of before none got another MAC"
    assert [one for one in macs.values() if len(one) > 1] == []


def test_who_names_a_mac_first_keeps_its_owner_out_of_no_gateway(field: Field) -> None:
    squatter = field.behind_nds(clientip="10.30.1.99")
    squatter.address = "10.30.1.99"
    assert squatter.sign_in("T2").status_code == 303

    assert field.behind_nds().sign_in().status_code == 303
    field.agent(NDS_MAC)
    assert (field.last().campus_no, field.last().state) == ("T1", SignIn.State.OPEN)
    assert len(field.open_ones()) == 1


def test_a_device_that_its_controller_has_let_go_is_anybodys(field: Field) -> None:
    """A tablet that is lent: its Stop came, its page did not, and it has another address since."""
    on_line(field, "a")
    field.air.off(field.air.phones["a"], "Lost-Carrier")
    field.air.phones["a"].address = "10.20.1.77"

    assert field.phone("a").sign_in("T2").status_code == 303
    assert (field.last().campus_no, field.last().state) == ("T2", SignIn.State.OPEN)


def test_what_went_out_in_an_accept_is_no_password(field: Field) -> None:
    phone = field.air.phones["a"]
    asked = {"User-Name": "T1", "User-Password": PASSWORD, **field.air.facts(phone)}
    status, reply = field.air.post("authenticate", asked)
    seen = reply["reply:Class"]["value"][0]

    assert status == 200
    assert field.air.post("authenticate", {**asked, "User-Password": seen})[0] == 401


@pytest.mark.capability("A172.1")
def test_a_page_is_sent_from_where_it_was_shown(field: Field) -> None:
    phone = field.phone("a")
    page = phone.open()
    with time_machine.travel(now() + timedelta(minutes=21), tick=False):
        assert phone.send(page, username="T1", password=PASSWORD).status_code == 409, "and while it is fresh"
    phone.address = "198.51.100.7"

    assert phone.send(page, username="T1", password=PASSWORD).status_code == 409


def test_a_kick_reaches_opennds_by_its_agent(field: Field) -> None:
    field.behind_nds().sign_in()
    field.agent(NDS_MAC)
    [session] = field.open_ones()
    network.drop(by=SYSTEM, person_id=field.person_id, session_id=session.session_id)

    assert field.agent(NDS_MAC).content == f"deauth {NDS_MAC}\n".encode()
    field.agent()
    assert not network.sessions_of(field.person_id)


@pytest.mark.parametrize("forged", [{"gatewayaddress": "203.0.113.1:80"}, {"hid": "x"}, {"clientip": "10.30.7.7"}])
def test_forged_parameters_of_opennds_redirect_nowhere(field: Field, forged: dict[str, str]) -> None:
    answer = field.behind_nds(**forged).open()

    assert answer.status_code == 400
    assert "203.0.113.1" not in answer.content.decode()


def test_in_the_read_only_mode_phones_come_on_line_and_gateways_are_answered_in_their_own_words(
    field: Field, read_only_now: None
) -> None:
    phone = field.phone("a")
    captive = Client().get("/wifi/capport", REMOTE_ADDR=phone.address)
    assert (captive["Content-Type"], captive.json()["captive"]) == ("application/captive+json", True)
    assert phone.sign_in().status_code == 303
    assert Client().get("/wifi/capport", REMOTE_ADDR=phone.address).json()["captive"] is False
    assert field.behind_nds().sign_in().status_code == 303
    assert field.agent(NDS_MAC).content == b""
    assert len(field.open_ones()) == 2, "what the gateway tells is written down"
    assert field.agent(key="wrong").status_code == 403


def test_a_strange_agent_is_told_nothing(field: Field) -> None:
    assert field.agent(NDS_MAC, key="wrong").status_code == 403
    headers = {"X-Nanhu-Gateway": "nds-1", "X-Nanhu-Gateway-Key": network.agent_key(FASKEY)}
    for body in (b"", b"[1]", b"\xff", b"[" * 9000):
        answer = Client().post("/wifi/agent", body, content_type="application/json", headers=headers)
        assert answer.status_code in {200, 400}
        assert not answer.content.startswith(b"auth")


def test_rubbish_in_every_field_is_refused(field: Field) -> None:
    phone = field.phone("a")
    page = phone.open()
    for rubbish in ("\0", "\ud800", "x" * 10_000, "<script>", "' OR 1=1"):
        text = rubbish.encode("utf-8", "surrogatepass").decode("latin-1")
        for name in ("username", "password", "visit", "do", "proof"):
            said = {"username": "T1", "password": "x", name: text}
            assert phone.send(page, **said).status_code in {200, 409, 422, 429}, (name, rubbish)
        assert Client().get("/wifi/", {"fas": text, "wlanuserip": text}).status_code == 400


def test_the_page_is_small_and_needs_no_script(field: Field) -> None:
    phone = field.phone("a")
    page = phone.open()
    text = page.content.decode()
    style = text.split('rel="stylesheet" href="')[1].split('"')[0]
    sheet = Client().get(style)
    weight = len(page.content) + (len(b"".join(sheet.streaming_content)) if sheet.streaming else len(sheet.content))

    assert weight <= BUDGET
    assert "<script" not in text
    assert (
        'lang="en"'
        in phone.client.get(
            "/wifi/", phone.query, REMOTE_ADDR=phone.address, headers={"accept-language": "en"}
        ).content.decode()
    )


@pytest.mark.capability("A172.1")
def test_what_was_done_is_in_the_audit_log_without_the_password(field: Field) -> None:
    client = on_line(field, "a")
    entry = AuditEntry.objects.get(action="network.portal_sign_in")

    assert entry.account_id == account_with("T1").pk
    assert PASSWORD not in str(entry.__dict__)
    phone = field.phone("a", client)
    phone.client.post(f"/wifi/on/{field.last().public_id}/", REMOTE_ADDR=phone.address)
    phone.send(phone.open(), do="forget")
    for action in ("trust_browser", "portal_sign_out", "forget_browser"):
        assert AuditEntry.objects.filter(action=f"network.{action}").count() == 1, action


@pytest.mark.capability("A172.2")
def test_a_reset_at_the_counter_ends_the_trust_too(field: Field) -> None:
    phone = field.phone("a", on_line(field, "a"))
    counter.reset(by=SYSTEM, campus_no="T1", reason="忘记密码")
    deliver_pending()
    assert not Trust.objects.exists()
    assert not [one for one in network.sessions_of(field.person_id) if one.state == "open"]
    assert 'type="password"' in phone.open().content.decode()


def test_a_password_that_changes_while_it_is_looked_at_opens_and_is_remembered_nowhere(
    field: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    verify = hashing.verify

    def slow(secret: str, encoded: str) -> bool:
        fits = verify(secret, encoded)
        monkeypatch.setattr(hashing, "verify", verify)
        setup.set_password(by=SYSTEM, account=account_with("T1"), password=NEW)
        deliver_pending()
        return fits

    monkeypatch.setattr(hashing, "verify", slow)
    phone = field.phone("a")
    assert phone.sign_in(remember="on").status_code == 409
    assert not field.open_ones()
    assert not Trust.objects.exists()
    assert 'type="password"' in phone.open().content.decode()


@pytest.mark.capability("A172.2")
def test_a_remembered_browser_is_none_before_anybody_heard_of_the_new_password(field: Field) -> None:
    phone = field.phone("a", on_line(field, "a"))
    field.air.off(field.air.phones["a"], "Lost-Carrier")
    setup.set_password(by=SYSTEM, account=account_with("T1"), password=NEW)

    assert 'type="password"' in phone.open().content.decode()
    assert phone.send(phone.open(), do="tap").status_code == 200
    assert not field.open_ones()


def test_the_choice_at_the_cap_keeps_by_which_password_one_came(field: Field) -> None:
    for which in "ab":
        on_line(field, which)
    text = app_passwords.make(by=SYSTEM, account=account_with("T1"), name="平板", service="network")
    phone = field.phone("c")
    page = phone.sign_in(password=text)
    assert page.status_code == 409
    gone, kept = field.open_ones()
    assert phone.send(page, do="choose", session=str(gone.session_id)).status_code == 303
    [made] = AppPassword.objects.all()
    app_passwords.revoke(by=SYSTEM, account=account_with("T1"), public_id=made.public_id)
    deliver_pending()

    states = {one.station: one.state for one in network.sessions_of(field.person_id)}
    assert states[field.air.phones["c"].mac] == "closing", "what the app password opened ends with it"
    assert states[kept.station] == "open"


def test_the_choice_at_the_cap_ends_with_the_password_that_proved_it(field: Field) -> None:
    for which in "ab":
        on_line(field, which)
    phone = field.phone("c")
    page = phone.sign_in()
    mine = field.open_ones()[0].session_id
    setup.set_password(by=SYSTEM, account=account_with("T1"), password=NEW)

    assert phone.send(page, do="choose", session=str(mine)).status_code == 409
    assert {one.state for one in network.sessions_of(field.person_id)} == {"open"}, "nor is anybody dropped"


def test_another_who_signs_in_by_the_browser_leaves_its_trust_to_the_kick_of_its_owner(field: Field) -> None:
    client = on_line(field, "a")
    assert field.phone("b", client).sign_in("T2").status_code == 303, "his own account, and not remembered"
    [session] = field.open_ones()
    assert signed_in("T1").post(f"/network/devices/sessions/{session.public_id}/kick/").status_code == 302
    deliver_pending()
    assert not Trust.objects.exists()


def test_a_device_that_came_by_its_mac_first_is_known_by_the_cookie_from_then_on(field: Field) -> None:
    mac = field.air.phones["a"].mac
    network.admit(
        network.AdmissionRequest(service="wifi", role="staff", person_id=field.person_id, campus_no="T1", station=mac)
    )
    [first] = network.devices_of(field.person_id)
    client = on_line(field, "a")
    field.air.off(field.air.phones["a"], "Lost-Carrier")
    field.air.phones["a"].mac = "02:99:22:33:44:0a"
    assert field.phone("a", client).sign_in().status_code == 303

    [device] = network.devices_of(field.person_id)
    assert (device.pk, device.macs) == (first.pk, [mac, "02:99:22:33:44:0a"])
    [session] = field.open_ones()
    assert session.device_id == first.pk
