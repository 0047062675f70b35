"""Why am I not on line: one sentence, one cure that works, a ticket that is filled in; and nothing of anybody else."""

import inspect
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client

from nanhu.kernel.clock import campus_time, campus_today, now
from nanhu.kernel.revisions import revision_of
from nanhu.platforms.campus import api as campus
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.identity.api import account_with
from nanhu.platforms.identity.factors.models import TotpFactor
from nanhu.platforms.identity.lifecycle import suspensions
from nanhu.platforms.identity.models import SsoSession
from nanhu.services.network import api as network
from nanhu.services.network.models import Session
from nanhu.services.network.portal import diagnosis
from nanhu.services.network.portal.desk import WORDS
from nanhu.services.network.portal.diagnosis import SYMPTOMS
from nanhu.services.network.portal.models import Cure, PortalGateway
from nanhu.services.network.portal.services.gateways import CHANGED
from nanhu.services.network.portal.tests.air import NAME
from nanhu.services.network.portal.tests.conftest import Field, Phone, fall_silent
from nanhu.services.network.portal.tests.test_captive import on_line
from nanhu.services.network.sample import set_portal_gateway
from nanhu.testing.members import PASSWORD, SYSTEM, grant
from nanhu.testing.scanner import read_codes
from nanhu.testing.sessions import signed_in

WHY = "/network/why/"
AT_HOME = "198.51.100.7"


def shown(client: Client, address: str = AT_HOME, **query: str) -> str:
    answer = client.get(WHY, query, REMOTE_ADDR=address)
    assert answer.status_code == 200
    return str(answer.content.decode())


def press(client: Client, finding: str, address: str = AT_HOME, **said: str):
    return client.post(WHY, {"finding": finding, **said}, REMOTE_ADDR=address)


@pytest.mark.capability("A164.1")
def test_the_address_alone_says_what_is_the_matter_with_it(field: Field) -> None:
    phone = field.phone("a")

    assert "没有连校园网" in shown(Client())
    assert "还没有登录" in shown(Client(), phone.address)
    on_line(field, "a")
    assert "已经在线" in shown(Client(), phone.address)
    assert "0730-8640996" in shown(Client(), symptom="vpn")
    for symptom in SYMPTOMS:
        assert shown(Client(), symptom=symptom).count('role="status"') == 1


@pytest.mark.capability("A164.2")
def test_a_ticket_is_one_click_and_filled_in(field: Field) -> None:
    client = signed_in("T1")
    answer = press(client, "no_address", symptom="address", act="ticket")
    address = urlsplit(answer["Location"])

    assert address.path == "/requests/network/office/"
    assert "没有拿到地址" in parse_qs(address.query)["say"][0]
    form = client.get(answer["Location"]).content.decode()
    assert "上不了网。自查结果：没有拿到地址" in form
    assert Cure.objects.get().cure == "ticket"
    assert (
        "<script>"
        not in client.get("/requests/network/office/", {"say": "<script>\0"}).content.decode().split("</head>")[1]
    )


def test_a_wrong_password_of_a_device_is_told_to_its_owner_alone(field: Field) -> None:
    facts = {**field.air.facts(field.air.phones["b"]), "User-Name": "T1", "User-Password": "the-old-one"}
    assert field.air.post("authenticate", facts)[0] == 401

    assert field.air.phones["b"].mac.replace(":", "-").upper() in shown(signed_in("T1"))
    assert "旧密码" in shown(signed_in("T1"))
    assert "旧密码" not in shown(signed_in("T2"))
    assert "旧密码" not in shown(Client())
    done = press(signed_in("T1"), "wrong_password")
    assert done["Location"] == "/help/wifi#wifi-changed"
    assert 'id="wifi-changed"' in Client().get(done["Location"]).content.decode()
    on_line(field, "a")
    assert "旧密码" not in shown(signed_in("T1"))


@pytest.mark.capability("A164.1")
def test_at_the_cap_the_person_chooses_which_device_goes_and_says_whether_it_helped(field: Field) -> None:
    for which in "ab":
        on_line(field, which)
    assert field.phone("c").sign_in().status_code == 409
    idle, used = (str(one.session_id) for one in network.sessions_of(field.person_id))
    client = signed_in("T1")
    page = shown(client)
    assert "已到上限" in page
    assert re.findall(r'value="(\d+)"( checked)?', page) == [(idle, " checked"), (used, "")]

    others = field.open_ones()[0].session_id + 10_000
    press(signed_in("T2"), "full", session=used)
    press(client, "stale-guess", session=used)
    for none in ("", str(others), "\0", "९"):
        press(client, "full", session=none)
    assert (len(field.open_ones()), Cure.objects.exists()) == (2, False), "nothing goes that was not chosen here"

    for session in (used, idle):
        press(client, "full", session=session)
    assert len(field.open_ones()) == 1, "pressed again, a second device is not dropped for the same place"
    assert "正在让" in shown(client)
    assert {str(one.session_id): one.state for one in network.sessions_of(field.person_id)}[used] == "closing"
    assert "管用吗" in shown(client)
    press(client, "", solved="yes")
    assert Cure.objects.get(person_id=field.person_id, finding="full").is_solved is True


@pytest.mark.capability("A164.1")
def test_who_was_refused_still_is_when_another_device_came_back_meanwhile(field: Field) -> None:
    for which in "ab":
        on_line(field, which)
    assert field.phone("c").sign_in().status_code == 409
    field.air.off(field.air.phones["b"], "User-Request")
    on_line(field, "b")
    assert "已到上限" in shown(signed_in("T1")), "of the device that is not in yet"


def test_the_cure_for_the_cap_touches_no_other_service_and_unsolved_leads_to_the_ticket(field: Field) -> None:
    vpn = Session.objects.create(
        nas_id=field.gateway.nas_id,
        sid="vpn-1",
        person_id=field.person_id,
        service="vpn",
        started_at=now() - timedelta(hours=3),
        updated_at=now() - timedelta(minutes=9),
    )
    for which in "ab":
        on_line(field, which)
    field.phone("c").sign_in()
    client = signed_in("T1")
    press(client, "full", session=str(vpn.pk))
    press(client, "full", session=str(network.places_of(field.person_id, "wifi")[0].session_id))
    vpn.refresh_from_db()
    assert vpn.closing_at is None

    found = re.findall(r'(?:key=|leading\()"(\w+)"', inspect.getsource(diagnosis))
    assert set(found) <= WORDS.keys(), "the engineer's list says each in words"
    answer = press(client, "", solved="no")
    assert urlsplit(answer["Location"]).path == "/requests/network/office/"


def prove(name: str, password: str, phone: Phone) -> tuple[int, str, str]:
    """Status, what the page says, and its alert."""
    said = {"symptom": "account", "username": name, "password": password}
    answer = phone.client.post(WHY, said, REMOTE_ADDR=phone.address)
    page = answer.content.decode()
    [words] = re.findall(r'role="status">(.*?)</p>', page)
    return answer.status_code, words, "".join(re.findall(r'role="alert">(.*?)</p>', page, re.DOTALL)).strip()


@pytest.mark.capability("A164.1")
def test_who_is_suspended_reads_why_and_whom_to_call_by_his_password_and_nobody_else_does(field: Field) -> None:
    assert "账号登录不了" in shown(Client())
    wrong = prove("T1", "wrong", field.phone("a"))
    assert wrong == prove("T9", "wrong", field.phone("a"))
    assert (wrong[0], "账号或密码不正确" in wrong[2]) == (422, True)
    assert "没有停用" in prove("T1", PASSWORD, field.phone("a"))[1]

    suspensions.suspend(by=SYSTEM, account_id=account_with("T1").pk, reason="账号疑似被盗")
    assert prove("T1", "wrong", field.phone("a")) == wrong, "a stranger is told nothing"
    status, words, alert = prove("T1", PASSWORD, field.phone("a"))
    assert (status, words, alert) == (200, "您的账号已停用。请拨打 0730-8640996 处理。", "")
    called = press(Client(), "account", symptom="account").content.decode()
    assert 'href="tel:07308640996"' in called
    assert Cure.objects.filter(finding="account", cure="link", person=None).count() == 1


def test_guesses_at_the_page_of_the_suspended_wait_at_the_gates_of_the_captive_page(field: Field) -> None:
    with time_machine.travel(now(), tick=False):
        answers = [prove("T1", f"guess-{number}", field.phone("a")) for number in range(12)]
        strangers = [prove("T9", f"guess-{number}", field.phone("a")) for number in range(12)]
        assert (answers[0][0], answers[-1][0]) == (422, 429)
        assert [one[0] for one in answers] == [one[0] for one in strangers]
        assert field.phone("a").sign_in("T1", "guess").status_code == 429, "one gate for both doors"


def test_a_device_that_its_owner_put_off_is_let_in_again_by_the_button(field: Field) -> None:
    on_line(field, "a")
    [session] = field.open_ones()
    client = signed_in("T1")
    assert client.post(f"/network/devices/sessions/{session.public_id}/kick/").status_code == 302
    field.air.off(field.air.phones["a"], "Admin-Reset")
    assert field.phone("a").sign_in().status_code == 409
    page = shown(client)
    assert "下了线" in page
    assert "允许它再上线" in page
    assert "允许它再上线" not in shown(signed_in("T2"))

    press(signed_in("T2"), "kept_off")
    assert field.phone("a").sign_in().status_code == 409, "pressed by somebody else"
    press(client, "kept_off")
    assert "允许它再上线" not in shown(client)
    assert field.phone("a").sign_in().status_code == 303


@pytest.mark.capability("A164.1")
def test_who_is_refused_at_the_vpn_is_led_to_where_it_is_applied_for(
    field: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = network.ServiceRule(key="vpn", service="vpn", refuses=lambda _person: "没有开通的 VPN 账户")
    monkeypatch.setattr(network.service_rules, "_entries", {"vpn": rule})
    with pytest.raises(network.ServiceRefusedError):
        network.admit(
            network.AdmissionRequest(service="vpn", role="staff", person_id=field.person_id, station="203.0.113.9")
        )
    client = signed_in("T1")
    assert "看我的 VPN" in shown(client)
    assert press(client, "vpn_refused")["Location"] == "/network/vpn/"


@pytest.mark.capability("A164.1")
def test_who_is_refused_at_another_service_reads_why_and_is_not_sent_to_apply_for_the_vpn(
    field: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = network.ServiceRule(key="wired", service="wired", refuses=lambda _person: "这栋楼的有线网停用")
    monkeypatch.setattr(network.service_rules, "_entries", {"wired": rule})
    with pytest.raises(network.ServiceRefusedError):
        network.admit(
            network.AdmissionRequest(service="wired", role="staff", person_id=field.person_id, station="203.0.113.9")
        )
    page = shown(signed_in("T1"))
    assert [words in page for words in ("这栋楼的有线网停用", "打电话问", "看我的 VPN")] == [True, True, False]


@pytest.mark.capability("A164.1")
def test_of_whose_vpn_it_is_the_account_the_code_and_the_places_are_looked_at(
    field: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    network.Policy.objects.create(
        role="staff", service="vpn", devices=1, starts_on=campus_today(), reason="试验", created_by_name="test"
    )
    client = signed_in("T1")
    assert "没有开通的 VPN 账户" in shown(client, symptom="vpn")
    assert press(client, "vpn_refused", symptom="vpn")["Location"] == "/network/vpn/"
    monkeypatch.setattr(network.service_rules, "_entries", {})
    assert "还没有绑定" in shown(client, symptom="vpn")
    assert press(client, "vpn_code", symptom="vpn")["Location"] == "/account"
    TotpFactor.objects.create(account=account_with("T1"), confirmed_at=now(), secret="JBSWY3DPEHPK3PXP")
    assert "先确认能上外网" in shown(client, symptom="vpn")
    held = Session.objects.create(
        nas_id=field.gateway.nas_id, sid="vpn-1", person_id=field.person_id, service="vpn", started_at=now()
    )
    assert "已到上限" in shown(client, symptom="vpn")
    press(client, "full", symptom="vpn", session=str(held.pk))
    held.refresh_from_db()
    assert held.closing_at is not None


@pytest.mark.capability("A164.1")
def test_of_whoever_has_a_bed_the_operator_of_that_building_and_its_phone_are_said(field: Field) -> None:
    campus.Place.objects.create(key="d2", name="二栋", kind="dorm")
    house = campus.Place.objects.create(key="d1", name="一栋", kind="dorm")
    campus.Place.objects.create(key="d1-101", name="101", kind="room", parent=house)
    datahub.put("dorm.stay", [{"campus_no": "T1", "place": "d1-101", "state": "living"}], by=SYSTEM)
    client = signed_in("T1")
    assert "看我的楼归谁" in shown(client, symptom="dormitory"), "nobody has entered whose net it is"

    operators = [
        {"place": "d1", "name": "湖广宽带", "phone": "0730-10099"},
        {"place": "d2", "name": "别家", "phone": "10086"},
    ]
    datahub.put("service.network_operator", operators, by=SYSTEM)
    assert "一栋的宽带由湖广宽带维护，报修电话 0730-10099。" in shown(client, symptom="dormitory")
    assert 'href="tel:073010099"' in press(client, "operator", symptom="dormitory").content.decode()
    for stranger in (Client(), signed_in("T2")):
        assert "湖广宽带" not in shown(stranger, symptom="dormitory"), "where somebody lives is told to nobody else"
    datahub.put("dorm.stay", [{"campus_no": "T1", "place": "d1-101", "state": "left"}], by=SYSTEM)
    assert "湖广宽带" not in shown(client, symptom="dormitory")


def test_a_device_that_comes_and_goes_is_called_looped(field: Field) -> None:
    client = Client()
    for _time in range(4):
        on_line(field, "a", client)
        field.air.off(field.air.phones["a"], "Lost-Carrier")
    on_line(field, "a", client)

    page = shown(signed_in("T1"))
    assert ("5 次" in page, "两个无线接入点之间" in page) == (True, False)
    Session.objects.filter(stopped_at=None).update(ap="00:11:22:33:44:02")
    Session.objects.exclude(stopped_at=None).update(ap="00:11:22:33:44:01")
    assert "两个无线接入点之间" in shown(signed_in("T1"))
    press(signed_in("T1"), "looped")
    assert not field.open_ones()


def test_who_is_captive_is_led_to_the_sign_in_by_the_button(field: Field) -> None:
    phone = field.phone("a")
    assert "去上线" in shown(phone.client, phone.address)

    led = press(phone.client, "captive", phone.address).content.decode()
    assert 'href="http://wifi.hnist.edu.cn"' in led
    there = phone.client.get("/", REMOTE_ADDR=phone.address, headers={"host": "wifi.hnist.edu.cn"})
    assert (there.status_code, there["Location"].endswith("/wifi/")) == (302, True)
    assert phone.sign_in().status_code == 303
    assert "已经在线" in shown(phone.client, phone.address)


@pytest.mark.capability("A164.1")
def test_out_of_hours_the_button_is_the_telephone(field: Field) -> None:
    opens = campus_time(now()) + timedelta(hours=2)
    network.Policy.objects.update(opens=opens.time(), closes=(opens + timedelta(hours=1)).time())
    assert field.phone("a").sign_in().status_code == 409
    client = signed_in("T1")
    assert "打电话问" in shown(client)
    assert "打电话问" not in shown(signed_in("T2"))

    assert 'href="tel:07308640996"' in press(client, "refused").content.decode()


@pytest.mark.capability("A170.1")
def test_a_building_is_covered_down_or_well(field: Field) -> None:
    places = {
        key: campus.Place.objects.create(key=key, name=name, kind="teaching")
        for key, name in (("a1", "南院一教"), ("a2", "旧仓库"))
    }
    nas = network.Nas.objects.get(pk=field.gateway.nas_id)
    network.Nas.objects.filter(pk=nas.pk).update(place=places["a1"], last_heard_at=now())

    assert "正常" in shown(Client(), symptom="nothing", place="a1")
    assert "没有无线网覆盖" in shown(Client(), symptom="nothing", place="a2")
    for none in ("\0", "nowhere", "a"):
        assert "选一下" in shown(Client(), symptom="nothing", place=none), "an address may be old"
    network.Nas.objects.filter(pk=nas.pk).update(last_heard_at=now() - timedelta(hours=1))
    assert "正常" in shown(Client(), symptom="nothing", place="a1"), "nobody is there of whom it could tell"
    fall_silent(nas.pk)
    assert "没有响应" in shown(Client(), symptom="nothing", place="a1")
    assert press(Client(), "building_down", symptom="nothing", place="a1").status_code == 302


def test_a_building_of_access_points_alone_is_down_where_none_of_them_was_heard_of(field: Field) -> None:
    place = campus.Place.objects.create(key="b1", name="东院二教", kind="teaching")
    room = campus.Place.objects.create(key="b1.101", name="101", kind="room", parent=place)
    for mac, where, minutes in (("aa:aa:aa:00:00:01", place, 90), ("aa:aa:aa:00:00:02", room, 40)):
        seen = now() - timedelta(minutes=minutes)
        network.ApPlace.objects.create(mac=mac, place=where, seen_at=seen, listed_at=now())
    assert "没有响应" in shown(Client(), symptom="nothing", place="b1")
    Session.objects.create(
        nas_id=field.gateway.nas_id, sid="there", service="wifi", ap="aa:aa:aa:00:00:02", started_at=now()
    )
    assert "正常" in shown(Client(), symptom="nothing", place="b1"), "somebody is on line there"


@pytest.mark.capability("A173.1")
def test_the_fixed_address_stands_on_the_poster_and_leads_to_the_page(field: Field) -> None:
    poster = Client().get("/wifi/poster/").content.decode()
    typed = Client().get("/?wlanacname=x", headers={"host": "wifi.hnist.edu.cn"})

    assert "http://wifi.hnist.edu.cn" in re.sub(r"<[^>]*>", "", poster), "as words, not beside the picture alone"
    assert read_codes(poster) == ["http://wifi.hnist.edu.cn"]
    assert (typed.status_code, typed["Location"].endswith("/wifi/?wlanacname=x")) == (302, True)
    assert (
        Client().get("/", headers={"host": "WiFi.hnist.edu.cn:80"})["Location"] == typed["Location"].partition("?")[0]
    )
    assert "Location" not in Client().get("/", headers={"host": "wifi.hnist.edu.cn.evil.test"}).headers


@pytest.mark.capability("A173.2")
def test_the_self_test_says_where_one_stands(field: Field) -> None:
    phone = field.phone("a")
    first = phone.client.get("/wifi/test/", REMOTE_ADDR=phone.address).content.decode()
    second = phone.client.get("/wifi/test/", REMOTE_ADDR=phone.address).content.decode()

    assert "还没有上线" in first
    assert "还不知道浏览器" in first
    assert "还不知道浏览器" not in second
    assert [word in first for word in ("不在校园无线网", "已经在线", 'href="http://wifi.hnist.edu.cn"')] == [
        False,
        False,
        True,
    ]
    away = Client().get("/wifi/test/", REMOTE_ADDR=AT_HOME).content.decode()
    assert ("不在校园无线网" in away, "已经在线" in away) == (True, False)
    on_line(field, "a")
    there = phone.client.get("/wifi/test/", REMOTE_ADDR=phone.address).content.decode()
    assert ("已经在线" in there, "还没有上线" in there) == (True, False)


def test_the_certificate_leads_to_the_profile_that_holds_it(field: Field) -> None:
    finding = press(Client(), "certificate", symptom="certificate")
    page = Client().get(finding["Location"])
    profile = Client().get("/help/wifi/wifi.mobileconfig")

    assert page.status_code == 200
    assert b"EAPClientConfiguration" in profile.content


def test_gateways_are_kept_by_engineers_and_lead_to_the_campus_alone(field: Field) -> None:
    grant("T2", ["network.engineer"])
    nas = network.Nas.objects.create(name="北院", address="10.40.0.1", kind="opennds", style="opennds")
    said = {
        "nas": str(nas.public_id),
        "kind": "opennds",
        "name": "north-gateway",
        "port": "2000",
        "secret": "long-enough-secret",
    }
    client = signed_in("T2")
    SsoSession.objects.update(second_factor_at=now(), methods=["pwd", "otp", "mfa"])

    assert signed_in("T1").get("/network/gateways/").status_code == 404
    for host, networks in (
        ("203.0.113.9:80", "10.40.0.0/16"),
        ("10.40.0.1:2050", "0.0.0.0/0"),
        ("10.41.0.1:2050", "10.40.0.0/16"),
    ):
        page = client.post("/network/gateways/new/", {**said, "host": host, "networks": networks})
        assert page.status_code == 422, (host, networks)
    page = client.get("/network/gateways/new/").content.decode()
    token = page.split('name="token" value="')[1].split('"')[0] if 'name="token"' in page else ""
    done = client.post(
        "/network/gateways/new/", {**said, "host": "10.40.0.1:2050", "networks": "10.40.0.0/16", "token": token}
    )
    assert done.status_code in {302, 303}, done.content.decode()[-3000:]
    assert "long-enough-secret" not in client.get("/network/gateways/").content.decode()
    made = PortalGateway.objects.get(name="north-gateway")
    change = f"/network/gateways/{made.public_id}/"
    assert "long-enough-secret" not in client.get(change).content.decode()
    facts = {"host": "10.40.0.1:2050", "networks": "10.40.0.0/16", "port": "2000"}
    facts["revision"] = revision_of(made, CHANGED)
    assert client.post(change, {**facts, "secret": "another-long-secret"}).status_code == 302
    made.refresh_from_db()
    assert made.secret == "another-long-secret"
    assert [client.post(change, facts | {"port": port}).status_code for port in ("2001", "2002")] == [302, 409]
    again = {"networks": "10.40.0.0/16", "host": "10.40.0.1:2050", "port": 2003}
    set_portal_gateway(by=SYSTEM, nas=nas, kind="opennds", name="north-gateway", **again)
    made.refresh_from_db()
    assert made.port == 2003, "a demo that is opened again"
    on_line(field, "a")
    assert client.post(f"/network/gateways/{field.gateway.public_id}/remove/").status_code == 302
    assert NAME not in client.get("/network/gateways/").content.decode(), "used, and retired all the same"
