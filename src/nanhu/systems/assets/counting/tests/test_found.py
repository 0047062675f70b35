"""What a stranger reads who opens a label: the school's office, a form, and nothing by which a thing could be known."""

import re

import pytest
from django.test import Client

from nanhu.systems.assets.counting.models import FoundReport
from nanhu.systems.assets.labels import room_code

pytestmark = pytest.mark.django_db
TOKEN = re.compile(
    r'name="(csrfmiddlewaretoken|form_token)" value="[^"]*"|/a/[^"<]*|"x-csrftoken": "[^"]*"|nonce="[^"]*"|[?&]next=[^"]*'
)


def shown(code):
    answer = Client().get(f"/a/{code}")
    assert answer.status_code == 200
    assert answer.headers["X-Robots-Tag"] == "noindex"
    return TOKEN.sub("", answer.content.decode())


def test_every_number_is_answered_alike(school):
    [thing] = school.things("b1-101", 1, name="质谱仪")
    known, unknown, door = shown(thing.number), shown("2026-A02-999999-1"), shown(room_code("b1-101"))
    assert known == unknown == door
    assert "质谱仪" not in known
    assert "101 机房" not in known
    assert "国有资产管理处" in known


def test_what_was_found_is_told_to_the_office_and_settled_there(school):
    said = {"words": "=HYPERLINK(1) 三楼楼梯口", "contact": "13800000000"}
    answer = Client().post("/a/2026-A02-000001-0", said, follow=True)
    assert "已告诉国有资产管理处" in answer.content.decode()
    assert len(answer.redirect_chain) == 1, "who reloads tells nothing again"
    assert Client().post("/a/2026-A02-000001-0", {"words": " "}).status_code == 422
    [report] = FoundReport.objects.all()
    office = school.client("T5")
    page = office.get("/assets/counts/found/")
    assert "三楼楼梯口" in page.content.decode()
    assert [tab.count for tab in page.context["frame"].tabs if tab.waits and tab.count] == [1]
    for _press in range(2):
        assert office.post(f"/assets/counts/found/{report.public_id}/settle/").status_code == 302
    report.refresh_from_db()
    assert report.settled_by_name == "钱处长"
    assert school.client("T2").post(f"/assets/counts/found/{report.public_id}/settle/").status_code == 404


def test_who_tells_too_much_waits_and_others_do_not(school):
    def tell(address):
        return Client(REMOTE_ADDR=address).post("/a/x", {"words": "在这里"}).status_code

    assert [tell("10.0.0.1") for _again in range(5)].count(429) >= 1
    assert tell("10.0.0.2") == 302
    assert FoundReport.objects.count() <= 5


def test_words_in_an_address_do_not_reach_the_office(school):
    for code in ("请打13800000000领奖", "2026-A02-000001-0", "x" * 41, "TY-2019.7"):
        Client(REMOTE_ADDR=f"10.1.{len(code)}.1").post(f"/a/{code}", {"words": "在这里"})
    assert sorted(FoundReport.objects.values_list("number", flat=True)) == ["2026-A02-000001-0", "?", "?", "TY-2019.7"]
