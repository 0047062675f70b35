"""A teacher applies for the VPN on the phone, the head agrees, and a strange sign-in is disowned; each page as a screen reader finds it."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.events import deliver_pending
from nanhu.platforms.campus import api as campus
from nanhu.platforms.flows.models import Task
from nanhu.platforms.identity import api as identity
from nanhu.services.network.reach.models import AccessPoint, CoveredArea, VpnUse
from nanhu.services.network.reach.services import watching
from nanhu.services.network.reach.tests.conftest import make_school
from nanhu.testing.accessibility import SIZES, look_at
from nanhu.testing.browsers import on_console_error, open_browser
from tests.journeys.kiosks import beside

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
RING = [[113.1, 29.3], [113.101, 29.3], [113.101, 29.301], [113.1, 29.301], [113.1, 29.3]]


def from_home_and_away(person_id):
    watching.note_use(person_id=person_id, station="203.0.113.7", grant_key="1")
    VpnUse.objects.update(at=now() - timedelta(days=1))
    return watching.note_use(person_id=person_id, station="198.51.100.9", grant_key="2").public_id


def test_a_teacher_applies_and_later_disowns_a_strange_sign_in(live_server):
    school = make_school()
    school.resource()
    library = campus.place_with("lib")
    AccessPoint.objects.create(name="LIB-1", place=library, bands=["5"], seen_at=now())
    CoveredArea.objects.create(place=library, ring=RING)
    cookies = {one: school.client(one).cookies["nanhu_session"].value for one in ("T1", "H1", "S1")}
    faults = []
    with open_browser() as chromium:

        def phone(number):
            width, height = SIZES["phone"]
            context = chromium.new_context(
                base_url=live_server.url, viewport={"width": width, "height": height}, locale="zh-CN"
            )
            context.add_cookies([{"name": "nanhu_session", "value": cookies[number], "url": live_server.url}])
            page = context.new_page()
            page.on("pageerror", lambda told: faults.append(str(told)))
            on_console_error(page, faults.append)
            return page

        student = phone("S1")
        student.goto("/network/vpn/")
        look_at(student, "vpn-student")
        teacher = phone("T1")
        for name in ("resources", "downloads", "coverage"):
            teacher.goto(f"/network/{name}/")
            look_at(teacher, f"network-{name}")
        teacher.goto("/network/vpn/")
        teacher.get_by_role("link", name="申请", exact=True).click()
        look_at(teacher, "vpn-apply")
        teacher.get_by_label("用途").fill("出差填报科研系统")
        teacher.get_by_label("用到哪天").fill((campus_today() + timedelta(days=30)).isoformat())
        teacher.get_by_label("我已读过并同意上面的保密承诺").check()
        teacher.get_by_role("button", name="提交申请").click()
        expect(teacher.get_by_role("heading", name="等单位负责人同意")).to_be_visible()
        task = beside(lambda: Task.objects.get(state="open").public_id)
        head = phone("H1")
        head.goto(f"/flows/tasks/{task}/")
        head.get_by_role("button", name="同意", exact=True).click()
        beside(deliver_pending)
        strange = beside(lambda: from_home_and_away(school["T1"]))
        teacher.goto("/network/vpn/")
        look_at(teacher, "vpn-open")
        teacher.get_by_role("link", name="是您吗？").first.click()
        look_at(teacher, "vpn-use")
        teacher.get_by_role("link", name="不是我").click()
        teacher.get_by_role("button", name="断开并换密码").click()
        teacher.wait_for_url("**/setup**")
    assert beside(lambda: VpnUse.objects.get(public_id=strange).answer) == "not_mine"
    assert beside(lambda: identity.account_with("T1").state) == "must_complete"
    assert faults == []
