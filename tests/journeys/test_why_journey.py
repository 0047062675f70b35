"""Why am I not on line, on a phone of 390 px: each cure that the page offers is pressed, and does what its button says."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import Campus
from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.journey
TEACHER, STUDENT, PASSWORD = "0020090001", "14231200001", "Nanhu-lake-2026"
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
    with page.expect_download() as profile:
        page.locator('a[href$=".mobileconfig"]').click()
    assert b"EAPClientConfiguration" in profile.value.path().read_bytes()

    student = visit("phone")
    student.sign_in(campus.url, STUDENT, PASSWORD)
    cure(student.page, campus, "dormitory", "看我的楼归谁")
    expect(student.page).to_have_url(re.compile("/requests/network/$"))
    cure(student.page, campus, "vpn", "看我的 VPN")
    expect(student.page).to_have_url(re.compile("/network/vpn/$"))
    student.look()

    phone.sign_in(campus.url, TEACHER, PASSWORD)
    page.goto(f"{campus.url}/network/why/")
    phone.look()
    cure(page, campus, "nothing", "看覆盖地图")
    expect(page).to_have_url(re.compile("/network/coverage/"))
    cure(page, campus, "address", "还是没有：报修")
    expect(page.locator("textarea").first).to_have_value(re.compile("没有拿到地址"))

    done = campus.nanhu("shell", "--no-imports", "--command", FULL)
    assert "done" in done.stdout, done.stderr
    page.goto(f"{campus.url}/network/why/")
    chosen = page.get_by_role("radio").nth(1)
    chosen.check()
    phone.look()
    page.get_by_role("button", name="让它下线").click()
    expect(page.get_by_role("status")).to_contain_text("正在让")
    phone.look()
    page.get_by_role("button", name="还没有好").click()
    expect(page.locator("textarea").first).to_have_value(re.compile("上不了网。自查结果"))
