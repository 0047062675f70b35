"""Paper (应急补录): what was decided while the system stood still is entered by one, checked by another, and marked."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, transaction

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.models import OutboxEvent
from nanhu.platforms.flows.models import Case, Definition, PaperEntry, Task
from nanhu.platforms.flows.services import papering
from nanhu.platforms.flows.services.forgetting import forget_contents
from nanhu.platforms.flows.tests.conftest import SYSTEM
from nanhu.platforms.identity.models import SsoSession
from nanhu.platforms.people import api as people

LIST, FORM = "/flows/unit/paper/", "/flows/unit/paper/test.leave/"
FALLBACK = "停电时到教务处 201 填纸质单"
DOCUMENT = "430602200401011234"


@pytest.fixture
def office(school):
    """T5 enters as deputy, T3 heads the office that owns the process."""
    appoint(school, "1001", "deputy", "T5")
    Definition.objects.filter(key="test.leave").update(fallback=FALLBACK)
    return school


def appoint(school, unit, office, number):
    people.appoint(
        by=SYSTEM,
        unit_id=school.units[unit],
        office=office,
        person_id=school[number],
        starts_on=date(2020, 1, 1),
        ends_on=None,
        document="任命",
    )


def paper(**more):
    yesterday = (campus_today() - timedelta(days=1)).isoformat()
    said = {"paper_applicant": "S1", "paper_outcome": "granted", "paper_decider": "T2", "paper_day": yesterday}
    said |= {"paper_number": "应急-007", "paper_reason": "全校停电", "kind": "病假", "reason": "发烧就医"}
    said |= {"days_first": yesterday, "days_last": yesterday, "paper": DOCUMENT}
    return said | {"form_token": str(uuid4())} | more


def entered(office, number="T5", **more):
    answer = office.client(number).post(FORM, paper(**more))
    assert answer.status_code == 302, answer.content.decode()
    return Case.objects.get(definition__key="flows.paper", state="running")


def check(office, number="T3", decision="agree", comment=""):
    task = Task.objects.get(case__definition__key="flows.paper", state="open")
    said = {"decision": decision, "comment": comment, "revision": task.revision}
    return office.client(number).post(f"/flows/tasks/{task.public_id}/decide/", said)


def test_what_was_decided_on_paper_is_entered_by_one_and_stands_when_another_has_checked_it(office):
    clerk = office.client("T5")
    assert LIST in clerk.get("/flows/unit/").content.decode()
    assert FALLBACK in clerk.get(LIST).content.decode()
    assert FALLBACK in clerk.get(FORM).content.decode()
    photo = SimpleUploadedFile("纸质单.pdf", b"%PDF-1.4\n%%EOF")
    form = paper(paper_photos=photo)
    assert clerk.post(FORM, form).status_code == 302
    photo.seek(0)
    assert clerk.post(FORM, form).status_code == 302
    checked = Case.objects.get()
    assert checked.definition.key == "flows.paper", "the same form once, and no case before it was checked"
    task = Task.objects.get(state="open")
    page = office.client("T3").get(f"/flows/tasks/{task.public_id}/").content.decode()
    for words in ("林晓湖 S1", "李院长 T2", "应急-007", "全校停电", "发烧就医", "纸质单.pdf"):
        assert words in page
    assert DOCUMENT not in page
    assert check(office).status_code == 302

    made = Case.objects.get(definition__key="test.leave")
    assert (made.state, made.outcome, made.applicant_id, made.used_minutes) == ("closed", "granted", office["S1"], None)
    assert (made.data["kind"], made.data["name"], made.is_on_paper) == ("病假", "林晓湖", True)
    assert DOCUMENT in made.sealed
    assert DOCUMENT not in str(made.data)
    told = OutboxEvent.objects.filter(payload__case_id=made.pk)
    assert set(told.values_list("name", flat=True)) == {"flows.CaseOpened", "flows.CaseClosed"}
    page = office.client("S1").get(f"/flows/cases/{made.public_id}/").content.decode()
    for words in ("应急补录", "李院长 T2", "应急-007", "钱老师"):
        assert words in page
    assert "应急补录" in clerk.get("/flows/unit/").content.decode().replace("应急补录：停电", "")
    entry = PaperEntry.objects.get()
    assert (entry.made, entry.data, entry.sealed) == (made, {}, None)


def test_nobody_checks_what_he_entered_himself(office):
    entered(office)
    assert check(office, "T5").status_code == 404
    assert not Case.objects.filter(definition__key="test.leave").exists()


def test_what_the_head_enters_himself_goes_one_up(office):
    assert office.client("T3").post(FORM, paper()).status_code == 409, "nobody is above"
    assert not PaperEntry.objects.exists()
    appoint(office, "1000", "head", "T2")
    entered(office, "T3")
    assert check(office, "T3").status_code == 404
    assert check(office, "T2").status_code == 302
    assert Case.objects.get(definition__key="test.leave").outcome == "granted"


def test_what_is_not_agreed_to_keeps_nothing_and_can_be_entered_anew(office):
    closed = entered(office)
    assert check(office, decision="refuse", comment="纸上写的是事假").status_code == 302
    event = OutboxEvent.objects.get(name="flows.CaseClosed", payload__case_id=closed.pk)
    papering.end_refused([papering.CaseClosed(**event.payload)])
    entry = PaperEntry.objects.get()
    assert (entry.made, entry.data, entry.sealed) == (None, {}, None)
    assert not Case.objects.filter(definition__key="test.leave").exists()
    entered(office, kind="事假", paper_outcome="refused")
    check(office)
    made = Case.objects.get(definition__key="test.leave")
    assert (made.outcome, made.data["kind"]) == ("refused", "事假")


def test_one_paper_is_entered_once(office):
    entered(office)
    again = office.client("T5").post(FORM, paper())
    assert again.status_code == 409
    assert "已经补录过" in again.content.decode()
    check(office)
    assert office.client("T5").post(FORM, paper()).status_code == 409
    entry = PaperEntry.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        PaperEntry.objects.create(
            definition=entry.definition,
            version=entry.version,
            applicant_id=office["S2"],
            outcome="granted",
            decider_id=office["T2"],
            decided_on=campus_today(),
            paper=entry.paper,
            reason="停电",
            entered_by_id=office["T5"],
        )


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"paper_applicant": "T5"}, 409),
        ({"paper_applicant": "T2"}, 409),
        ({"paper_decider": "S2"}, 409),
        ({"paper_day": "2999-01-01"}, 422),
        ({"paper_day": "2020-01-01"}, 422),
        ({"paper_number": ""}, 422),
        ({"kind": "旷课"}, 422),
        ({"paper_outcome": "withdrawn"}, 422),
    ],
)
def test_it_refuses(office, said, status):
    """One's own, what the decider had for himself, a decider who is no staff, days ahead or long ago, a form that does not fit."""
    assert office.client("T5").post(FORM, paper(**said)).status_code == status
    assert not PaperEntry.objects.exists()


def test_only_who_leads_the_unit_enters_and_only_where_a_fallback_is_named(office):
    for number in ("T1", "T2", "S1"):
        assert office.client(number).post(FORM, paper()).status_code in {403, 404}
    Definition.objects.filter(key="test.leave").update(fallback="")
    clerk = office.client("T5")
    assert clerk.post(FORM, paper()).status_code == 404
    assert LIST not in clerk.get("/flows/unit/").content.decode()
    assert not PaperEntry.objects.exists()


def test_an_open_browser_enters_nothing(office):
    clerk = office.client("T5")
    SsoSession.objects.update(authenticated_at=now() - timedelta(minutes=11))
    assert clerk.post(FORM, paper()).status_code == 403
    assert not PaperEntry.objects.exists()


def test_what_a_program_must_do_is_not_entered_from_paper(office):
    Definition.objects.filter(key="test.both").update(fallback=FALLBACK)
    said = paper(colleague="T4")
    answer = office.client("T5").post("/flows/unit/paper/test.both/", said)
    assert (answer.status_code, "由系统办" in answer.content.decode()) == (409, True)


def test_the_database_keeps_what_was_entered_until_it_was_checked(office):
    entered(office)
    for change in ({"outcome": "refused"}, {"data": {}}, {"paper": "应急-008"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            PaperEntry.objects.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        PaperEntry.objects.all().delete()


def test_it_is_forgotten_as_every_case(office, clock):
    entered(office)
    check(office)
    clock((now() + timedelta(days=6 * 365)).isoformat())
    forget_contents()
    made = Case.objects.get(definition__key="test.leave")
    assert (made.data, made.sealed, made.is_on_paper) == ({}, None, True)


def test_an_applicant_reads_what_to_do_while_the_system_stands_still(office):
    assert FALLBACK in office.client("S1").get("/flows/new/test.leave/").content.decode()
