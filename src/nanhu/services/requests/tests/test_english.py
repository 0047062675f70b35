"""Crews and operators, as a reader of English reads them."""

import pytest

from nanhu.services.requests.models import Crew, Operator
from nanhu.services.requests.services.settings import set_operator
from nanhu.services.requests.tests.conftest import SYSTEM

HALL = "/requests/"


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


def test_the_operator_of_his_dormitory_too(school, reader):
    english = {"name_en": "Huguang Networks", "words_en": "Have your broadband account ready."}
    set_operator(by=SYSTEM, name="湖广网络", phone="10010", words="报修时说宽带账号", buildings=["d1"], **english)
    page = reader.post(f"{HALL}network/", {"place": "d1 一栋"}).content.decode()
    assert all(said in page for said in english.values())
    assert "湖广网络" not in page
    Operator.objects.update(name_en="", words_en="")
    page = reader.post(f"{HALL}network/", {"place": "d1 一栋"}).content.decode()
    assert '<span lang="zh-Hans">报修时说宽带账号</span>' in page
