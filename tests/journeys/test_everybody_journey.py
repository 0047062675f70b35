"""The main journeys as a student from abroad with weak eyes goes them: in English, in large type, by the keyboard alone, by what a screen
reader says."""

import pytest
from django.utils import translation

from nanhu.kernel.clock import campus_today
from nanhu.kernel.ui import dates
from nanhu.services.lostfound.models import Item
from nanhu.services.lostfound.tests.conftest import data_folder
from nanhu.services.lostfound.tests.conftest import make_school as school_that_loses
from nanhu.services.mobile.tests.conftest import STUDENTS, last_code
from nanhu.services.mobile.tests.conftest import make_school as school_on_phones
from nanhu.services.requests.models import Request
from nanhu.services.requests.tests.conftest import make_school as school_with_crews
from nanhu.services.venues.models import Booking
from nanhu.services.venues.tests.conftest import in_days
from nanhu.services.venues.tests.conftest import make_school as school_with_halls
from tests.journeys.kiosks import beside
from tests.journeys.readers import as_a_foreigner, english, reading

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
__all__ = ["data_folder"]


def test_a_broken_tap_is_found_by_search_and_reported(live_server):
    school = school_with_crews()
    crew = school.crew(name_en="Water and power crew")
    with reading(live_server.url, as_a_foreigner(school.client("S1")), "desk") as reader:
        page = reader.page
        page.goto("/")
        page.keyboard.press("Tab")
        assert reader.here()[0] == "link", "the way past the bars comes first"
        reader.look("林同学", "学", "测试")
        page.keyboard.press("/")
        assert reader.here() == ("searchbox", english("搜索应用、服务、公告"))
        page.keyboard.insert_text(english("服务大厅").lower())
        page.locator("#found a").first.wait_for()
        reader.press("link", "服务大厅")
        reader.look()
        reader.press("link", "后勤报修")
        reader.write("坏在哪里", "d1-101", role="combobox")
        reader.pick("门锁")
        reader.pick("水")
        reader.write("怎么坏的", "The tap drips day and night.")
        reader.look("一栋")
        reader.press("button", "我要报修")
        reader.hears("已派单")
        reader.look("一栋", "林同学")
    made = beside(Request.objects.get)
    assert (made.crew_id, made.words) == (crew.pk, "The tap drips day and night.")


def test_a_lost_umbrella_is_told_of(live_server):
    school = school_that_loses()
    with reading(live_server.url, as_a_foreigner(school.client("S1"))) as reader:
        reader.page.goto("/lostfound/")
        reader.press("link", "我丢东西了")
        reader.pick("雨伞")
        reader.write("说一说", "Black, with a wooden handle")
        reader.write("具体位置", "third floor")
        reader.look()
        reader.press("button", "发布")
        reader.look()
    assert beside(lambda: Item.objects.get().words) == "Black, with a wooden handle"


def test_a_newcomer_certifies_on_the_phone(live_server):
    school = school_on_phones()
    name, phone, document = STUDENTS["S1"]
    with reading(live_server.url, as_a_foreigner(school.client("S1"))) as reader:
        reader.page.goto("/mobile/certify/")
        reader.write("学号", "S1")
        reader.write("姓名", name)
        reader.write("身份证件号码", document)
        reader.write("手机号", phone)
        reader.tick("同意把姓名、单位、手机号交给腾讯，用来开通企业微信")
        reader.tick("单独同意：用证件号码核对身份；核对后不保存，不交给腾讯")
        reader.look()
        reader.press("button", "发送验证码")
        reader.write("验证码", beside(lambda: last_code(phone)))
        reader.press("button", "验证并继续")
        reader.hears("身份核对无误")
        reader.look()


def test_a_hall_is_booked(live_server):
    school = school_with_halls()
    hall = school.venue("b1.1", "报告厅", uses=["hall"], name_en="Lecture hall", set_up=30, clear_up=30)
    with reading(live_server.url, as_a_foreigner(school.client("S1"))) as reader:
        reader.page.goto(f"/venues/?day={in_days(7)}")
        reader.look()
        with translation.override("en"):
            first, day = (dates.day(in_days(number), campus_today().year) for number in (7, 9))
        reader.press("link", f"Lecture hall {first}")
        reader.look("b1楼")
        reader.go("link", f"{first} 08:00")
        reader.go("link", f"{day} 08:00", key="ArrowRight")
        reader.go("link", f"{day} 10:00", key="ArrowDown")
        reader.press("link", f"{day} 10:00")
        reader.write("活动名称", "Reading circle")
        reader.write("用途", "We read to each other.")
        reader.write("人数", "40", role="spinbutton")
        reader.look()
        reader.press("button", "提交申请")
        reader.hears("时间先为您留着，等审批；24 小时没有人批就放开。")
        reader.look("b1楼", "会堂管理科")
    assert beside(lambda: Booking.objects.get().venue_id) == hall.pk
