"""Promises stand still while the program was away (停机顺延), and days that passed meanwhile may still be applied for."""

from datetime import date, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from nanhu.kernel.clock import campus_time
from nanhu.kernel.jobs.signs import give_sign
from nanhu.kernel.models import Heartbeat, Outage
from nanhu.platforms.flows.body import Field
from nanhu.platforms.flows.forms import FlowForm
from nanhu.platforms.flows.jobs import tell_late_tasks
from nanhu.platforms.flows.models import StoodStill, Task
from nanhu.platforms.flows.services import cases, standing
from nanhu.platforms.flows.services.standing import earliest_day, stand_still

pytestmark = pytest.mark.django_db


def away(began, ended):
    return Outage.objects.create(began_at=datetime.fromisoformat(began), ended_at=datetime.fromisoformat(ended))


def clock_of(moment):
    return f"{campus_time(moment):%m-%d %H:%M}"


def due(case):
    case.refresh_from_db()
    return clock_of(case.due_at)


def test_the_minutes_of_work_that_were_lost_are_given_back_once_and_the_applicant_reads_so(school, clock):
    """Of 11:00 to 16:00: 90 before the pause at noon, 30 after it."""
    clock("2026-09-28T09:00+08:00")
    case = school.apply()
    assert due(case) == "09-29 10:30"
    clock("2026-09-28T16:00+08:00")
    away("2026-09-28T11:00+08:00", "2026-09-28T16:00+08:00")
    assert (stand_still(), stand_still()) == (1, 0)
    assert due(case) == "09-29 12:30"
    assert clock_of(case.tasks.get().due_at) == "09-29 12:30"
    page = school.client("S1").get(f"/flows/cases/{case.public_id}/").content.decode()
    assert "系统停机，期限顺延" in page
    assert "9月28日 周一 11:00 – 9月28日 周一 16:00" in page


def test_at_night_and_on_a_holiday_nothing_is_lost(school, clock):
    clock("2026-09-24T16:00+08:00")
    case = school.apply()
    clock("2026-09-28T08:00+08:00")
    away("2026-09-24T18:30+08:00", "2026-09-28T08:00+08:00")
    assert stand_still() == 0
    assert due(case) == "09-28 17:30"
    assert StoodStill.objects.get().cases == 0


def test_nobody_is_told_that_he_is_late_by_the_time_in_which_he_could_do_nothing(school, clock):
    clock("2026-09-28T09:00+08:00")
    case = school.apply()
    clock("2026-09-29T10:00+08:00")
    away("2026-09-28T09:30+08:00", "2026-09-29T09:50+08:00")
    assert tell_late_tasks() == 0
    assert case.tasks.get().level == 0


def test_who_is_back_tells_of_lateness_only_when_it_is_known_how_long_it_was_away(school, clock):
    """The job may run before the first sign of the worker that is back."""
    clock("2026-09-28T09:00+08:00")
    give_sign()
    case = school.apply()
    clock("2026-09-29T18:00+08:00")
    assert (tell_late_tasks(), Outage.objects.count()) == (0, 0)
    give_sign()
    assert tell_late_tasks() == 0
    assert due(case) > "09-30"
    clock("2026-10-12T18:00+08:00")
    Heartbeat.objects.update(seen_at=datetime.fromisoformat("2026-10-12T17:50+08:00"))
    assert tell_late_tasks() == 1


def test_a_clock_that_began_again_meanwhile_is_given_what_was_lost_since_then(school, clock):
    """Pages went on while the worker was away from 9:30 to 12:00: the student handed his in again at 11:00."""
    clock("2026-09-28T09:00+08:00")
    case = school.apply()
    school.decide("T1", case.tasks.get(), "return", "请写明去哪里")
    clock("2026-09-28T11:00+08:00")
    said = {"kind": "事假", "days": {"first": "2026-12-01", "last": "2026-12-02"}, "reason": "去长沙"}
    cases.resubmit(by=school.actor("S1"), person_id=school["S1"], case=case, data=said)
    assert due(case) == "09-29 12:30"
    away("2026-09-28T09:30+08:00", "2026-09-28T12:00+08:00")
    assert stand_still() == 1
    assert due(case) == "09-29 16:30", "an hour"
    assert clock_of(case.tasks.get(state="open").due_at) == "09-29 16:30"


def test_what_waited_meanwhile_is_given_the_part_in_which_its_clock_ran(school, clock):
    """Away from 9:30 to 12:00; it was paid for at 11:00: of the 150 minutes 90 were waited for money."""
    clock("2026-09-28T09:00+08:00")
    case = school.apply("S1", "test.both", colleague=school["T4"])
    for number in ("T3", "T4", "T3", "T4"):
        school.decide(number, Task.objects.filter(case=case, state="open").order_by("pk").first())
    clock("2026-09-28T11:00+08:00")
    cases.go_on(by=school.actor("T3"), case_id=case.pk, step="pay")
    assert due(case) == "09-29 12:30"
    away("2026-09-28T09:30+08:00", "2026-09-28T12:00+08:00")
    assert stand_still() == 1
    assert due(case) == "09-29 16:30"


def test_what_stands_now_has_back_what_it_lost_before(school, clock):
    """Away from 9:30 to 12:00; it was returned at 11:00."""
    clock("2026-09-28T09:00+08:00")
    case = school.apply()
    clock("2026-09-28T11:00+08:00")
    school.decide("T1", case.tasks.get(), "return", "请写明去哪里")
    case.refresh_from_db()
    assert case.minutes_left == 360
    away("2026-09-28T09:30+08:00", "2026-09-28T12:00+08:00")
    assert stand_still() == 1
    case.refresh_from_db()
    assert (case.due_at, case.minutes_left) == (None, 450)


def test_what_was_reopened_meanwhile_is_given_what_was_lost_since(school, clock):
    clock("2026-09-25T09:00+08:00")
    case = school.apply("S1", "test.both", colleague=school["T4"])
    clock("2026-09-28T09:00+08:00")
    for number in ("T3", "T4", "T3", "T4"):
        school.decide(number, Task.objects.filter(case=case, state="open").order_by("pk").first())
    cases.go_on(by=school.actor("T3"), case_id=case.pk, step="pay")
    school.decide("T3", Task.objects.get(case=case, state="open"), "done")
    clock("2026-09-28T11:00+08:00")
    cases.reopen(by=school.actor("T3"), person_id=school["T3"], case=case, reason="漏了一项材料")
    assert due(case) == "09-29 12:30"
    away("2026-09-28T09:30+08:00", "2026-09-28T12:00+08:00")
    assert (stand_still(), due(case)) == (1, "09-29 16:30")


def test_a_step_that_is_due_with_its_case_moves_with_it_also_where_it_was_opened_meanwhile(school, clock):
    clock("2026-09-28T09:00+08:00")
    case = school.apply(days={"first": "2026-12-01", "last": "2026-12-08"})
    clock("2026-09-28T11:00+08:00")
    school.decide("T1", case.tasks.get())
    away("2026-09-28T09:30+08:00", "2026-09-28T12:00+08:00")
    assert stand_still() == 1
    assert due(case) == clock_of(case.tasks.get(state="open").due_at) == "09-29 16:00"


def test_only_what_was_lost_since_it_began_is_given_and_what_stands_or_is_over_is_left(school, clock):
    clock("2026-09-28T09:00+08:00")
    ended, returned = school.apply(), school.apply("S2")
    school.decide("T1", ended.tasks.get())
    school.decide("T1", returned.tasks.get(), "return", "请写明去哪里")
    clock("2026-09-28T11:00+08:00")
    later = school.apply("T4", kind="病假")
    assert due(later) == "09-29 12:30"
    away("2026-09-28T10:00+08:00", "2026-09-28T11:30+08:00")
    assert stand_still() == 1
    returned.refresh_from_db()
    assert returned.due_at is None
    assert (due(ended), due(later)) == ("09-29 10:30", "09-29 16:00")


def test_a_run_that_breaks_moves_nothing_and_begins_again(school, clock, monkeypatch):
    clock("2026-09-28T09:00+08:00")
    case = school.apply()
    away("2026-09-28T11:00+08:00", "2026-09-28T12:00+08:00")
    with monkeypatch.context() as broken:
        broken.setattr(standing, "move_tasks", lambda *_given: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            stand_still()
    assert due(case) == "09-29 10:30"
    assert stand_still() == 1
    assert due(case) == "09-29 11:30"


def test_a_day_that_passed_while_the_program_was_away_may_be_applied_for_until_the_next_working_day_is_over(clock):
    """Away from Thursday before the holiday until Monday: Tuesday is the last day."""
    clock("2026-09-28T10:00+08:00")
    field = Field(key="days", label="日期", kind="span", is_ahead=True)
    said = {"days_first": "2026-09-24", "days_last": "2026-09-24"}
    assert not FlowForm(said, asked=[field]).is_valid()
    away("2026-09-24T17:00+08:00", "2026-09-28T09:00+08:00")
    assert FlowForm(said, asked=[field]).is_valid()
    assert not FlowForm(said | {"days_first": "2026-09-23"}, asked=[field]).is_valid()
    clock("2026-09-29T23:00+08:00")
    assert earliest_day() == date(2026, 9, 24)
    clock("2026-09-30T00:30+08:00")
    assert earliest_day() == date(2026, 9, 30)


def test_what_a_wrong_clock_took_for_an_outage_gives_nothing_back(school, clock):
    clock("2026-09-28T09:00+08:00")
    case = school.apply()
    away("2000-01-01T00:00+08:00", "2026-09-28T09:30+08:00")
    assert (stand_still(), due(case), earliest_day()) == (0, "09-29 10:30", date(2026, 9, 28))


def test_the_database_keeps_what_was_moved(school, clock):
    clock("2026-09-28T09:00+08:00")
    school.apply()
    away("2026-09-28T11:00+08:00", "2026-09-28T12:00+08:00")
    stand_still()
    for statement in ("UPDATE flows_stood_still SET cases = 9", "DELETE FROM kernel_outage"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
