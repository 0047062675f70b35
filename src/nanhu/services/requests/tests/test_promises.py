"""Until when, to the minute, and who still sees a complaint: what a looser test would let pass."""

import re
from datetime import datetime, timedelta

import pytest
import time_machine
from django.apps import apps

from nanhu.kernel.clock import CAMPUS_ZONE, now
from nanhu.services.requests.models import FaultClass, Request
from nanhu.services.requests.offices import due_of_answer
from nanhu.services.requests.services import reminding
from nanhu.services.requests.services.dispatching import promised_until
from nanhu.services.requests.tests.conftest import picture
from nanhu.testing.inboxes import receivers_of
from nanhu.testing.members import grant

pytestmark = pytest.mark.django_db
DONE = {"cause": "wear", "words": "换了"}


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=CAMPUS_ZONE)


@pytest.mark.capability("A079.2")
@pytest.mark.parametrize(
    ("kind", "begins", "due"),
    [
        ("service", "2026-11-24 09:00", "2026-11-25 10:30"),
        ("service", "2026-11-27 10:00", "2026-11-30 11:30"),
        ("service", "2026-09-30 16:00", "2026-10-08 17:30"),
        ("opinion", "2028-02-29 11:00", "2028-03-01 12:30"),
        ("policy", "2026-11-24 09:00", "2026-11-27 16:30"),
        ("policy", "2025-12-31 16:00", "2026-01-07 11:00"),
    ],
)
def test_an_answer_is_due_after_so_many_hours_of_work(kind, begins, due):
    assert due_of_answer(kind, at(begins)) == at(due)


@pytest.mark.capability("A076.4")
@pytest.mark.parametrize(
    ("key", "is_urgent", "due"),
    [
        ("network", False, "2026-11-30 11:30"),
        ("lock", False, "2026-11-27 17:00"),
        ("water", False, "2026-12-01 16:00"),
        ("water", True, "2026-11-27 12:00"),
        ("power", True, "2026-11-27 10:15"),
    ],
)
def test_a_repair_is_promised_by_its_class(key, is_urgent, due):
    one = Request(fault_class=FaultClass.objects.get(key=key), is_urgent=is_urgent)
    assert promised_until(one, at("2026-11-27 10:00")) == at(due)


@pytest.mark.capability("A076.4")
def test_a_filed_request_has_that_promise(school):
    for one in (school.question(), school.question(kind="service"), school.opinion()):
        assert one.due_at == due_of_answer(one.kind, one.created_at)
    one = school.repair()
    assert one.due_at == promised_until(one, one.created_at)


@pytest.mark.capability("A055.2")
@pytest.mark.parametrize("accused", ["1032", "1033"])
def test_who_is_in_a_unit_below_the_accused_does_not_see_it_and_the_receiver_does(school, accused):
    below = school.client("S3")
    apps.get_model("people.Affiliation").objects.filter(person_id=school["S3"]).update(unit=school.units["1033"])
    grant("S3", ["requests.complaints"])
    one = school.complaint(unit=accused)
    address = f"/requests/complaints/{one.public_id}/"
    assert school.client("C1").get(address).status_code == 200
    Request.objects.update(unit=school.units["1033"])
    assert below.get(address).status_code == 404
    other = school.complaint("S2", unit="1016")
    Request.objects.filter(pk=other.pk).update(unit=school.units["1033"])
    assert below.get(f"/requests/complaints/{other.public_id}/").status_code == 200


@pytest.mark.capability("A076.4")
def test_what_is_handed_on_while_nobody_could_get_in_has_its_promise_again(school):
    school.crew()
    one, other = school.repair(), school.crew("乙班", leader="W3", members=())
    before = one.due_at
    school.client("W2").post(f"/requests/work/{one.public_id}/no-entry/", {"first": "今天 17:00", "second": "明天"})
    desk = school.client("D1")
    words = {"crew": other.public_id, "reason": "不归我们"}
    assert desk.post(f"/requests/dispatch/{one.public_id}/route/", words).status_code == 302
    one.refresh_from_db()
    assert (one.state, one.crew, one.minutes_left, one.proposed) == ("assigned", other, None, [])
    assert abs(one.due_at - before) < timedelta(minutes=5)
    with time_machine.travel(one.due_at + timedelta(minutes=1)):
        assert reminding.tell_late() == 1
    assert school["W3"] in receivers_of("超时了")


@pytest.mark.parametrize("arrives", [True, False])
def test_a_promise_that_was_broken_before_nobody_was_there_is_not_kept_afterwards(school, arrives):
    school.crew()
    in_time, late = school.repair(), school.repair(place="d1-102")
    Request.objects.filter(pk=late.pk).update(due_at=now() - timedelta(hours=40))
    worker = school.client("W2")
    for one in (in_time, late):
        address = f"/requests/work/{one.public_id}/"
        worker.post(f"{address}no-entry/", {"first": "今天 17:00", "second": "明天"})
        if arrives:
            worker.post(f"{address}arrive/")
        assert worker.post(f"{address}done/", DONE | {"photos": picture()}).status_code == 302
        one.refresh_from_db()
        assert one.state == "done"
    page = school.client("S1").get("/requests/promise/").content.decode()
    cells = [re.sub(r"<[^>]*>", "", one).strip() for one in re.findall(r"<td.*?</td>", page, re.DOTALL)]
    assert [one for one in cells if one.isdecimal()][:2] == ["2", "1"], "done, and kept"


def test_a_repair_without_words_is_forgotten_like_any_other(school):
    school.crew()
    one = school.repair(words="", window="晚上七点后")
    address = f"/requests/work/{one.public_id}/done/"
    school.client("W2").post(address, DONE | {"words": "刘同学说自己弄坏的", "photos": picture()})
    mine = f"/requests/mine/{one.public_id}/"
    student = school.client("S1")
    assert "刘同学说自己弄坏的" in student.get(mine).content.decode()
    Request.objects.update(state="closed", closed_at=now() - timedelta(days=800))
    assert reminding.forget_words() == 1
    page = student.get(mine).content.decode()
    assert not [said for said in ("刘同学说自己弄坏的", "晚上七点后") if said in page]
    assert reminding.forget_words() == 0
