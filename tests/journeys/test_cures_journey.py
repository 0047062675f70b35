"""Why am I not on line, on a phone of 390 px: what happened to a person, to a building and to a phone at the gateway, each cured by its button to the end."""

import inspect
import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from nanhu.emulators.wlan.controller import Phone
from nanhu.kernel.clock import campus_time, now
from nanhu.platforms.campus import api as campus
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.identity.api import account_with
from nanhu.platforms.identity.lifecycle import suspensions
from nanhu.services.network import api as network
from nanhu.services.network.portal import diagnosis
from nanhu.services.network.portal.models import Cure, PortalGateway
from nanhu.services.network.portal.rules import INTERCEPTED
from nanhu.services.network.portal.tests.air import NAME
from nanhu.services.network.portal.tests.conftest import Field, fall_silent, field
from nanhu.services.network.portal.tests.test_captive import on_line
from nanhu.services.requests.models import Request
from nanhu.testing.accessibility import SIZES, look_at
from nanhu.testing.browsers import open_own_browser
from nanhu.testing.members import PASSWORD, SYSTEM
from nanhu.testing.sessions import signed_in
from tests.journeys.kiosks import beside

__all__ = ["field"]
pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
HERE, MAC = "127.0.0.1", "02:11:22:33:44:aa"
WHY = "/network/why/"
WALKED_HERE = {
    "wrong_password",
    "kept_off",
    "looped",
    "refused",
    "vpn_refused",
    "vpn_code",
    "not_covered",
    "building_down",
    "building_well",
    "captive",
    "account",
    "operator",
}
WALKED_IN_THE_SAMPLE = {"outside", "certificate", "dormitory", "vpn", "which_building", "no_address", "full"}
"""By `test_why_journey.py`."""
WITHOUT_A_CURE = {"on_line", "leaving", "reconnecting", "account_well"}


def test_no_cure_is_offered_that_no_journey_walks() -> None:
    offered = set(re.findall(r'(?:key=|leading\()"(\w+)"', inspect.getsource(diagnosis)))
    assert offered - WITHOUT_A_CURE == WALKED_HERE | WALKED_IN_THE_SAMPLE


@pytest.fixture
def page(field: Field, live_server) -> Iterator[Page]:
    """T1's phone: every host leads to the campus, as a gateway's would; it hangs at the emulated controller."""
    PortalGateway.objects.filter(pk=field.gateway.pk).update(networks=["10.20.0.0/16", "127.0.0.0/8"])
    field.air.phones["t"] = Phone(name="手机", mac=MAC, address=HERE, ssid="hnist")
    cookie = {
        "name": "nanhu_session",
        "value": signed_in("T1").cookies["nanhu_session"].value,
        "url": live_server.url,
    }
    width, height = SIZES["phone"]
    faults: list[str] = []
    with open_own_browser(f"--host-resolver-rules=MAP * {urlsplit(live_server.url).netloc}") as chromium:
        context = chromium.new_context(
            base_url=live_server.url, viewport={"width": width, "height": height}, locale="zh-CN"
        )
        context.add_cookies([cookie])
        made = context.new_page()
        made.on("pageerror", lambda told: faults.append(str(told)))
        yield made
        context.close()
    assert faults == []


def told(page: Page, words: str, button: str) -> None:
    page.goto(WHY)
    expect(page.get_by_role("status")).to_contain_text(words)
    page.get_by_role("button", name=button).click()


def has_come_back(field: Field, which: str) -> None:
    """Its session of before is over, as the controller reports it, and it comes on line anew."""
    field.air.off(field.air.phones[which], "Admin-Reset")
    on_line(field, which)


@pytest.mark.capability("A164.1")
def test_each_cure_for_what_happened_to_a_person_works(
    field: Field, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = {**field.air.facts(field.air.phones["b"]), "User-Name": "T1", "User-Password": "the-old-one"}
    beside(lambda: field.air.post("authenticate", wrong))
    told(page, "旧密码", "看怎么改设备里的密码")
    expect(page).to_have_url(re.compile("/help/wifi#wifi-changed"))
    expect(page.get_by_role("heading", name="改了密码以后")).to_be_visible()
    beside(lambda: on_line(field, "a"))
    page.goto(WHY)
    expect(page.get_by_role("status")).not_to_contain_text("旧密码")

    page.goto("/network/devices/")
    page.get_by_role("button", name=re.compile("^让“.*”下线")).click()
    beside(lambda: field.air.off(field.air.phones["a"], "Admin-Reset"))
    assert beside(lambda: field.phone("a").sign_in().status_code) == 409
    told(page, "下了线", "允许它再上线")
    expect(page.get_by_role("button", name="允许它再上线")).to_have_count(0)
    assert beside(lambda: field.phone("a").sign_in().status_code) == 303

    for _time in range(4):
        beside(lambda: has_come_back(field, "a"))
    told(page, "次。", "断开它，重新连接")
    expect(page.get_by_role("status")).to_contain_text("会自己重新连接")
    expect(page.get_by_role("button", name="断开它，重新连接")).to_have_count(0)
    look_at(page, "network-why-reconnecting")
    beside(lambda: has_come_back(field, "a"))
    page.goto(WHY)
    expect(page.get_by_role("status")).not_to_contain_text("来回")
    page.get_by_role("button", name="好了", exact=True).click()
    assert beside(lambda: Cure.objects.get(finding="looped").is_solved) is True

    opens = campus_time(now()) + timedelta(hours=2)
    hours = {"opens": opens.time(), "closes": (opens + timedelta(hours=1)).time()}
    beside(lambda: network.Policy.objects.update(**hours))
    assert beside(lambda: field.phone("b").sign_in().status_code) == 409
    told(page, "时段", "打电话问")
    expect(page.get_by_role("link", name="07308640996", exact=True)).to_have_attribute("href", "tel:07308640996")
    look_at(page, "network-why-call")

    rule = network.ServiceRule(key="vpn", service="vpn", refuses=lambda _person: "没有开通的 VPN 账户")
    monkeypatch.setattr(network.service_rules, "_entries", {"vpn": rule})
    vpn = network.AdmissionRequest(service="vpn", role="staff", person_id=field.person_id, station="203.0.113.9")
    with pytest.raises(network.ServiceRefusedError):
        beside(lambda: network.admit(vpn))
    told(page, "没有开通的 VPN 账户", "看我的 VPN")
    expect(page).to_have_url(re.compile("/network/vpn/"))
    expect(page.get_by_role("link", name="申请", exact=True)).to_be_visible()

    monkeypatch.setattr(network.service_rules, "_entries", {})
    page.goto(f"{WHY}?symptom=vpn")
    page.get_by_role("button", name="去绑定动态口令").click()
    expect(page).to_have_url(re.compile("/account$"))


@pytest.mark.capability("A164.1")
def test_each_cure_for_a_building_works(field: Field, page: Page) -> None:
    def build() -> None:
        for key, name in (("a1", "南院一教"), ("a2", "旧仓库")):
            campus.Place.objects.create(key=key, name=name, kind="teaching")
        there = network.Nas.objects.filter(pk=field.gateway.nas_id)
        there.update(place=campus.place_with("a1"), last_heard_at=now())

    def at(name: str, words: str, button: str) -> None:
        page.goto(WHY)
        page.get_by_role("link", name="这里搜不到信号，或整栋楼都断了").click()
        page.get_by_label("我在哪栋楼").select_option(label=name)
        page.get_by_role("button", name="看这栋楼").click()
        expect(page.get_by_role("status")).to_contain_text(words)
        look_at(page, "network-why-building")
        page.get_by_role("button", name=button).click()

    beside(build)
    at("旧仓库", "没有无线网覆盖", "看覆盖地图")
    expect(page).to_have_url(re.compile("/network/coverage/"))
    expect(page.get_by_role("heading", name="无线网覆盖")).to_be_visible()
    at("南院一教", "网络设备正常", "还是搜不到：报修")
    report(page, "网络设备正常")
    beside(lambda: fall_silent(field.gateway.nas_id))
    at("南院一教", "没有响应", "报修，让人来")
    report(page, "没有响应")
    assert beside(Request.objects.count) == 2
    assert beside(lambda: set(Cure.objects.values_list("finding", "cure"))) == {
        ("not_covered", "link"),
        ("building_well", "ticket"),
        ("building_down", "ticket"),
    }


def report(page: Page, words: str) -> None:
    """The ticket is filled in; where it is, is added, and it is sent."""
    expect(page.locator("textarea").first).to_have_value(re.compile(f"上不了网。自查结果：.*{words}"))
    page.get_by_label("坏在哪里").fill("a1")
    page.get_by_role("button", name="我要报修").click()
    expect(page.get_by_text("已提交，编号").first).to_be_visible()


@pytest.mark.capability("A164.1")
def test_who_is_captive_is_led_on_line_by_the_button(field: Field, page: Page, live_server) -> None:
    gateway = f"{live_server.url}/wifi/?wlanuserip={HERE}&wlanacname={NAME}&mac={MAC}&ssid=hnist"
    told(page, "还没有登录", "去上线")
    page.get_by_role("link", name="wifi.hnist.edu.cn").click()
    expect(page).to_have_url(INTERCEPTED)
    page.goto(gateway)  # as the gateway answers, which takes that address for itself
    expect(page.get_by_role("heading", name="连接校园网")).to_be_visible()
    page.get_by_label("学号、工号或来宾号").fill("T1")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="上线", exact=True).click()
    expect(page.get_by_role("heading", name="已上线")).to_be_visible()
    page.goto(WHY)
    expect(page.get_by_role("status")).to_contain_text("已经在线")


@pytest.mark.capability("A164.1")
def test_who_lives_in_a_dormitory_is_told_whose_its_net_is_and_calls_them(field: Field, page: Page) -> None:
    def lives() -> None:
        house = campus.Place.objects.create(key="d1", name="南院1栋宿舍", kind="dorm")
        campus.Place.objects.create(key="d1-305", name="305", kind="room", parent=house)
        datahub.put("dorm.stay", [{"campus_no": "T1", "place": "d1-305", "state": "living"}], by=SYSTEM)
        datahub.put("service.network_operator", [{"place": "d1", "name": "湖广宽带", "phone": "10099"}], by=SYSTEM)

    beside(lives)
    page.goto(WHY)
    page.get_by_role("link", name="宿舍里的宽带").click()
    expect(page.get_by_role("status")).to_contain_text("南院1栋宿舍的宽带由湖广宽带维护，报修电话 10099")
    look_at(page, "network-why-operator")
    page.get_by_role("button", name="打电话报修").click()
    expect(page.get_by_role("link", name="10099", exact=True)).to_have_attribute("href", "tel:10099")


@pytest.mark.capability("A164.1")
def test_who_is_suspended_and_cannot_sign_in_reads_whom_to_call(field: Field, page: Page) -> None:
    beside(lambda: suspensions.suspend(by=SYSTEM, account_id=account_with("T1").pk, reason="账号疑似被盗"))
    page.goto(WHY)
    page.get_by_role("link", name="账号登录不了，或被停用").click()
    page.get_by_label("学号、工号或来宾号").fill("T1")
    page.get_by_label("密码", exact=True).fill("not-his")
    page.get_by_role("button", name="看我的账号").click()
    expect(page.get_by_role("alert")).to_contain_text("账号或密码不正确")
    look_at(page, "network-why-account")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="看我的账号").click()
    expect(page.get_by_role("status")).to_contain_text("您的账号已停用")
    page.get_by_role("button", name="打电话问").click()
    expect(page.get_by_role("link", name="07308640996", exact=True)).to_be_visible()
