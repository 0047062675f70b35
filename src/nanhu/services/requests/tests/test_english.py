"""Crews and operators, as a reader of English reads them."""

import re

import pytest
from django.utils import translation

from nanhu.platforms.campus import api as campus
from nanhu.platforms.messages.models import Message
from nanhu.services.requests.models import Crew, Operator, Request
from nanhu.services.requests.services.settings import set_operator
from nanhu.services.requests.tests.conftest import SYSTEM
from nanhu.services.requests.tests.test_repairs import said

HALL = "/requests/"
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")


@pytest.fixture
def reader(school):
    client = school.client("S1")
    client.post("/preferences/language/en")
    return client


def test_a_student_from_abroad_reads_who_comes_in_english(school, reader):
    crew = school.crew()
    made = school.repair("S1", place="d1-102")
    shown = f"{HALL}mine/{made.public_id}/"
    page = reader.get(shown).content.decode()
    assert f'<span lang="zh-Hans">{crew.name}</span>' in page
    Crew.objects.filter(pk=crew.pk).update(name_en="Water crew, east")
    page = reader.get(shown).content.decode()
    assert page.count("Water crew, east") == 2, "among the facts and in the timeline"
    assert crew.name not in page
    reader.post("/preferences/language/zh-hans")
    assert "Water crew, east" not in reader.get(shown).content.decode()


def test_where_it_is_broken_is_typed_and_searched_in_english_by_whoever_likes(school, reader):
    dormitory = campus.PlaceOrder(key="d9", name="南院9栋宿舍", kind="dorm")
    room = campus.PlaceOrder(key="d9-101", name="101", kind="room", parent="d9")
    campus.set_up_places(by=SYSTEM, places=[dormitory, room])
    school.crew()
    form, typed = f"{HALL}repair/", "South Campus Dormitory 9 101"
    for client, fault in ((reader, "water"), (school.client("S2"), "power")):
        offered = client.get(form, {"suggest": "place", "place": typed}).content.decode()
        assert re.findall('value="([^"]+)"', offered) in ([f"d9-101 {typed}"], ["南院9栋宿舍 101"])
        assert client.post(form, said(place=typed, fault_class=fault)).status_code == 302
    assert {one.place.key for one in Request.objects.all()} == {"d9-101"}
    desk = school.client("D1").get("/requests/dispatch/", {"q": "south campus dormitory"}).content.decode()
    assert Request.objects.first().number in desk


def test_whoever_dispatches_reads_in_his_own_language_where_there_is_danger(school, reader):
    dormitory = campus.PlaceOrder(key="d9", name="南院9栋宿舍", kind="dorm")
    room = campus.PlaceOrder(key="d9-101", name="101", kind="room", parent="d9")
    campus.set_up_places(by=SYSTEM, places=[dormitory, room])
    assert school.client("D1").get("/requests/dispatch/").status_code == 200
    for client in (reader, school.client("S2")):
        assert (
            client.post(f"{HALL}repair/", said(place="d9-101 101", fault_class="water", is_urgent="on")).status_code
            == 302
        )
        told = Message.objects.filter(text__contains="有危险").latest("pk")
        assert "南院9栋宿舍 101 · 水" in told.text
        assert "South Campus Dormitory 9 101 · Water" in told.text_en
        assert not CHINESE.search(told.text_en)
        Request.objects.update(state="closed")


def test_the_operator_of_his_dormitory_too(school, reader):
    english = {"name_en": "Huguang Networks", "words_en": "Have your broadband account ready."}
    set_operator(by=SYSTEM, name="湖广网络", phone="10010", words="报修时说宽带账号", buildings=["d1"], **english)
    page = reader.post(f"{HALL}network/", {"place": "d1 一栋"}).content.decode()
    assert all(said in page for said in english.values())
    assert "湖广网络" not in page
    Operator.objects.update(name_en="", words_en="")
    page = reader.post(f"{HALL}network/", {"place": "d1 一栋"}).content.decode()
    assert '<span lang="zh-Hans">报修时说宽带账号</span>' in page


def test_each_is_told_in_his_own_language_whatever_the_other_reads(school):
    crew = school.crew()
    Crew.objects.filter(pk=crew.pk).update(name_en="Water crew")
    with translation.override("en"):
        made = school.repair("S1")
    told = Message.objects.filter(template="requests.progress").latest("pk")
    assert told.text == f"{made.get_kind_display()} {made.number} · 已派给{crew.name}"
    assert "Water crew" in told.text_en
    assert not CHINESE.search(told.text_en)
