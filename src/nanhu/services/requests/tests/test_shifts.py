"""Repairs go to who has duty now by the duty table, whichever system fills it; where it names nobody, by weekdays."""

from datetime import timedelta

import pytest

from nanhu.kernel.clock import campus_time, now
from nanhu.kernel.remembered import forget_all
from nanhu.platforms.datahub import api as datahub
from nanhu.services.requests.crew_sheet import days_in
from nanhu.services.requests.services import dispatching
from nanhu.services.requests.tests.test_repairs import DISPATCH, HALL
from nanhu.testing.members import SYSTEM

pytestmark = pytest.mark.django_db


def duty(number="", *, post="", unit="1016", since=-1, until=1):
    begins_at = now() + timedelta(hours=since)
    row = {
        "duty": f"{unit}{number}{post}{since}",
        "unit_code": unit,
        "day": campus_time(begins_at).date(),
        "task": "值班",
    }
    ends_at = now() + timedelta(hours=until)
    return row | {
        "begins_at": begins_at,
        "ends_at": ends_at,
        "campus_no": number,
        "post": post,
        "number": "",
        "place": "",
    }


def put(*rows):
    datahub.put_own("unit.duty", rows, by=SYSTEM, is_whole=True)
    forget_all()


@pytest.mark.capability("A078.3")
def test_who_has_duty_by_the_table_goes_first_and_the_weekday_decides_where_it_names_nobody(school):
    here = school.crew("一栋班", buildings=["d1"], leader="W3", members=())
    school.crew("全校班", leader="W1", members=("W2",))
    put(duty("W2"), duty("W1", since=2, until=8), duty("W3", since=-9, until=-1))
    one = school.repair()
    assert (one.crew.name, one.worker_id) == ("全校班", school["W2"]), "who has duty before who is near and off"
    assert "王师傅" not in school.client("S1").get(f"{HALL}mine/{one.public_id}/").content.decode()
    assert "全校班 吴师傅" in school.client("S1").get(f"{HALL}mine/{one.public_id}/").content.decode()
    put(duty("W2"), duty("W3"))
    assert school.repair("S2", place="d1-102").crew == here, "of two on duty the one of the building"
    put()
    assert (school.repair("S3", place="d1-102", key="power").crew) == here, "by weekday, as no table names anybody"


def test_of_two_on_duty_the_one_with_fewer_jobs_goes(school):
    school.crew()
    put(duty("W1"), duty("W2"))
    first, second = school.repair(), school.repair("S2", place="d1-102")
    assert {first.worker_id, second.worker_id} == {school["W1"], school["W2"]}


def test_a_crew_without_weekdays_waits_for_the_table_and_a_holder_of_a_post_counts(school):
    school.crew(leader="T2", members=(), duty_days=days_in("按值班表"))
    one = school.repair()
    assert one.state == "new"
    put(duty(post="负责人", unit="1012", since=1, until=9))
    assert dispatching.dispatch_waiting() == 0, "his hours have not begun"
    put(duty(post="负责人", unit="1012"))
    assert dispatching.dispatch_waiting() == 1
    one.refresh_from_db()
    assert (one.state, one.worker_id) == ("assigned", school["T2"])


def test_the_desk_sees_who_has_duty(school):
    school.crew()
    one = school.repair()
    put(duty("W2", until=2))
    desk = school.client("D1")
    for page in (f"{DISPATCH}{one.public_id}/assign/", f"{DISPATCH}crews/"):
        assert "吴师傅（到" in desk.get(page).content.decode()
    put()
    assert "吴师傅（到" not in desk.get(f"{DISPATCH}crews/").content.decode()
