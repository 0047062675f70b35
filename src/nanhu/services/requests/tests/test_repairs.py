"""Repairs through their pages: filed, dispatched, done with photo and materials, not fixed, rated, billed, merged; network by face."""

import html
import io
import re
import struct
import zlib
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F
from PIL import Image

from nanhu.kernel.clock import CAMPUS_ZONE, now
from nanhu.kernel.errors import SamePersonError
from nanhu.kernel.files import store
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.tests.counting import queries_of
from nanhu.platforms.campus import api as campus
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.messages.models import Message
from nanhu.services.requests import queries
from nanhu.services.requests.models import Crew, FaultClass, Request
from nanhu.services.requests.publishing import publish_requests
from nanhu.services.requests.publishing import rows as shared_rows
from nanhu.services.requests.services import dispatching, reminding, working
from nanhu.services.requests.services.settings import set_operator
from nanhu.services.requests.subscribers import leave
from nanhu.services.requests.tests.conftest import picture
from nanhu.services.requests.tests.test_pages import many
from nanhu.testing.inboxes import receivers_of, texts_to
from nanhu.testing.members import SYSTEM
from nanhu.testing.pages import MOST_QUERIES

pytestmark = pytest.mark.django_db
HALL, WORK, DISPATCH = "/requests/", "/requests/work/", "/requests/dispatch/"


def only():
    return Request.objects.get()


def said(**more):
    return {"place": "d1-101 101", "fault_class": "water", "words": "水管漏水", "phone": "13907300001"} | more


def stated(page, *names):
    """What stands beside these names among the facts of a page."""
    found = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page, re.DOTALL))
    return [html.unescape(found.get(name, "")) for name in names]


@pytest.mark.capability("A078.1")
def test_a_repair_says_where_and_what_with_a_photo_that_was_made_anew(school):
    school.crew()
    student = school.client("S1")
    answer = student.post(f"{HALL}repair/", said(photos=picture(exif=True)), follow=True)
    one = only()
    assert one.number in answer.content.decode()
    assert (one.place.key, one.fault_class.key, one.phone) == ("d1-101", "water", "13907300001")
    [photo] = one.photos.all()
    assert b"SECRET-CAMERA" not in store.get(photo.file.sha256)
    page = student.get(f"{HALL}mine/{one.public_id}/").content.decode()
    assert "水管漏水" in page
    assert f"/files/{photo.file.public_id}/" in page
    assert student.get(f"/files/{photo.file.public_id}/").status_code == 200
    assert school.client("S2").get(f"/files/{photo.file.public_id}/").status_code == 404
    worker = school.client("W2")
    for seen in (page, worker.get(f"{WORK}{one.public_id}/").content.decode()):
        shown = ("水管漏水", f"/files/{photo.file.public_id}/")
        assert [words for words in shown if words not in seen] == []
        assert stated(seen, "地点", "类别") == [one.place.full_name, str(one.fault_class)]
    for page in (f"{WORK}", f"{WORK}{one.public_id}/"):
        assert f"{one.place.full_name} · {one.fault_class.name}" in worker.get(page).content.decode(), "at a look"
    assert worker.get(f"/files/{photo.file.public_id}/").status_code == 200


@pytest.mark.parametrize(
    "bad",
    [
        {"photos": SimpleUploadedFile("a.jpg", b"<svg onload=alert(1)>")},
        {"photos": SimpleUploadedFile("a.jpg", b"\xff\xd8\xff" + b"x" * 50)},
        {"place": "no such place"},
        {"fault_class": "network"},
        {"words": "a\0b"},
        {"words": "字" * 2001},
        {"phone": "123"},
    ],
)
@pytest.mark.capability("A078.1")
def test_what_is_no_repair_is_refused_beside_its_field_and_nothing_is_kept(school, bad):
    answer = school.client("S1").post(f"{HALL}repair/", said(**bad))
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert not Request.objects.exists()


def test_a_picture_that_would_burst_is_refused(school):
    out = io.BytesIO()
    Image.new("1", (8, 8)).save(out, "PNG")
    head = b"IHDR" + struct.pack(">II", 30_000, 30_000) + out.getvalue()[24:29]
    burst = out.getvalue()[:12] + head + struct.pack(">I", zlib.crc32(head)) + out.getvalue()[33:]
    answer = school.client("S1").post(f"{HALL}repair/", said(photos=SimpleUploadedFile("a.png", burst)))
    assert answer.status_code == 422
    assert not Request.objects.exists()


@pytest.mark.capability("A076.3")
def test_what_is_known_is_filled_in_and_the_second_report_is_one_press(school):
    student = school.client("S1")
    student.post(f"{HALL}repair/", said(may_enter="on"))
    shown = student.get(f"{HALL}repair/").content.decode()
    assert 'value="一栋 101"' in shown
    assert 'value="13907300001"' in shown
    assert re.search(r'value="water"[^>]*checked', shown)
    Request.objects.update(state="closed", closed_at=now())
    values = dict(re.findall(r'<input[^>]*name="(place|phone)"[^>]*value="([^"]*)"', shown))
    assert student.post(f"{HALL}repair/", values | {"fault_class": "water"}).status_code == 302
    assert Request.objects.count() == 2


@pytest.mark.capability("A078.1")
def test_the_same_form_twice_is_one_repair(school):
    student, token = school.client("S1"), {"form_token": str(uuid4())}
    first = student.post(f"{HALL}repair/", said(**token))
    assert student.post(f"{HALL}repair/", said(**token))["Location"] == first["Location"]
    assert Request.objects.count() == 1


@pytest.mark.capability("A078.2")
def test_the_crew_is_told_arrives_and_answers_with_a_photo_and_what_it_did(school):
    crew = school.crew()
    one = school.repair()
    assert (one.state, one.crew) == ("assigned", crew)
    for member in ("W1", "W2"):
        assert any(one.number in text for text in texts_to(school[member])), "leader and worker are told"
    assert not texts_to(school["W3"])
    worker = school.client("W2")
    assert "101" in worker.get(WORK).content.decode()
    assert worker.post(f"{WORK}{one.public_id}/arrive/").status_code == 302
    done = {"cause": "wear", "words": "换了水龙头", "photos": picture(), "minutes": 20}
    assert worker.post(f"{WORK}{one.public_id}/done/", done).status_code == 302
    page = school.client("S1").get(f"{HALL}mine/{one.public_id}/").content.decode()
    assert "换了水龙头" in page
    assert "吴师傅" in page
    assert "修好以后" in page
    one.refresh_from_db()
    assert (one.state, one.worker_id, one.minutes) == ("done", school["W2"], 20)
    assert [text for text in texts_to(school["S1"]) if one.number in text and "办完了" in text], "the reply is told"


@pytest.mark.capability("A078.3")
def test_dispatch_materials_a_reopening_and_a_rating_by_who_reported_it(school):
    crew = school.crew()
    one = school.repair()
    worker, student = school.client("W2"), school.client("S1")
    materials = {"item_1": "水龙头", "quantity_1": 2, "price_1": "18.50"}
    bare = {"cause": "wear", "words": "换了"} | materials
    for bad in ({}, {"photos": picture(), "price_1": "99999999"}, {"photos": picture(), "price_1": "6000"}):
        assert worker.post(f"{WORK}{one.public_id}/done/", bare | bad).status_code == 422
    worker.post(f"{WORK}{one.public_id}/done/", bare | {"photos": picture()})
    page = student.get(f"{HALL}mine/{one.public_id}/").content.decode()
    assert "¥ 37.00" in page
    assert "由学校承担" in page
    mine = f"{HALL}mine/{one.public_id}/"
    assert student.post(f"{mine}again/", {"words": "还在滴"}).status_code == 302
    one.refresh_from_db()
    assert (one.state, one.reopened, one.worker_id, one.crew) == ("assigned", 1, school["W1"], crew)
    assert "返工" in school.client("W1").get(WORK).content.decode()
    worker.post(f"{WORK}{one.public_id}/done/", {"cause": "wear", "words": "拧紧了", "photos": picture()})
    for other in ("S2", "W2"):
        assert school.client(other).post(f"{mine}rate/", {"rating": 5}).status_code == 404
    assert student.post(f"{mine}rate/", {"rating": 4, "words": "快"}).status_code == 302
    assert student.post(f"{mine}rate/", {"rating": 1}).status_code == 409
    assert student.post(f"{mine}again/", {"words": "又坏了"}).status_code == 409, "rated is over"
    one.refresh_from_db()
    assert (one.state, one.rating) == ("closed", 4)
    assert "4.0" in school.client("D1").get(f"{DISPATCH}hours/").content.decode()


@pytest.mark.capability("A078.3")
@pytest.mark.parametrize(("days", "status", "state"), [(7, 302, "assigned"), (8, 409, "done")])
def test_for_a_week_whoever_reported_it_says_that_it_is_not_fixed(school, days, status, state):
    school.crew()
    one = school.repair()
    done = {"cause": "wear", "words": "换了", "photos": picture()}
    assert school.client("W2").post(f"{WORK}{one.public_id}/done/", done).status_code == 302
    Request.objects.update(done_at=now() - timedelta(days=days))
    answer = school.client("S1").post(f"{HALL}mine/{one.public_id}/again/", {"words": "还在滴"})
    assert (answer.status_code, only().state) == (status, state)


@pytest.mark.capability("A078.3")
def test_a_worker_does_not_rate_what_he_did_himself(school):
    school.crew()
    one = school.repair("W1")
    worker = school.client("W1")
    worker.post(f"{WORK}{one.public_id}/done/", {"cause": "none", "words": "好的", "photos": picture()})
    assert worker.post(f"{HALL}mine/{one.public_id}/rate/", {"rating": 5}).status_code == 403
    one.refresh_from_db()
    assert (one.state, one.rating) == ("done", None)


@pytest.mark.capability("A078.3")
def test_dispatch_is_by_class_building_and_who_is_on_duty(school):
    here = school.crew("一栋班", buildings=["d1"], leader="W1", members=())
    everywhere = school.crew("全校班", leader="W3", members=())
    assert school.repair(place="d1-101").crew == here
    assert school.repair(place="t1-201").crew == everywhere
    weekday = now().astimezone(CAMPUS_ZONE).isoweekday()
    school.crew("一栋班", buildings=["d1"], duty_days=[weekday % 7 + 1], crew=here)
    assert school.repair("S2", place="d1-102").crew == everywhere, "the one named for the building rests today"
    assert school.repair(place="d1-101", key="lift").state == "new", "nobody covers lifts"
    desk = school.client("D1").get(f"{DISPATCH}?show=open").content.decode()
    assert desk.count("已收到") >= 1


@pytest.mark.capability("A078.2")
def test_only_the_crew_works_on_a_job_and_a_stranger_finds_none(school):
    school.crew()
    school.crew("别的班", keys=["lock"], leader="W3", members=())
    one = school.repair()
    other = school.client("W3")
    for page in ("", "done/", "no-entry/", "call/", "arrive/"):
        assert other.get(f"{WORK}{one.public_id}/{page}").status_code in {302, 404}
        assert other.post(f"{WORK}{one.public_id}/{page}", {}).status_code in {404, 405}
    for page in ("rate/", "again/", "window/", "withdraw/"):
        assert school.client("S2").post(f"{HALL}mine/{one.public_id}/{page}", {}).status_code == 404
    one.refresh_from_db()
    assert one.state == "assigned"


@pytest.mark.capability("A076.4", "A078.2")
def test_who_cannot_get_in_offers_times_and_the_clock_stands_until_one_is_chosen(school):
    school.crew()
    one = school.repair()
    before = one.due_at
    worker, student = school.client("W2"), school.client("S1")
    worker.post(f"{WORK}{one.public_id}/no-entry/", {"first": "今天 17:00", "second": "明天上午"})
    one.refresh_from_db()
    assert (one.state, one.due_at) == ("waiting", None)
    assert one.minutes_left > 0
    assert [text for text in texts_to(school["S1"]) if text.endswith("维修人员进不了门，请选个时间")], (
        "who reported it is told"
    )
    assert student.post(f"{HALL}mine/{one.public_id}/window/", {"window": "半夜"}).status_code == 422
    assert student.post(f"{HALL}mine/{one.public_id}/window/", {"window": "明天上午"}).status_code == 302
    one.refresh_from_db()
    assert (one.state, one.window, one.minutes_left) == ("assigned", "明天上午", None)
    assert abs(one.due_at - before) < timedelta(minutes=5)
    assert "明天上午" in worker.get(WORK).content.decode()


def test_the_phone_is_sealed_shown_by_a_press_that_is_written_down_and_forgotten(school):
    school.crew()
    one = school.repair(phone="13907300001")
    worker = school.client("W2")
    address = f"{WORK}{one.public_id}/call/"
    assert "13907300001" not in worker.get(f"{WORK}{one.public_id}/").content.decode()
    assert "13907300001" not in worker.get(address).content.decode()
    assert "13907300001" in worker.post(address).content.decode()
    looks = AuditEntry.objects.filter(action="requests.reveal_phone", target=f"person:{school['S1']}")
    assert [one.actor for one in looks] == ["吴师傅"]
    working.withdraw(by=school.actor("S1"), request=one, person_id=school["S1"])
    assert "13907300001" not in worker.post(address).content.decode(), "over"
    Request.objects.update(closed_at=now() - timedelta(days=31))
    assert working.forget_phones() == 1
    one.refresh_from_db()
    assert one.phone is None


@pytest.mark.capability("A078.1")
def test_a_twin_is_followed_or_filed_apart_and_who_follows_reads_no_words(school):
    school.crew()
    first = school.repair(words="我的秘密")
    other = school.client("S2")
    refused = other.post(f"{HALL}repair/", said())
    assert refused.status_code == 409
    assert first.number in refused.content.decode()
    joined = said(twin="join", words="我这边也在滴", window="中午", photos=picture())
    assert other.post(f"{HALL}repair/", joined).status_code == 302
    first.refresh_from_db()
    assert (Request.objects.count(), first.heat) == (1, 1)
    [photo] = first.photos.all()
    at = f"/files/{photo.file.public_id}/"
    for number, address, opens in (("W1", WORK, True), ("S1", f"{HALL}mine/", False)):
        page = school.client(number).get(f"{address}{first.public_id}/").content.decode()
        assert ("我这边也在滴；中午" in page, at in page) == (opens, opens)
        assert school.client(number).get(at).status_code == (200 if opens else 404)
    assert at in other.get(f"{HALL}mine/{first.public_id}/").content.decode()
    assert other.get(at).status_code == 200
    assert school.client("S1").post(f"{HALL}mine/{first.public_id}/withdraw/").status_code == 409, "it is theirs, too"
    used = {"cause": "misuse", "materials": [("水龙头", 2, 1850)], "words": "换了"}
    working.done(by=school.actor("W1"), request=first, person_id=school["W1"], **used)
    working.rate(by=school.actor("S1"), request=first, person_id=school["S1"], rating=5, words="谢谢王师傅")
    page = other.get(f"{HALL}mine/{first.public_id}/").content.decode()
    assert "王师傅" in page
    for hidden in ("我的秘密", "林同学", "谢谢", "水龙头", "人为"):
        assert hidden not in page
    Request.objects.update(state="assigned", rating=None, rating_words="")
    assert other.post(f"{HALL}mine/{first.public_id}/withdraw/").status_code == 404
    other.post(f"{HALL}repair/", said(twin="join"))
    first.refresh_from_db()
    assert first.heat == 1, "once a person"
    again = [other.post(f"{HALL}repair/", said(twin="join")).status_code for _time in range(4)]
    assert again == [302, 302, 302, 429]
    assert school.client("S3").post(f"{HALL}repair/", said(twin="other")).status_code == 302
    assert Request.objects.count() == 2


@pytest.mark.capability("A078.3")
def test_danger_stays_danger_when_its_report_joins_another_or_is_merged_into_it(school):
    school.client("D1")
    school.crew()
    first, other = school.repair(), school.repair(place="d1-102")
    working.cannot_enter(by=school.actor("W1"), request=first, person_id=school["W1"], proposed=["明天"])
    assert school.client("S2").post(f"{HALL}repair/", said(twin="join", is_urgent="on")).status_code == 302
    first.refresh_from_db()
    assert (first.is_urgent, first.state, first.proposed) == (True, "assigned", [])
    assert first.due_at <= now() + timedelta(minutes=120)
    assert {school["D1"], school["W1"], school["W2"]} <= receivers_of(first.number)
    assert "有危险" in " ".join(texts_to(school["D1"]))
    twin = school.repair("S3", place="d1-102", twin="other", is_urgent=True)
    dispatching.merge(by=school.actor("D1"), request=twin, into_number=other.number)
    other.refresh_from_db()
    assert (other.is_urgent, other.due_at) == (True, twin.due_at)
    early = school.repair(key="power")
    late = school.repair("S2", key="power", twin="other")
    Request.objects.filter(pk=late.pk).update(due_at=late.due_at + timedelta(hours=3))
    dispatching.merge(by=school.actor("D1"), request=early, into_number=late.number)
    late.refresh_from_db()
    assert late.due_at == early.due_at, "what was promised first"


@pytest.mark.capability("A078.3")
def test_the_dispatcher_merges_twins_and_nothing_else(school):
    school.crew()
    first, twin = school.repair(), school.repair("S2", twin="other")
    other_place = school.repair("S3", place="d1-102")
    desk = school.client("D1")
    assert desk.post(f"{DISPATCH}{twin.public_id}/merge/", {"number": other_place.number}).status_code == 409
    assert desk.post(f"{DISPATCH}{twin.public_id}/merge/", {"number": twin.number}).status_code == 409
    assert desk.post(f"{DISPATCH}{twin.public_id}/merge/", {"number": first.number}).status_code == 302
    twin.refresh_from_db()
    first.refresh_from_db()
    assert (twin.state, twin.merged_into, first.heat) == ("merged", first, 1)
    Request.objects.filter(pk=twin.pk).update(phone="13907300001", closed_at=F("closed_at") - timedelta(days=31))
    assert working.forget_phones() == 1, "of the merged one, too"
    working.done(by=school.actor("W1"), request=first, person_id=school["W1"], cause="wear", words="好了")
    assert "已办" in school.client("S2").get(f"{HALL}mine/").content.decode()
    old = school.repair("S1", key="power")
    late = school.repair("S2", key="power", twin="other")
    Request.objects.filter(pk=old.pk).update(created_at=now() - timedelta(hours=49))
    assert desk.post(f"{DISPATCH}{late.public_id}/merge/", {"number": old.number}).status_code == 409


@pytest.mark.capability("A078.3")
def test_what_wandered_twice_stops_at_the_leader(school):
    one_crew, other = school.crew("甲班", leader="W1", members=()), school.crew("乙班", leader="W3", members=())
    one = school.repair()
    desk, leader = school.client("D1"), school.client("L1")
    address = f"{DISPATCH}{one.public_id}/route/"
    for _time in (1, 2):
        one.refresh_from_db()
        target = other if one.crew == one_crew else one_crew
        desk.post(address, {"crew": target.public_id, "reason": "不归我们"})
    one.refresh_from_db()
    assert (one.routed, one.is_with_leader, one.state, one.crew) == (2, True, "new", None)
    assert desk.post(address, {"crew": other.public_id, "reason": "再转"}).status_code == 409
    refused = desk.post(f"{DISPATCH}{one.public_id}/assign/", {"crew": other.public_id})
    assert (refused.status_code, "form" in (refused.context or {})) == (404, False), "a page, and no form"
    assert one.number in leader.get(f"{DISPATCH}?show=leader").content.decode()
    assert leader.post(f"{DISPATCH}{one.public_id}/assign/", {"crew": other.public_id}).status_code == 302
    one.refresh_from_db()
    assert (one.crew, one.state, one.is_with_leader) == (other, "assigned", False)
    assert desk.post(address, {"crew": one_crew.public_id, "reason": "再转"}).status_code == 409, "decided for good"
    stranger = {"crew": other.public_id, "worker": "T1"}
    assert desk.post(f"{DISPATCH}{one.public_id}/assign/", stranger).status_code == 422


@pytest.mark.capability("A078.3")
def test_damage_by_somebody_becomes_a_bill_of_the_materials(school):
    school.crew(members=("W2", "D1"))
    one = school.repair()
    materials = [("门锁", 2, 1850)]
    working.done(by=school.actor("W2"), request=one, person_id=school["W2"], cause="misuse", materials=materials)
    desk = school.client("D1")
    assert one.number in desk.get(f"{DISPATCH}?show=pay").content.decode()
    assert "S1" in desk.get(f"{DISPATCH}{one.public_id}/bill/").content.decode()
    english = {"Accept-Language": "en"}
    assert desk.post(f"{DISPATCH}{one.public_id}/bill/", {"payer": "S2"}, headers=english).status_code == 302
    assert desk.post(f"{DISPATCH}{one.public_id}/bill/", {"payer": "S2"}).status_code == 409
    bill = ledger.Bill.objects.get()
    assert (bill.amount_fen, bill.person_id, bill.issuer) == (3700, school["S2"], "requests")
    assert bill.name.endswith("维修材料"), "who pays reads it, and not who pressed"
    back = f"{DISPATCH}{one.public_id}/bill/withdraw/"
    assert desk.post(back, {"reason": "不是他"}).status_code == 409, "not by who issued it"
    with pytest.raises(SamePersonError):
        working.withdraw_bill(by=SYSTEM, request=one, reason="不是他")
    leader = school.client("L1")
    assert "撤销缴费单" in leader.get(f"{DISPATCH}{one.public_id}/").content.decode()
    assert leader.post(back, {"reason": "不是他"}).status_code == 302
    assert leader.post(back, {"reason": "不是他"}).status_code == 409
    bill.refresh_from_db()
    assert not bill.is_owed
    assert desk.post(f"{DISPATCH}{one.public_id}/bill/", {"payer": "S1"}).status_code == 302
    assert [one.person_id for one in ledger.Bill.objects.all() if one.is_owed] == [school["S1"]]
    own = school.repair(place="t1-201")
    working.done(by=school.actor("D1"), request=own, person_id=school["D1"], cause="misuse", materials=materials)
    assert desk.post(f"{DISPATCH}{own.public_id}/bill/", {"payer": "S2"}).status_code == 409, "not by who did the work"
    worn = school.repair(place="d1-102")
    working.done(by=school.actor("W2"), request=worn, person_id=school["W2"], cause="wear", materials=materials)
    assert desk.post(f"{DISPATCH}{worn.public_id}/bill/", {"payer": "S2"}).status_code == 409


def moves_in(numbers, place):
    stays = [{"campus_no": one, "place": place, "state": "living"} for one in numbers]
    datahub.put("dorm.stay", stays, by=SYSTEM)


def test_damage_by_nobody_knows_whom_is_shared_by_who_lives_in_the_room(school):
    school.crew()
    one = school.repair()
    working.done(
        by=school.actor("W2"), request=one, person_id=school["W2"], cause="misuse", materials=[("门锁", 2, 1850)]
    )
    desk, address = school.client("D1"), f"{DISPATCH}{one.public_id}/bill/"
    assert "平摊" not in desk.get(address).content.decode(), "nobody lives there"
    moves_in(["S1", "S2", "S3"], "d1-101")
    assert "现在住 3 人" in desk.get(address).content.decode()
    assert desk.post(address, {"payer": ""}).status_code == 422
    assert desk.post(address, {"payer": "S1", "is_shared": "on"}).status_code == 302
    bills = ledger.Bill.objects.order_by("person_id")
    assert {bill.person_id: bill.amount_fen for bill in bills} == {
        school["S1"]: 1234,
        school["S2"]: 1233,
        school["S3"]: 1233,
    }, "3,700 fen even to the fen; what does not divide goes to the first by number"
    assert desk.post(address, {"payer": "S1"}).status_code == 409
    assert one.number not in desk.get(f"{DISPATCH}?show=pay").content.decode()
    back = school.client("L1").post(f"{DISPATCH}{one.public_id}/bill/withdraw/", {"reason": "查到是谁了"})
    assert back.status_code == 302
    assert not any(bill.is_owed for bill in ledger.Bill.objects.all()), "all parts of it"
    assert desk.post(address, {"payer": "S2"}).status_code == 302
    assert [bill.amount_fen for bill in ledger.Bill.objects.all() if bill.is_owed] == [3700]


def test_what_is_owed_of_a_rooms_bill_is_taken_back_though_a_share_of_it_is_over(school):
    school.crew()
    one = school.repair()
    materials = [("门锁", 2, 1850)]
    working.done(by=school.actor("W2"), request=one, person_id=school["W2"], cause="misuse", materials=materials)
    issued = working.bill(
        by=school.actor("D1"), request=one, payers={number: school[number] for number in ("S1", "S2", "S3")}
    )
    ledger.waive(by=SYSTEM, bill=issued[0], reason="家里困难", key="test:waived")
    back = school.client("L1").post(f"{DISPATCH}{one.public_id}/bill/withdraw/", {"reason": "查到是谁了"})
    assert back.status_code == 302
    assert sorted(bill.state for bill in ledger.Bill.objects.all()) == ["cancelled", "cancelled", "waived"]
    assert not one.bills.exists(), "it may be issued right"


@pytest.mark.capability("A078.3")
def test_whoever_dispatches_calls_back_before_a_crew_runs(school):
    one = school.repair(phone="13907300001", is_urgent=True)
    address = f"{DISPATCH}{one.public_id}/call/"
    desk = school.client("D1")
    assert address in desk.get(f"{DISPATCH}{one.public_id}/").content.decode()
    assert "13907300001" not in desk.get(address).content.decode()
    assert "13907300001" in desk.post(address).content.decode()
    looks = AuditEntry.objects.filter(action="requests.reveal_phone", target=f"person:{school['S1']}")
    assert [one.actor for one in looks] == ["丁调度"]
    assert school.client("W1").post(address).status_code == 404


@pytest.mark.capability("A078.3")
def test_danger_is_told_to_who_dispatches_and_waits_for_no_cap(school, monkeypatch):
    dispatcher, leader = school.client("D1"), school.client("L1")
    assert dispatcher.get(DISPATCH).status_code == leader.get(DISPATCH).status_code == 200
    monkeypatch.setattr("nanhu.services.requests.services.filing.MOST_OPEN", 0)
    student = school.client("S1")
    assert student.post(f"{HALL}repair/", said()).status_code == 429
    assert student.post(f"{HALL}repair/", said(fault_class="fire", is_urgent="on")).status_code == 422, "119"
    assert student.post(f"{HALL}repair/", said(is_urgent="on")).status_code == 302
    one = only()
    assert one.state == "new", "nobody covers it"
    assert {school["D1"], school["L1"]} <= receivers_of(one.number)
    assert set(Message.objects.filter(text__contains="有危险").values_list("urgency", flat=True)) == {"now"}


@pytest.mark.capability("A076.4")
def test_of_danger_the_clock_stands_in_plain_minutes(school):
    school.crew()
    one = school.repair(is_urgent=True)
    due = datetime(2026, 11, 28, 23, 30, tzinfo=CAMPUS_ZONE)
    with time_machine.travel(due - timedelta(minutes=90), tick=False):
        Request.objects.update(due_at=due)
        working.cannot_enter(by=school.actor("W1"), request=one, person_id=school["W1"], proposed=["明天"])
    with time_machine.travel(due + timedelta(hours=5), tick=False):
        assert working.choose_window(by=school.actor("S1"), request=one, window="明天").due_at == due + timedelta(
            hours=6.5
        )


@pytest.mark.capability("A078.3")
def test_work_of_who_rests_is_off_or_left_is_somebodys(school):
    weekday = now().astimezone(CAMPUS_ZONE).isoweekday()
    crew = school.crew("甲班", leader="W1", members=(), duty_days=[weekday % 7 + 1])
    one = school.repair()
    assert one.state == "new", "no crew is on duty"
    school.crew("甲班", leader="W1", members=(), crew=crew)
    assert dispatching.dispatch_waiting() == 1
    one.refresh_from_db()
    assert one.crew == crew
    other = school.crew("乙班", leader="W3", members=())
    school.crew("甲班", leader="W1", members=(), crew=crew, is_active=False)
    one.refresh_from_db()
    assert (one.crew, one.state) == (other, "assigned")
    page = f"{DISPATCH}{one.public_id}/"
    assert "原维修队甲班已停用" in school.client("D1").get(page).content.decode()
    assert (
        "the crew 甲班 was switched off"
        in school.client("D1").get(page, headers={"Accept-Language": "en"}).content.decode()
    )
    leave(school["W3"])
    one.refresh_from_db()
    assert (one.crew, one.state, other.members.count()) == (None, "new", 0)


@pytest.mark.parametrize(
    ("start", "key", "urgent", "due"),
    [
        ("2026-11-27T17:00", "lock", False, "2026-11-30T11:30"),
        ("2026-11-28T23:50", "lift", True, "2026-11-29T00:05"),
        ("2025-12-31T18:00", "lock", False, "2026-01-04T12:30"),
        ("2028-02-29T09:00", "lock", False, "2028-02-29T16:00"),
    ],
)
@pytest.mark.capability("A076.4")
def test_a_promise_is_in_minutes_of_work_and_danger_in_plain_ones(start, key, urgent, due):
    one = Request(fault_class=FaultClass.objects.get(key=key), is_urgent=urgent)
    at = datetime.fromisoformat(start).replace(tzinfo=CAMPUS_ZONE)
    assert dispatching.promised_until(one, at).astimezone(CAMPUS_ZONE).strftime("%Y-%m-%dT%H:%M") == due


@pytest.mark.capability("A076.4")
def test_the_dispatcher_sets_crews_and_promises(school):
    desk = school.client("D1")
    crew = {
        "name": "锁班",
        "classes": ["lock"],
        "duty_days": [1, 2],
        "leader": "W1",
        "members": "W2",
        "is_active": "on",
    }
    assert desk.post(f"{DISPATCH}crews/new/", crew | {"members": "NOBODY"}).status_code == 422
    assert desk.post(f"{DISPATCH}crews/new/", crew | {"buildings": "nowhere"}).status_code == 422
    assert desk.post(f"{DISPATCH}crews/new/", crew).status_code == 302
    assert desk.post(f"{DISPATCH}crews/new/", crew).status_code == 409
    assert "锁班" in desk.get(f"{DISPATCH}crews/").content.decode()
    change = f"{DISPATCH}crews/{Crew.objects.get(name='锁班').public_id}/"
    assert "0730-8640996" in desk.post(change, crew | {"phone": "值班室"}).content.decode()
    for typed, kept in (
        ("８６４０９９６", "8640996"),
        ("0730-8640996", "0730-8640996"),
        ("13907300001", "13907300001"),
    ):
        assert desk.post(change, crew | {"phone": typed}).status_code == 302
        assert Crew.objects.get(name="锁班").phone == kept
    assert desk.post(f"{DISPATCH}promises/lock/", {"minutes": 60}).status_code == 302
    assert FaultClass.objects.get(key="lock").minutes == 60
    assert "1 个工作小时" in school.client("S1").get(f"{HALL}promise/").content.decode()
    assert school.client("L1").get(f"{DISPATCH}crews/").status_code == 404


def test_what_nobody_rates_is_over_after_a_week_and_later_it_is_reported_anew(school):
    school.crew()
    one = school.repair()
    working.done(by=school.actor("W2"), request=one, person_id=school["W2"], cause="wear")
    assert working.close_overdue() == 0
    Request.objects.update(done_at=now() - timedelta(days=8))
    assert working.close_overdue() == 1
    answer = school.client("S1").post(f"{HALL}mine/{one.public_id}/again/", {"words": "又漏了"})
    assert answer.status_code == 409
    one.refresh_from_db()
    assert one.state == "closed"


@pytest.mark.capability("A054.2", "A076.4", "A079.2")
def test_a_broken_promise_is_told_once_to_who_answers_for_it_and_to_who_waits(school):
    school.crew()
    one = school.repair()
    school.question(unit="1012")
    school.complaint("S2", unit="1016")
    Request.objects.update(due_at=now() - timedelta(minutes=1))
    before = {number: len(texts_to(school[number])) for number in ("W1", "S1", "T2", "S2")}
    assert reminding.tell_late() == 3
    assert reminding.tell_late() == 0
    later = {number: texts_to(school[number])[count:] for number, count in before.items()}
    assert [all(one.number in text for text in later[number]) for number in ("W1", "S1")] == [True, True]
    assert [len(later[number]) for number in ("W1", "S1", "T2", "S2")] == [1, 1, 1, 0], (
        "nobody heads the complaint's unit"
    )
    working.done(by=school.actor("W1"), request=one, person_id=school["W1"], cause="wear")
    working.not_fixed(by=school.actor("S1"), request=one, person_id=school["S1"], words="没好")
    Request.objects.update(due_at=now() - timedelta(minutes=1))
    assert reminding.tell_late() == 1, "a new promise is a new one"


@pytest.mark.capability("A076.4", "A079.2", "A054.2")
def test_before_a_promise_breaks_who_answers_for_it_is_told_once_and_of_danger_whoever_dispatches(school):
    school.crew()
    for number in ("D1", "L1"):
        school.client(number)
    danger, usual = school.repair(is_urgent=True), school.repair("S2", place="d1-102")
    question = school.question("S2", unit="1032")
    before = {number: len(texts_to(school[number])) for number in ("W1", "D1", "L1", "S1")}
    assert reminding.tell_late() == 0, "there is time"
    half = danger.due_at - timedelta(minutes=danger.fault_class.urgent_minutes / 2 - 1)
    with time_machine.travel(half, tick=False):
        assert (reminding.tell_late(), reminding.tell_late()) == (1, 0)
        later = {number: texts_to(school[number])[count:] for number, count in before.items()}
        assert [any(danger.number in text for text in later[who]) for who in before] == [True, True, True, False]
        Request.objects.filter(pk=danger.pk).update(state="working")
    Request.objects.filter(pk__in=[usual.pk, question.pk]).update(due_at=now() + timedelta(minutes=100))
    assert reminding.tell_late() == 2
    assert Request.objects.filter(is_told_late=True).count() == 0


def test_words_are_forgotten_by_age_and_complaints_are_kept_five_years(school):
    repair, complaint = school.repair(words="水管"), school.complaint("S2", unit="1016")
    Request.objects.update(state="closed", closed_at=now() - timedelta(days=800))
    assert reminding.forget_words() == 1
    repair.refresh_from_db()
    complaint.refresh_from_db()
    assert (repair.words, complaint.words) == ("", "态度恶劣")
    Request.objects.update(closed_at=now() - timedelta(days=1900))
    assert reminding.forget_words() == 1


def test_the_page_of_a_request_with_everything_on_it_asks_little(school):
    school.crew()
    one = school.repair(words="水管", photos=[picture().read()] * 3)
    materials = [("水龙头", 2, 1850), ("胶带", 1, 300)]
    done = {"cause": "misuse", "materials": materials, "photos": [picture().read()] * 2}
    working.done(by=school.actor("W2"), request=one, person_id=school["W2"], **done)
    for number, address in (("S1", HALL + "mine/"), ("D1", DISPATCH), ("W2", WORK)):
        assert len(queries_of(school.client(number), f"{address}{one.public_id}/")) <= MOST_QUERIES
    moves_in(["S1"], "d1-102")
    form = f"{HALL}repair/"
    assert 'value="一栋 102"' in school.client("S1").get(form).content.decode(), "the bed's room"
    datahub.put("dorm.stay", [{"campus_no": "S1", "place": "d1-102", "state": "left"}], by=SYSTEM)
    assert 'value="一栋 102"' not in school.client("S1").get(form).content.decode(), "he lives there no more"


def test_a_script_is_stopped_at_twenty_open_ones(school):
    student = school.client("S1")
    for number in range(21):
        place = f"d1-{200 + number}"
        campus.Place.objects.create(key=place, name=place, kind="room", parent=school.place("d1"))
        answer = student.post(f"{HALL}repair/", said(place=place))
    assert answer.status_code == 429
    assert Request.objects.count() == 20


@pytest.mark.capability("A076.1")
@pytest.mark.capability("A077.1")
@pytest.mark.capability("A077.2")
def test_a_student_is_shown_the_operator_of_the_building_and_is_never_refused(school):
    set_operator(by=SYSTEM, name="湖广网络", phone="10010", url="https://isp.example/ticket", buildings=["d1"])
    campus.Place.objects.create(key="d2", name="二栋", kind="dorm", parent=school.place("main"))
    set_operator(by=SYSTEM, name="另一家网络", phone="10086", url="https://other.example/", buildings=["d2"])
    [first, second] = datahub.rows("service.network_operator")
    assert (first.place, first.name, first.phone, second.place) == ("d1", "湖广网络", "10010", "d2"), "for other rooms"
    student = school.client("S1")
    assert student.get(f"{HALL}network/").status_code == 200
    page = student.post(f"{HALL}network/", {"place": "d1 一栋"}).content.decode()
    assert "湖广网络" in page
    assert 'href="tel:10010"' in page
    assert 'href="https://isp.example/ticket"' in page
    assert "另一家网络" not in page
    other = student.post(f"{HALL}network/", {"place": "d2 二栋"}).content.decode()
    assert [words in other for words in ("另一家网络", "tel:10086", "https://other.example/", "湖广网络")] == [
        True,
        True,
        True,
        False,
    ]
    school.repair("S1", place="d1-102")
    assert "湖广网络" in student.get(f"{HALL}network/").content.decode(), "by the room of last time"
    assert "还没有登记运营商" in student.post(f"{HALL}network/", {"place": "t1-201 201"}).content.decode()
    assert "wrench" not in page
    assert student.post(f"{HALL}network/office/", said(words="断网")).status_code == 403
    assert not Request.objects.filter(kind="network").exists()


@pytest.mark.capability("A076.2")
@pytest.mark.capability("A076.3")
@pytest.mark.capability("A076.4")
def test_staff_report_their_office_network_with_its_device_and_are_answered_in_time(school):
    crew = school.crew("网络班", keys=["network"], leader="W3", members=())
    teacher = school.client("T1")
    assert f"{HALL}network/office/" in teacher.get(f"{HALL}network/").content.decode()
    facts = {
        "place": "t1-201 201",
        "words": "打不开外网",
        "port": "A-201-3",
        "ip": "10.3.4.5",
        "mac": "00:1A:2B:3C:4D:5E",
    }
    for bad in ({"ip": "10.3.4"}, {"mac": "zz"}, {"port": "<b>"}, {"words": ""}):
        assert teacher.post(f"{HALL}network/office/", facts | bad).status_code == 422
    assert teacher.post(f"{HALL}network/office/", facts | {"photos": picture()}).status_code == 302
    one = only()
    assert (one.kind, one.fault_class.key, one.crew) == ("network", "network", crew)
    assert one.device == "信息点 A-201-3 · IP 10.3.4.5 · MAC 00:1A:2B:3C:4D:5E"
    [photo] = one.photos.all()
    page = school.client("W3").get(f"{WORK}{one.public_id}/").content.decode()
    shown = ("打不开外网", f"/files/{photo.file.public_id}/")
    assert one.place.key == "t1-201"
    assert stated(page, "地点", "类别", "设备") == [one.place.full_name, str(one.fault_class), one.device]
    listed = school.client("W3").get(WORK).content.decode()
    assert f"{one.place.full_name} · {one.fault_class.name}" in listed, "its crew knows where to go and with what"
    assert [words for words in shown if words not in page] == []
    assert one.due_at is not None
    school.client("W3").post(
        f"{WORK}{one.public_id}/done/", {"cause": "wear", "words": "换了跳线", "photos": picture()}
    )
    assert "换了跳线" in teacher.get(f"{HALL}mine/{one.public_id}/").content.decode()
    assert [text for text in texts_to(school["T1"]) if one.number in text and "办完了" in text], "the reply is told"
    Request.objects.update(state="assigned", done_at=None, due_at=now() - timedelta(hours=1))
    assert one.number in school.client("D1").get(f"{DISPATCH}?show=late").content.decode()


def test_other_systems_read_what_and_where_but_no_word(school):
    school.crew()
    one = school.repair(words="我的秘密")
    school.complaint(unit="1016")
    [row] = shared_rows()
    assert (row["number"], row["place"], row["fault_class"]) == (one.number, "d1-101", "water")
    assert "我的秘密" not in str(row)
    school.question()
    assert publish_requests() == 2, "a question has no class of fault"


def test_ones_own_are_found_and_copied_and_no_others(school):
    mine, other = school.repair(words="水管"), school.repair("S2", place="d1-102")
    student = school.client("S1")
    assert f"{HALL}mine/{mine.public_id}/" in student.get("/search/", {"q": mine.number}).content.decode()
    assert str(other.public_id) not in student.get("/search/", {"q": other.number}).content.decode()
    owner = type("Owner", (), {"person_id": school["S1"], "is_whole": True})
    assert [one["number"] for one in queries.records_of(owner, None)] == [mine.number]


def test_of_ones_own_the_one_search_reads_no_more_than_it_shows(school):
    """Whoever looks after a building has reported thousands."""
    many(school, 25, like=school.repair())
    assert len(queries.NUMBERED(person=school["S1"], text="1")) == queries.MOST_FOUND


def test_a_price_without_what_was_used_is_no_material(school):
    school.crew()
    job, worker = school.repair(), school.client("W1")
    used = {"cause": "misuse", "words": "换了", "photos": picture()}
    answer = worker.post(f"{WORK}{job.public_id}/done/", used | {"price_2": "18.50"})
    assert answer.status_code == 422
    assert "写了单价，材料和数量也要填" in answer.content.decode()


def test_members_of_a_crew_are_listed_as_people_write_lists(school):
    crew = {"name": "水电班", "classes": ["water"], "leader": "W1", "duty_days": ["1"], "is_active": "on"}
    more = {"members": "W2、W3", "buildings": "d1，t1"}
    assert school.client("D1").post(f"{DISPATCH}crews/new/", crew | more).status_code == 302
    made = Crew.objects.get()
    assert (made.members.count(), made.buildings.count()) == (3, 2)
