"""Why am I not on line, on a phone of 390 px: each cure that the page offers is pressed, and does what its button says."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import Campus
from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.journey
TEACHER, PASSWORD = "0020090001", "Nanhu-lake-2026"
FULL = """
from datetime import timedelta
from nanhu.kernel.clock import campus_today, now
from nanhu.platforms.people import api as people
from nanhu.services.network import api as network
from nanhu.services.network.models import Session
person = people.find_person_by_campus_no("0020090001")
Session.objects.filter(person_id=person, stopped_at=None).update(stopped_at=now(), cause="lost")
nas = network.Nas.objects.filter(withdrawn_at=None).first()
most = network.policy_of("staff", "wifi").devices
for number in range(most):
    Session.objects.create(
        nas=nas, sid=f"why-{number}", person_id=person, service="wifi", station=f"02:00:00:00:77:{number:02x}",
        started_at=now() - timedelta(hours=2), updated_at=now() - timedelta(minutes=40 - number),
    )
network.Refusal.objects.create(person_id=person, reason="devices", words="满了", service="wifi", station="02:00:00:00:77:ff")
print("done")
"""


def cure(page: Page, campus: Campus, symptom: str, button: str) -> None:
    page.goto(f"{campus.url}/network/why/?symptom={symptom}")
    expect(page.get_by_role("status")).to_have_count(1)
    page.get_by_role("button", name=button).click()


@pytest.mark.capability("A164.1")
def test_each_cure_that_the_page_offers_works_when_it_is_pressed(
    campus: Campus, visit: Callable[[str], Visitor]
) -> None:
    phone = visit("phone")
    page = phone.page
    cure(page, campus, "", "看怎么连")
    expect(page).to_have_url(re.compile("/help/wifi"))
    cure(page, campus, "certificate", "下载配置文件")
    expect(page.get_by_role("link", name=re.compile("mobileconfig|下载"))).not_to_have_count(0)
    cure(page, campus, "dormitory", "看我的楼归谁")
    expect(page).to_have_url(re.compile("/requests/|/sign-in"))

    page.goto(f"{campus.url}/sign-in?next=/network/why/")
    page.get_by_label("账号", exact=True).fill(TEACHER)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page).to_have_url(re.compile("/network/why/"))
    phone.look()
    cure(page, campus, "vpn", "看我的 VPN")
    expect(page).to_have_url(re.compile("/network/vpn/"))
    cure(page, campus, "nothing", "看覆盖地图")
    expect(page).to_have_url(re.compile("/network/coverage/"))
    cure(page, campus, "address", "还是没有：报修")
    expect(page.locator("textarea").first).to_have_value(re.compile("没有拿到地址"))

    done = campus.nanhu("shell", "--no-imports", "--command", FULL)
    assert "done" in done.stdout, done.stderr
    cure(page, campus, "", "让它下线")
    expect(page.get_by_role("status")).to_contain_text("正在让")
    phone.look()
    page.get_by_role("button", name="还没有好").click()
    expect(page.locator("textarea").first).to_have_value(re.compile("上不了网。自查结果"))


HAPPENED = """
import json
from datetime import timedelta
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.platforms.campus import api as campus
from nanhu.platforms.identity.services import sign_in_log
from nanhu.platforms.people.models import Affiliation
from nanhu.services.network import api as network
from nanhu.services.network.models import Session
ties = Affiliation.objects.filter(kind="student", state="active").order_by("campus_no")
numbers = {}
for finding, tie in zip(("kept_off", "looped", "wrong_password", "hours", "vpn"), ties[5:10]):
    numbers[finding] = tie.campus_no
    mac = f"02:00:00:00:78:{len(numbers):02x}"
    if finding == "kept_off":
        network.Device.objects.create(person_id=tie.person_id, recognised_by=f"mac:{mac}", macs=[mac], kept_off_at=now())
    if finding in ("kept_off", "hours", "vpn"):
        reason = {"vpn": "service"}.get(finding, finding)
        service = "vpn" if finding == "vpn" else "wifi"
        words = {"hours": "现在不在开放时段"}.get(finding, "VPN 只给在职教职工")
        network.Refusal.objects.create(person_id=tie.person_id, reason=reason, words=words, service=service, station=mac)
    if finding == "looped":
        for number in range(5):
            at = now() - timedelta(minutes=5 - number)
            over = {"stopped_at": at + timedelta(seconds=9), "cause": "Lost-Carrier"} if number < 4 else {}
            Session.objects.create(
                nas=network.Nas.objects.filter(withdrawn_at=None).first(), sid=f"loop-{number}", person_id=tie.person_id,
                service="wifi", station=mac, started_at=at, updated_at=at, **over,
            )
    if finding == "wrong_password":
        by = Actor(account_id=None, name="device", address=mac)
        sign_in_log.refused(by=by, campus_no=tie.campus_no, how="network")
places = dict.fromkeys(("down", "well", "bare"))
free = campus.open_places().exclude(kind__in=["campus", "room"]).exclude(key__in=network.Nas.objects.values("place__key"))
for state, place in zip(places, free.exclude(key__in=network.ApPlace.objects.values("place__key")).order_by("key")):
    places[state] = place.key
    if state != "bare":
        heard = now() - timedelta(hours=1 if state == "down" else 0)
        network.Nas.objects.create(name=f"why {state}", address=f"192.0.2.{len(state)}", identifier=state, kind="ac", place=place, last_heard_at=heard)
print(json.dumps([numbers, places]))
"""


@pytest.mark.capability("A164.1")
def test_each_cure_for_what_happened_to_a_person_or_a_building_works(
    campus: Campus, visit: Callable[[str], Visitor]
) -> None:
    done = campus.nanhu("shell", "--no-imports", "--command", HAPPENED)
    assert done.returncode == 0, done.stderr
    numbers, places = json.loads(done.stdout.splitlines()[-1])

    def of(finding: str) -> Page:
        phone = visit("phone")
        phone.sign_in(campus.url, numbers[finding], PASSWORD)
        phone.page.goto(f"{campus.url}/network/why/")
        phone.look()
        return phone.page

    page = of("kept_off")
    expect(page.get_by_role("status")).to_contain_text("下了线")
    page.get_by_role("button", name="允许它再上线").click()
    expect(page.get_by_role("button", name="允许它再上线")).to_have_count(0)
    page = of("looped")
    page.get_by_role("button", name="断开它，重新连接").click()
    expect(page.get_by_text("刚才的办法管用吗")).to_be_visible()
    page.goto(f"{campus.url}/network/devices/")
    expect(page.locator("main")).to_contain_text("断网中")
    page = of("wrong_password")
    page.get_by_role("button", name="看怎么改设备里的密码").click()
    expect(page).to_have_url(re.compile("/help/wifi#wifi-changed"))
    page = of("hours")
    page.get_by_role("button", name="打电话问").click()
    expect(page.locator('a[href^="tel:"]').first).to_be_visible()
    page = of("vpn")
    page.get_by_role("button", name="看我的 VPN").click()
    expect(page).to_have_url(re.compile("/network/vpn/"))
    expect(page.locator("main")).to_contain_text("走 CARSI")

    cure(page, campus, f"nothing&place={places['bare']}", "看覆盖地图")
    expect(page).to_have_url(re.compile("/network/coverage/"))
    for state, button in (("down", "报修，让人来"), ("well", "还是搜不到：报修")):
        cure(page, campus, f"nothing&place={places[state]}", button)
        expect(page).to_have_url(re.compile("/requests/network/"))
        expect(page.locator("textarea").first).to_have_value(re.compile("上不了网。自查结果"))
