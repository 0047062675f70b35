"""临时更正 of a correction whose source cannot follow: by who answers for the field, shown as such, ended by itself."""

from datetime import timedelta

import pytest
import time_machine

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.events import deliver_pending
from nanhu.platforms.flows.models import Case
from nanhu.platforms.messages.models import Entry
from nanhu.platforms.people import api as people
from nanhu.platforms.people import jobs
from nanhu.platforms.people.models import Affiliation, Override, Person
from nanhu.platforms.portal.models import Correction, FieldOwner

from .conftest import signed_in
from .test_corrections import complain, decide, office, person_of, rename  # noqa: F401 - a fixture

PAGE = "/me/corrections/overrides/"


def override(client, one, value="林晓雨", days=60, **more):
    said = {"value": value, "until": (campus_today() + timedelta(days=days)).isoformat(), "reason": "系统年底才能改"}
    return client.post(f"{PAGE}{one.pk}/", said | more)


@pytest.mark.capability("A035.3")
def test_its_owner_lets_the_new_value_stand_until_a_day_and_both_see_it(student, office):  # noqa: F811
    complain(student)
    one = Correction.objects.get()
    assert f"{PAGE}{one.pk}/" in office.get(PAGE).content.decode()
    assert 'value="林晓雨"' in office.get(f"{PAGE}{one.pk}/").content.decode(), "as it was asked for"
    assert override(office, one).status_code == 302
    deliver_pending()
    one.refresh_from_db()
    assert (Case.objects.get().outcome, one.now) == ("granted", "林晓雨")
    assert "已临时更正，到" in student.get("/me/corrections/").content.decode()
    assert "学校临时更正，到" in student.get("/me/").content.decode()
    running = office.get(PAGE).content.decode()
    assert "系统年底才能改" in running
    assert "林小雨" in running, "what the source says"
    rename("林小雨")
    assert Person.objects.get(pk=one.person_id).name == "林晓雨"
    rename("林晓雨")
    assert Override.objects.get().ending == "followed"
    assert "已改好" in student.get("/me/corrections/").content.decode()
    assert "系统年底才能改" not in office.get(PAGE).content.decode()


@pytest.mark.capability("A035.3")
def test_when_its_time_is_over_the_old_value_is_back_and_both_are_told(student, office):  # noqa: F811
    complain(student)
    override(office, Correction.objects.get())
    deliver_pending()
    with time_machine.travel(now() + timedelta(days=61)):
        jobs.follow_calendar()
        deliver_pending()
        assert Person.objects.get(pk=person_of("20240518")).name == "林小雨"
        told = set(Entry.objects.filter(message__title__contains="临时更正已结束").values_list("person_id", flat=True))
        assert told == {person_of("20240518"), person_of("T00900")}
        assert "又以来源为准" in signed_in("20240518").get("/me/corrections/").content.decode()


@pytest.mark.capability("A035.3")
def test_it_is_ended_early_by_its_owner_alone(student, office, teacher):  # noqa: F811
    complain(student)
    one = Correction.objects.get()
    override(office, one)
    deliver_pending()
    page = f"{PAGE}{one.pk}/end/"
    assert [client.post(page, {"reason": "弄错了"}).status_code for client in (student, teacher)] == [404, 404]
    assert office.post(page, {"reason": "弄错了"}).status_code == 302
    assert (Person.objects.get(pk=one.person_id).name, Override.objects.get().ending) == ("林小雨", "lifted")


@pytest.mark.capability("A035.3")
def test_nobody_else_lets_a_value_stand_and_nobody_of_his_own(student, office, teacher):  # noqa: F811
    complain(student)
    one = Correction.objects.get()
    for client in (student, teacher):
        assert client.get(PAGE).status_code == 404
        assert override(client, one).status_code == 404
    Correction.objects.update(person=person_of("T00900"))
    assert override(office, one).status_code == 404
    assert not Override.objects.exists()


def test_an_end_too_far_or_a_value_that_stands_already_change_nothing(student, office):  # noqa: F811
    complain(student)
    one = Correction.objects.get()
    assert override(office, one, days=500).status_code == 422
    assert override(office, one, days=0).status_code == 422
    assert override(office, one, value="林小雨").status_code == 409
    assert Case.objects.get().state == "running"
    assert not Override.objects.exists()
    decide(office, "refuse", "户口本上是这个字")
    assert override(office, one).status_code == 404


def test_of_a_unit_it_is_chosen_among_the_schools(student, office):  # noqa: F811
    owner = FieldOwner.objects.get()
    FieldOwner.objects.create(field="people.unit", unit_id=owner.unit_id, office="head", changed_by_name="周敏")
    complain(student, what="people.unit", number="20240518", wanted="软件工程")
    one = Correction.objects.get()
    assert override(office, one, value="没有的学院").status_code == 422
    assert override(office, one, value="0801 软件工程").status_code == 302
    deliver_pending()
    assert Case.objects.get().outcome == "granted"
    assert Affiliation.objects.get(campus_no="20240518").unit_id == people.unit_ids_by_code(["0801"])["0801"]


@pytest.mark.capability("A035.3")
def test_for_a_number_or_a_status_there_is_none(student, office):  # noqa: F811
    owner = FieldOwner.objects.get()
    FieldOwner.objects.create(field="people.status", unit_id=owner.unit_id, office="head", changed_by_name="周敏")
    complain(student, what="people.status", number="20240518", wanted="休学")
    assert override(office, Correction.objects.get()).status_code == 404


def test_an_office_reads_all_that_was_said_of_its_fields_and_takes_it_along_as_a_sheet(student, office, teacher):  # noqa: F811
    complain(student)
    page = "/me/corrections/owned/"
    shown = office.get(page).content.decode()
    assert Case.objects.get().number in shown
    assert "林小雨" in shown
    assert Case.objects.get().number in office.get(page, {"show": "open"}).content.decode()
    assert Case.objects.get().number not in office.get(page, {"show": "override"}).content.decode()
    sheet = office.get(page, {"export": "csv"})
    assert sheet.status_code == 200
    assert Case.objects.get().number in b"".join(
        sheet.streaming_content if sheet.streaming else [sheet.content]
    ).decode("utf-8-sig")
    for client in (student, teacher):
        assert client.get(page).status_code == 404
