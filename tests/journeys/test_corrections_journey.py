"""更正 in a real browser, from "this is wrong" to the end: the office agrees, the register says the new name, 企业微信 follows, and only then it is closed."""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from nanhu.kernel.events import deliver_pending
from nanhu.kernel.files.tests.conftest import data_folder
from nanhu.kernel.files.tests.samples import picture
from nanhu.platforms.flows.services import definitions
from nanhu.platforms.people import api as people
from nanhu.platforms.portal.corrections import watching
from nanhu.platforms.portal.models import Correction, FieldOwner
from nanhu.services.mobile.services import bindings, comparing
from nanhu.services.mobile.tests.conftest import STUDENTS, School, make_school, settle, wecom
from nanhu.testing.accessibility import SIZES, look_at
from nanhu.testing.browsers import open_browser
from nanhu.testing.members import SYSTEM
from tests.journeys.kiosks import beside

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
__all__ = ["data_folder", "wecom"]
MINE = "/me/corrections/"
WRONG, RIGHT = STUDENTS["S1"][0], "曾小南"


def make_ready() -> School:
    """The student stands in 企业微信 by his wrong name; 财务处's head answers for names."""
    school = make_school()
    definitions.publish_all()
    bindings.consent(person_id=school.persons["S1"])
    comparing.compare(by=SYSTEM)
    comparing.start(by=SYSTEM)
    settle()
    unit = people.unit_ids_by_code(["20"])["20"]
    people.appoint(
        by=SYSTEM,
        unit_id=unit,
        office="head",
        person_id=school.persons["T2"],
        starts_on=date(2020, 1, 1),
        ends_on=None,
        document="任命",
    )
    FieldOwner.objects.create(field="people.name", unit_id=unit, office="head", changed_by_name="周敏")
    return school


def as_the_worker_does() -> None:
    deliver_pending()
    watching.watch_corrections()
    deliver_pending()


@pytest.mark.capability("A035.3")
def test_from_this_is_wrong_to_the_day_when_all_copies_followed(live_server, wecom):
    school = make_ready()
    cookies = {number: school.client(number).cookies["nanhu_session"].value for number in ("S1", "T2")}
    with open_browser() as chromium:

        def window(number, size):
            width, height = SIZES[size]
            context = chromium.new_context(
                base_url=live_server.url, viewport={"width": width, "height": height}, locale="zh-CN"
            )
            context.add_cookies([{"name": "nanhu_session", "value": cookies[number], "url": live_server.url}])
            return context.new_page()

        student, head = window("S1", "phone"), window("T2", "desk")
        student.goto("/me/")
        student.get_by_role("link", name="有错，请求更正").click()
        look_at(student, "corrections-facts")
        student.locator("dl.facts > div", has_text=WRONG).get_by_role("button", name="有误").click()
        student.get_by_label("应当是").fill(RIGHT)
        student.get_by_label("为什么").fill("录取时写错了一个字")
        student.get_by_label(re.compile("^证明材料")).set_input_files(
            {"name": "身份证.png", "mimeType": "image/png", "buffer": picture("PNG")}
        )
        look_at(student, "corrections-complaint")
        student.get_by_role("button", name="提交申请").click()
        expect(student.get_by_role("main")).to_contain_text("现在由财务处")
        beside(as_the_worker_does)

        head.goto("/flows/")
        head.get_by_role("main").get_by_role("link", name="打开").click()
        expect(head.get_by_role("main")).to_contain_text(RIGHT)
        look_at(head, "corrections-task")
        head.get_by_role("main").get_by_role("button", name="同意", exact=True).click()
        expect(head.get_by_role("main")).to_contain_text("没有等您办的事")
        beside(as_the_worker_does)
        student.goto(MINE)
        expect(student.get_by_role("main")).to_contain_text("等新的值到达")

        beside(lambda: school.record("S1", name=RIGHT))
        beside(as_the_worker_does)
        student.goto(MINE)
        expect(student.get_by_role("main")).to_contain_text("新的值已到，等副本跟上")
        expect(student.get_by_role("main")).to_contain_text("企业微信通讯录：还没跟上")
        assert beside(lambda: Correction.objects.get().closed_at) is None

        beside(lambda: (settle(), as_the_worker_does()))
        student.goto(MINE)
        expect(student.get_by_role("main")).to_contain_text("已改好")
        expect(student.get_by_role("main")).to_contain_text(re.compile("企业微信通讯录：已跟上 .+"))
        look_at(student, "corrections-closed")
    assert wecom.company.store.member("s1")["name"] == RIGHT
    assert beside(lambda: Correction.objects.get().closed_at) is not None
