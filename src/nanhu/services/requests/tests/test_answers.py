"""Questions, complaints and reports on opinion through their pages: who answers, who sees nothing, what becomes public."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from nanhu.kernel.clock import CAMPUS_ZONE, campus_today, now
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.ui import dates
from nanhu.platforms.people import api as people
from nanhu.services.requests.errors import RaterError
from nanhu.services.requests.models import Entry, Request, Topic
from nanhu.services.requests.offices import due_of_complaint
from nanhu.services.requests.replies import digest_of, key_of, opened
from nanhu.services.requests.services import answering, reminding, working
from nanhu.testing.inboxes import texts_to
from nanhu.testing.members import SYSTEM, grant

pytestmark = pytest.mark.django_db
HALL, ANSWERS, COMPLAINTS, OPINIONS = "/requests/", "/requests/answers/", "/requests/complaints/", "/requests/opinions/"

SYSTEMS = {
    "wecom": "企业微信",
    "micro": "湖理微校园",
    "mail": "企业邮箱",
    "oa": "办公系统 OA",
    "portal": "信息门户",
}
"""Those of the manual."""


def only():
    return Request.objects.get()


@pytest.mark.capability("A054.1", "A054.2")
def test_a_question_has_a_time_limit_is_handed_on_and_rated(school):
    office, finance, leader = school.client("A1"), school.client("A2"), school.client("L1")
    one = school.question(unit="1032", words="学费怎么交？")
    assert one.due_at > now()
    assert [len(texts_to(school[who])) for who in ("A1", "A2", "L1")] == [1, 0, 0], "told is the unit that is asked"
    school.question("S2", unit="12")
    assert len(texts_to(school["L1"])) == 1, "nobody answers there: the head of the hall hears it"
    with time_machine.travel(datetime(2026, 11, 24, 9, tzinfo=CAMPUS_ZONE), tick=False):
        timed = school.question("S3", unit="1032")
        shown = school.client("S3").get(f"{HALL}mine/{timed.public_id}/").content.decode()
        assert "11月27日 周五 16:30" in shown, "three days of work: who asked reads by when"
    Request.objects.exclude(pk=one.pk).update(state="closed", closed_at=now())
    assert finance.get(f"{ANSWERS}{one.public_id}/").status_code == 404
    address = f"{ANSWERS}{one.public_id}/transfer/"
    assert office.post(address, {"unit": "1032 信息中心", "reason": "自己"}).status_code == 409
    assert office.post(address, {"unit": "1012 计划财务处", "reason": "收费归财务"}).status_code == 302
    assert office.get(f"{ANSWERS}{one.public_id}/").status_code == 404
    assert finance.post(address, {"unit": "1032 信息中心", "reason": "缴费系统的事"}).status_code == 302
    one.refresh_from_db()
    assert (one.routed, one.is_with_leader) == (2, True)
    assert office.post(address, {"unit": "1012 计划财务处", "reason": "再转"}).status_code == 409
    assert one.number in leader.get(f"{ANSWERS}?show=leader").content.decode()
    assert leader.post(address, {"unit": "1012 计划财务处", "reason": "定给财务"}).status_code == 302
    ways = ["收费归财务", "缴费系统的事", "定给财务"]
    assert list(one.entries.filter(what="routed").order_by("pk").values_list("words", flat=True)) == ways
    own = school.client("S1").get(f"{HALL}mine/{one.public_id}/").content.decode()
    assert [why for why in ways if why not in own] == [], "who asked reads each of them"
    finance.post(f"{ANSWERS}{one.public_id}/answer/", {"words": "网上交。"})
    student = school.client("S1")
    Request.objects.filter(pk=one.pk).update(due_at=now() - timedelta(hours=1), is_told_late=True)
    assert student.post(f"{HALL}mine/{one.public_id}/more/", {"words": "网址呢？"}).status_code == 302
    one.refresh_from_db()
    assert (one.state, one.reopened, one.due_at > now(), one.is_told_late) == ("new", 1, True, False), (
        "with a new promise"
    )
    finance.post(f"{ANSWERS}{one.public_id}/answer/", {"words": "cw.example"})
    assert school.client("S2").post(f"{HALL}mine/{one.public_id}/rate/", {"rating": 5}).status_code == 404
    with pytest.raises(RaterError):
        working.rate(by=school.actor("S2"), request=one, person_id=school["S2"], rating=5)
    assert student.post(f"{HALL}mine/{one.public_id}/rate/", {"rating": 5}).status_code == 302
    one.refresh_from_db()
    assert (one.state, one.rating) == ("closed", 5)
    assert student.post(f"{HALL}mine/{one.public_id}/rate/", {"rating": 1}).status_code == 409, "once"
    own = school.question("A1", unit="1032")
    office.post(f"{ANSWERS}{own.public_id}/answer/", {"words": "自问自答。"})
    assert office.post(f"{HALL}mine/{own.public_id}/rate/", {"rating": 5}).status_code == 403, "nobody his own answer"
    late = school.question(unit="1012")
    Request.objects.filter(pk=late.pk).update(due_at=now() - timedelta(hours=1))
    assert late.number in finance.get(f"{ANSWERS}?show=late").content.decode()


@pytest.mark.capability("A079.1")
@pytest.mark.capability("A079.2")
def test_a_question_on_a_system_goes_to_its_office_with_a_day_to_answer(school):
    office, _finance, _leader, student = (school.client(who) for who in ("A1", "A2", "L1", "S1"))
    form = student.get(f"{HALL}service/").content.decode()
    assert [key for key in SYSTEMS if f'name="system" value="{key}"' not in form] == [], "each is offered"
    assert student.post(f"{HALL}service/", {"words": "收不到消息"}).status_code == 422
    assert student.post(f"{HALL}service/", {"system": "fax", "words": "收不到消息"}).status_code == 422
    for key, name in SYSTEMS.items():
        assert student.post(f"{HALL}service/", {"system": key, "words": "收不到消息"}).status_code == 302
        assert Request.objects.get(system=key).get_system_display() == name
    one = Request.objects.get(system="wecom")
    assert (one.get_system_display(), one.unit.code) == ("企业微信", "1032")
    assert now() < one.due_at <= now() + timedelta(days=12)
    assert [bool(texts_to(school[who])) for who in ("A1", "A2", "L1")] == [True, False, False], (
        "its office is told alone"
    )
    asked = office.get(f"{ANSWERS}{one.public_id}/").content.decode()
    assert ("企业微信" in asked, "企业邮箱" in asked) == (True, False), "the office reads which system it is about"
    office.post(f"{ANSWERS}{one.public_id}/answer/", {"words": "更新客户端。"})
    assert "更新客户端" in student.get(f"{HALL}mine/{one.public_id}/").content.decode()
    assert [text for text in texts_to(school["S1"]) if text.endswith("有了答复")], "the reply is told"


@pytest.mark.capability("A055.1")
def test_a_complaint_has_a_number_a_state_and_a_reply(school):
    student = school.client("S1")
    assert student.post(f"{HALL}complaint/", {"words": "没说谁"}).status_code == 422
    assert student.post(f"{HALL}complaint/", {"unit": "1016 后勤管理处", "words": "热水停了一周"}).status_code == 302
    one = only()
    assert one.due_at == due_of_complaint(one.day)
    mine = f"{HALL}mine/{one.public_id}/"
    page = student.get(mine).content.decode()
    assert one.number in page
    last = (one.due_at.astimezone(CAMPUS_ZONE) - timedelta(minutes=1)).date()
    listed = student.get(f"{HALL}mine/").content.decode()
    asked = Request.objects.order_by("-pk").first()
    (link,) = re.findall(f'<a href="{HALL}mine/{asked.public_id}/"[^>]*>([^<]*)</a>', listed)
    assert asked.number not in link, "one opens it by what it is about"
    assert dates.short_day(last, last.year) in listed, "by the last day itself, as its own page says"
    assert "00:00" not in listed
    assert re.search(r'class="state state-\w+">已收到<', page)
    desk = school.client("C1")
    assert one.number in desk.get(COMPLAINTS).content.decode()
    before = one.due_at
    Request.objects.filter(pk=one.pk).update(is_told_late=True)
    assert desk.post(f"{COMPLAINTS}{one.public_id}/extend/", {"reason": "要等检测"}).status_code == 302
    assert desk.post(f"{COMPLAINTS}{one.public_id}/extend/", {"reason": "再等"}).status_code == 409
    one.refresh_from_db()
    assert (one.due_at > before, one.is_told_late) == (True, False), "what is late by the new day is told again"
    assert "要等检测" in student.get(mine).content.decode()
    assert desk.post(f"{COMPLAINTS}{one.public_id}/answer/", {"words": "已修好锅炉。"}).status_code == 302
    assert [text.endswith("有了答复") for text in texts_to(school["S1"])][-1], "the reply is told, its words are not"
    page = student.get(mine).content.decode()
    assert "已修好锅炉" in page
    assert re.search(r'class="state state-\w+">已办<', page)
    assert not AuditEntry.objects.filter(facts__icontains="热水").exists()


@pytest.mark.parametrize(
    ("day", "due"),
    [
        ("2026-11-27", "2026-12-05"),
        ("2025-12-31", "2026-01-09"),
        ("2028-02-29", "2028-03-08"),
        ("2026-09-29", "2026-10-13"),
    ],
)
@pytest.mark.capability("A055.1")
def test_five_working_days_pass_weekends_and_holidays_by(day, due):
    """Until the first moment after the last one. The holiday of 2026 moves working days into October's weekends."""
    found = due_of_complaint(datetime.fromisoformat(day).date()).astimezone(CAMPUS_ZONE)
    assert f"{found:%Y-%m-%d %H:%M}" == f"{due} 00:00"


@pytest.mark.capability("A055.2")
def test_the_accused_unit_and_person_and_who_is_below_them_never_see_it(school):
    desk, inspector, accused = school.client("C1"), school.client("C2"), school.client("C3")
    one = school.complaint(unit="1012")
    assert desk.get(f"{COMPLAINTS}{one.public_id}/").status_code == 200
    for page in ("", "answer/", "transfer/", "extend/", "accused/"):
        assert accused.get(f"{COMPLAINTS}{one.public_id}/{page}").status_code == 404
        assert accused.post(f"{COMPLAINTS}{one.public_id}/{page}", {"words": "没有的事"}).status_code in {404, 405}
    refused = desk.post(f"{COMPLAINTS}{one.public_id}/transfer/", {"unit": "1012 计划财务处", "reason": "你们办"})
    assert refused.status_code == 409
    assert "这个单位就是被投诉的一方" in refused.content.decode()
    of_centre = school.complaint("S2", unit="1032")
    below = {"unit": "1033 校园卡办", "reason": "你们办"}
    refused = desk.post(f"{COMPLAINTS}{of_centre.public_id}/transfer/", below)
    assert (refused.status_code, "这个单位就是被投诉的一方" in refused.content.decode()) == (409, True), (
        "nor one below it"
    )
    by_leader = school.complaint("S2", accused="钱处长")
    assert by_leader.accused_person_id == school["T2"]
    answering.transfer(by=SYSTEM, request=by_leader, unit=school.units["1002"], reason="纪委办")
    Request.objects.filter(pk=by_leader.pk).update(unit=school.units["1012"])
    assert accused.get(f"{COMPLAINTS}{by_leader.public_id}/").status_code == 404, "who is below the accused"
    own = school.complaint("S3", unit="1001")
    assert own.unit.code == "1002", "the receiver is accused: 纪委"
    assert desk.get(f"{COMPLAINTS}{own.public_id}/").status_code == 404
    assert inspector.get(f"{COMPLAINTS}{own.public_id}/").status_code == 200
    against_him = school.complaint("T1", accused="陈受理 C1")
    assert against_him.number not in desk.get(COMPLAINTS).content.decode()
    named_later = school.complaint("T1", accused="某个处长", words="收礼")
    assert named_later.unit.code == "1002", "nobody knows whom it means: it waits with 纪委"
    Request.objects.filter(pk=named_later.pk).update(unit=school.units["1001"])
    assert desk.post(f"{COMPLAINTS}{named_later.public_id}/accused/", {"person": "O2"}).status_code == 302
    named_later.refresh_from_db()
    assert (named_later.unit.code, named_later.accused_person_id) == ("1002", school["O2"])
    assert desk.get(f"{COMPLAINTS}{named_later.public_id}/").status_code == 404
    self_made = school.complaint("C1", unit="1016")
    assert desk.get(f"{COMPLAINTS}{self_made.public_id}/").status_code == 404, "nobody handles his own"


@pytest.mark.capability("A055.2")
def test_the_form_of_a_complaint_tells_nobody_who_is_here(school):
    student, _desk, _inspector = school.client("S1"), school.client("C1"), school.client("C2")
    assert student.get(f"{HALL}complaint/", {"suggest": "accused", "accused": "钱处"}).status_code == 404
    pages = {}
    for who in ("T2", "ZZ", "钱处长", "无此人"):
        page = student.post(f"{HALL}complaint/", {"accused": who, "words": "态度不好"}, follow=True).content.decode()
        one = Request.objects.latest("created_at")
        assert who in page
        rest = page.replace(one.number, "").replace(str(one.public_id), "").replace(who, "")
        pages[who] = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", re.sub(r"(?s)<(script|style).*?</\1>", "", rest)))
    assert "钱处长" not in pages["T2"]
    assert len(set(pages.values())) == 1, "a known one looks as an unknown one does, also where it lies"


WRITTEN = (
    ("陈受理老师", "C1", "C1"),
    ("陈受理(C1)", "C1", "C1"),
    ("c1", "C1", "C1"),
    ("校办的陈受理，工号C1", "C1", "C1"),
    ("钱处长", "T2", "C3"),
    ("陈主任", None, "C1"),
    ("老陈", None, "C1"),
    ("T1 钱处长", None, ""),
    ("某个处长", None, ""),
)
"""What somebody writes, who is meant, who must not read it wherever it lies."""


@pytest.mark.capability("A055.2")
def test_the_accused_does_not_read_it_however_he_is_written(school):
    handlers = {who: school.client(who) for who in ("C1", "C2", "C3")}
    for said, who, blind in WRITTEN:
        one = school.complaint(unit="1016", accused=said)
        assert one.accused_person_id == (school[who] if who else None), said
        assert one.unit.code == ("1001" if said == "钱处长" else "1002"), said
        for reader, unit in (("C1", "1001"), ("C2", "1002"), ("C3", "1012")):
            Request.objects.filter(pk=one.pk).update(unit=school.units[unit])
            answer = handlers[reader].get(f"{COMPLAINTS}{one.public_id}/")
            assert answer.status_code == (404 if reader == blind else 200), (said, reader)


@pytest.mark.capability("A055.2")
def test_every_complaint_has_somebody_who_may_handle_it(school):
    desk, inspector = school.client("C1"), school.client("C2")
    school.client("L1")

    def seen_by(one):
        return [who for who in (desk, inspector) if who.get(f"{COMPLAINTS}{one.public_id}/").status_code == 200]

    assert seen_by(school.complaint(accused="C1")) == [inspector], "the one handler there is"
    assert seen_by(school.complaint("C1", unit="1016")) == [inspector], "his own"
    appointed(school, "T1", "1000")
    assert seen_by(school.complaint(accused="周老师")) == [inspector], "who leads the school leads the receiver"
    one = school.complaint("S2", unit="1016")
    there = {"unit": "12 计算机学院", "reason": "你们办"}
    assert seen_by(one) == [desk]
    assert desk.post(f"{COMPLAINTS}{one.public_id}/transfer/", there).status_code == 409, "nobody has the role there"
    appointed(school, "C1", "1016", "deputy")
    assert seen_by(one) == [], "he leads the accused unit now"
    assert answering.find_handlers() == 1
    assert seen_by(one) == [inspector]
    by_name = school.complaint("S3", accused="艾财务")
    assert seen_by(by_name) == [desk]
    appointed(school, "A2", "1001")
    assert seen_by(by_name) == [], "below the accused by now"
    assert answering.find_handlers() == 1
    assert seen_by(by_name) == [inspector]
    appointed(school, "A2", "1002")
    assert (answering.find_handlers(), seen_by(by_name)) == (1, [])
    assert [by_name.number in one for one in texts_to(school["L1"])] == [True]


@pytest.mark.capability("A055.2")
def test_an_anonymous_author_reads_under_his_code_why_it_takes_longer_and_where_it_went(school):
    desk, code = school.client("C1"), "NANHU7DEMQ2024AB"
    school.client("C2")
    key = {"reply_digest": digest_of(code), "reply_key": key_of(code).public_key().public_bytes_raw()}
    facts = {"kind": "complaint", "number": "N1", "words": "收费", "day": date(2026, 11, 27), "is_anonymous": True}
    one = Request.objects.create(**facts, **key, unit_id=school.units["1001"], due_at=due_of_complaint(facts["day"]))
    assert desk.post(f"{COMPLAINTS}{one.public_id}/extend/", {"reason": "要等检测"}).status_code == 302
    there = {"unit": "1002 纪委办公室", "reason": "涉及干部"}
    assert desk.post(f"{COMPLAINTS}{one.public_id}/transfer/", there).status_code == 302
    extended, handed_on = [opened(bytes(reply.content), code) for reply in one.replies.order_by("place")]
    assert "要等检测" in extended
    assert dates.short_day(date(2026, 12, 11), campus_today().year) in extended
    assert "涉及干部" in handed_on


def appointed(school, number, unit, office="head"):
    person, code = school[number], school.units[unit]
    facts = {"starts_on": date(2020, 1, 1), "ends_on": None, "document": "任命"}
    people.appoint(by=SYSTEM, unit_id=code, office=office, person_id=person, **facts)


@pytest.mark.capability("A056.1")
def test_opinion_reaches_who_holds_a_post_in_publicity_or_the_party_office_and_nobody_else(school):
    student = school.client("S1")
    readers, others = {number: school.client(number) for number in ("O1", "O2")}, ("A1", "C1", "C2", "D1", "L1", "T2")
    for number in others:
        school.client(number)
    assert student.post(f"{HALL}opinion/", {"words": "群里在传食堂的事"}).status_code == 302
    one = only()
    for reader in readers.values():
        assert one.number in reader.get(OPINIONS).content.decode()
    due_at = one.due_at
    for moment in (now() + timedelta(minutes=30), now() - timedelta(minutes=1)):
        Request.objects.update(due_at=moment)
        reminding.tell_late()
    Request.objects.update(due_at=due_at)
    assert [number for number in others if texts_to(school[number])] == [], "nor is anybody else told of one"
    targets = AuditEntry.objects.values_list("target", flat=True)
    assert not any(one.number in target for target in targets), "nor does the log say whose it is"
    grant("T1", ["requests.opinions", "requests.leader", "requests.complaints"])
    grant("T2", ["requests.opinions"])
    grant("C2", ["requests.opinions"])
    for unit, office, number in (("1004", "secrecy_officer", "O3"), ("1002", "head", "C2")):
        said = {"starts_on": date(2020, 1, 1), "ends_on": None, "document": "任命"}
        people.appoint(by=SYSTEM, unit_id=school.units[unit], office=office, person_id=school[number], **said)
    for other in ("O3", "T1", "T2", "C2", "D1", "C1"):
        reader = school.client(other)
        list_page = reader.get(OPINIONS)
        assert list_page.status_code == (200 if other in {"O3", "T1", "T2", "C2"} else 404)
        assert one.number not in list_page.content.decode(), (
            "a role without the post, or with the post of another unit, reads nothing"
        )
        for page in (f"{one.public_id}/", f"{one.public_id}/topic/", f"{one.public_id}/answer/", "topics/"):
            assert reader.get(f"{OPINIONS}{page}").status_code == 404
    assert "食堂" not in str(list(AuditEntry.objects.values_list("reason", "facts")))
    assert "门口的树" in readers["O1"].post(f"{HALL}opinion/", {"words": "门口的树"}, follow=True).content.decode()
    own = Request.objects.exclude(pk=one.pk).get()
    seen = [own.number in readers[number].get(OPINIONS).content.decode() for number in ("O1", "O2")]
    assert seen == [False, True], "nobody judges his own"


@pytest.mark.capability("A056.2")
def test_opinion_is_confidential_graded_and_gathered_into_one_topic(school):
    first, second = school.opinion(), school.opinion("S2")
    assert not any(one.number[2:].replace("-", "").isdecimal() for one in (first, second)), "no count tells whose it is"
    desk = school.client("O1")
    new = {"title": "食堂涨价", "severity": 2}
    assert desk.post(f"{OPINIONS}{first.public_id}/topic/", new | {"title": ""}).status_code == 422
    assert desk.post(f"{OPINIONS}{first.public_id}/topic/", new).status_code == 302
    topic = Topic.objects.get()
    Topic.objects.update(created_at=datetime(2026, 3, 31, 23, 30, tzinfo=UTC))
    shown = desk.get(f"{OPINIONS}topics/").content.decode()
    assert ("4月1日" in shown, "3月31日" in shown) == (True, False), "the campus's day"
    both = {"topic": str(topic.public_id), "severity": 2}
    assert desk.post(f"{OPINIONS}{second.public_id}/topic/", both).status_code == 302
    address = f"{OPINIONS}topics/{topic.public_id}/"
    page = desk.get(address).content.decode()
    assert first.number in page
    assert second.number in page
    third = school.opinion("S3", words="教室的灯")
    assert desk.post(f"{OPINIONS}{third.public_id}/topic/", new | {"title": "照明"}).status_code == 302
    assert third.number not in desk.get(address).content.decode()
    assert desk.post(f"{address}act/", {"words": "已约谈承包商", "severity": 3}).status_code == 302
    assert desk.post(f"{address}close/", {"reason": "价格已恢复"}).status_code == 302
    topic.refresh_from_db()
    assert (topic.severity, topic.closed_on is not None) == (3, True)
    assert "食堂涨价" not in str(list(AuditEntry.objects.values_list("target", "facts")))
    assert set(Request.objects.exclude(pk=third.pk).values_list("state", flat=True)) == {"closed"}
    third.refresh_from_db()
    assert (third.state, third.topic.severity) == ("working", 2), "another topic goes on"
    assert desk.post(f"{address}act/", {"words": "再来", "severity": 1}).status_code == 409
    shown = school.client("S1").get(f"{HALL}mine/{first.public_id}/").content.decode()
    assert "食堂涨价" not in shown, "the topic is the office's"
    assert not Entry.objects.filter(request=first, what="judged", is_inner=False).exists()
    post = people.posts_of(school["O1"])
    assert post
    assert school.client("L1").get(address).status_code == 404


def test_html_in_words_is_text(school):
    one = school.question(words="<script>alert(1)</script>")
    page = school.client("A1").get(f"/requests/answers/{one.public_id}/").content.decode()
    assert "<script>alert" not in page


def test_two_questions_of_one_kind_are_told_apart_in_ones_own_list_and_complaints_by_whom_they_mean(school):
    school.question(words="报销要哪些材料？\n急")
    school.question(words="教室能借到几点？")
    page = school.client("S1").get("/requests/mine/").content.decode()
    assert "政策咨询 · 报销要哪些材料？ 急" in page
    assert "政策咨询 · 教室能借到几点？" in page
    school.complaint(accused="食堂二楼的师傅")
    assert "食堂二楼的师傅" in school.client("C2").get("/requests/complaints/").content.decode()
    assert "态度恶劣" not in school.client("S1").get("/requests/mine/").content.decode(), (
        "what is confidential in no list"
    )
