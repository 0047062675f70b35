"""Announcements that everybody of a unit confirms: opened in batches, once a person, confirmed by nobody else."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from nanhu.kernel.clock import campus_today, now
from nanhu.platforms.flows.errors import NotYoursError
from nanhu.platforms.flows.models import Announcement, Case, Task, Token
from nanhu.platforms.flows.services import announcing, delegations, persons, tasks, watching
from nanhu.platforms.people.models import Affiliation

SAID = {"title": "防汛通知", "text": "今晚有暴雨。\n请关好门窗。", "kinds": ["student", "staff"]}


def announce(school, by="T2", unit="12", **more):
    said = {**SAID, "until": campus_today() + timedelta(days=3), "token": uuid4(), **more}
    return announcing.announce(by=school.actor(by), unit_id=school.units[unit], **said)


def opened(school, **more):
    made = announce(school, **more)
    announcing.work_off(announcement_id=made.pk)
    made.refresh_from_db()
    return made


def task_of(school, number):
    return Task.objects.get(kind="confirm", person_id=school[number])


def test_everybody_of_the_unit_and_below_it_is_asked_once(school):
    made = opened(school)
    asked = set(Task.objects.filter(kind="confirm", state="open").values_list("person_id", flat=True))
    assert asked == {school[one] for one in ("T1", "T2", "T4", "S1", "S2")}
    assert (made.state, made.reached, Token.objects.count()) == ("open", 5, 5)
    announcing.work_off(announcement_id=made.pk)
    assert Case.objects.count() == 5, "again: nothing is left to do"


def test_only_those_of_the_kind_are_asked(school):
    opened(school, kinds=["student"])
    assert set(Task.objects.values_list("person_id", flat=True)) == {school["S1"], school["S2"]}


def test_broken_off_it_goes_on_and_asks_nobody_twice(school, monkeypatch):
    monkeypatch.setattr(announcing, "BATCH", 2)
    made = announce(school)
    whole, calls = announcing.open_cases, []

    def breaks_at_the_second(row, batch):
        calls.append(batch)
        whole(row, batch)
        if len(calls) == 2:
            raise RuntimeError("the worker is gone")

    monkeypatch.setattr(announcing, "open_cases", breaks_at_the_second)
    with pytest.raises(RuntimeError):
        announcing.work_off(announcement_id=made.pk)
    made.refresh_from_db()
    assert (made.state, made.reached, Case.objects.count()) == ("opening", 2, 2), "a batch is whole or is not"
    announcing.work_off(announcement_id=made.pk)
    made.refresh_from_db()
    assert (made.state, made.reached, Task.objects.values("person_id").distinct().count()) == ("open", 5, 5)
    assert Task.objects.count() == 5


def test_the_database_itself_refuses_a_second_case_of_one_person(school):
    made = opened(school)
    with pytest.raises(IntegrityError), transaction.atomic():
        announcing.open_cases(made, [school["S1"]])


def test_the_same_form_twice_is_one_announcement(school):
    token = uuid4()
    assert announce(school, token=token).pk == announce(school, token=token).pk


def test_one_confirms_for_oneself_alone(school):
    opened(school)
    delegations.delegate(
        by=school.actor("T1"),
        owner_id=school["T1"],
        delegate_id=school["T4"],
        definition=None,
        starts_on=campus_today(),
        ends_on=campus_today(),
        reason="出差",
    )
    row = task_of(school, "T1")
    for other in ("T4", "T2", "S1"):
        with pytest.raises(NotYoursError):
            school.decide(other, row, "done")
    with pytest.raises(NotYoursError):
        tasks.transfer(by=school.actor("T1"), person_id=school["T1"], task=row, to_id=school["T4"], comment="")
    assert str(row.public_id) not in school.client("T4").get("/flows/").content.decode()
    case = school.decide("T1", row, "done")
    assert (case.state, case.outcome, Case.objects.filter(state="running").count()) == ("closed", "granted", 4)


def test_a_student_reads_it_in_his_todos_and_confirms(school):
    opened(school)
    student, row = school.client("S1"), task_of(school, "S1")
    assert "防汛通知" in student.get("/flows/").content.decode()
    page = student.get(f"/flows/tasks/{row.public_id}/").content.decode()
    assert "请关好门窗" in page
    assert "我已知道" in page
    assert "转交" not in page
    answer = student.post(f"/flows/tasks/{row.public_id}/decide/", {"decision": "done", "revision": row.revision})
    assert answer.status_code == 302
    row.refresh_from_db()
    assert (row.state, row.done_by_id) == ("done", school["S1"])


def test_who_has_not_confirmed_is_named_and_the_end_takes_it_from_them(school):
    made = opened(school)
    school.decide("S1", task_of(school, "S1"), "done")
    head = school.client("T2")
    page = head.get(f"/flows/announced/{made.public_id}/", {"show": "open"}).content.decode()
    assert "刘一帆" in page
    assert "林晓湖" not in page
    assert "已确认 1 人，没有确认 4 人" in page
    assert head.post(f"/flows/announced/{made.public_id}/end/").status_code == 302
    announcing.work_off(announcement_id=made.pk)
    made.refresh_from_db()
    assert (made.state, Case.objects.filter(state="running").count(), Token.objects.count()) == ("ended", 0, 0)
    assert sorted(Case.objects.values_list("outcome", flat=True)) == ["cancelled"] * 4 + ["granted"]
    assert "防汛通知" not in school.client("S2").get("/flows/").content.decode()


def test_a_head_announces_to_his_own_people_and_sees_no_others(school):
    made = opened(school)
    form = {"title": "值班", "text": "本周值班表", "kinds": ["staff"], "until": campus_today().isoformat()}
    other = school.client("T3")
    assert other.get(f"/flows/announced/{made.public_id}/").status_code == 404
    assert other.post(f"/flows/announced/{made.public_id}/end/").status_code == 404
    assert other.post("/flows/announced/new/", form | {"unit": "12"}).status_code in {404, 422}
    assert Announcement.objects.count() == 1
    assert other.post("/flows/announced/new/", form).status_code == 302
    assert Announcement.objects.get(title="值班").unit_id == school.units["1001"]
    assert school.client("S1").get("/flows/announced/").status_code == 404
    assert school.client("T4").post("/flows/announced/new/", form).status_code == 404


def test_what_a_leaver_was_to_confirm_is_nobodys(school):
    opened(school)
    Affiliation.objects.filter(person_id=school["T4"]).update(state="ended", ends_on=date(2026, 1, 1))
    persons.assign_tasks_of_leavers(person_ids={school["T4"]})
    case = Case.objects.get(tasks__person_id=school["T4"])
    assert (case.state, case.outcome) == ("closed", "cancelled")


def test_nobody_is_mailed_that_a_confirmation_is_late(school):
    opened(school)
    Case.objects.update(due_at=now() - timedelta(days=9))
    Task.objects.update(due_at=now() - timedelta(days=9))
    assert watching.tell_late() == 0
