"""Paper (应急补录): what was decided while the system stood still is entered by one, checked by another, and marked."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import msgspec
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, transaction

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.errors import CampusError
from nanhu.kernel.events.delivery import deliver_pending
from nanhu.kernel.files import services as files
from nanhu.kernel.files.models import StoredFile
from nanhu.kernel.models import AuditEntry, OutboxEvent
from nanhu.kernel.registry import Owner
from nanhu.platforms.flows.codewords import word_of
from nanhu.platforms.flows.errors import CannotTakeTaskError, OwnCaseError, OwnPaperError
from nanhu.platforms.flows.models import Case, Definition, Delegation, PaperEntry, Task
from nanhu.platforms.flows.papers import may_see_photos
from nanhu.platforms.flows.policies import waiting_for
from nanhu.platforms.flows.printing import said_in
from nanhu.platforms.flows.registrations import case_records
from nanhu.platforms.flows.services import definitions, papering, persons, tasks
from nanhu.platforms.flows.services.forgetting import forget_contents
from nanhu.platforms.flows.specs import specs
from nanhu.platforms.flows.tests.conftest import LEAVE, SYSTEM
from nanhu.platforms.identity.models import SsoSession
from nanhu.platforms.messages.models import Entry as Told
from nanhu.platforms.people import api as people
from nanhu.testing.members import also_studies

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


def laid_before(office, applicant="S1", by="T5", **more):
    """Entered without a page; gives the task in which it is checked."""
    yesterday = campus_today() - timedelta(days=1)
    said = {"decider_id": office["T2"], "decided_on": yesterday, "number": "应急-007", "reason": "全校停电"} | more
    days = {"first": yesterday.isoformat(), "last": yesterday.isoformat()}
    case = papering.enter(
        by=office.actor(by),
        person_id=office[by],
        token=uuid4(),
        definition=Definition.objects.get(key="test.leave"),
        data={"name": "林晓湖", "kind": "病假", "days": days, "reason": "发烧就医", "paper": DOCUMENT},
        paper=papering.Paper(applicant_id=office[applicant], outcome="granted", **said),
    )
    return Task.objects.get(case=case)


def does(office, number, task):
    return {"by": office.actor(number), "person_id": office[number], "task": task}


def stands_in(office, owner, number):
    """Since yesterday; made today, unless a test says otherwise."""
    Delegation.objects.create(
        owner_id=office[owner],
        delegate_id=office[number],
        starts_on=campus_today() - timedelta(days=1),
        ends_on=campus_today(),
        reason="出差",
    )
    return Delegation.objects.filter(owner_id=office[owner], delegate_id=office[number])


def is_made():
    return Case.objects.filter(definition__key="test.leave").exists()


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
    photo = f"/files/{entry.photos[0]['file']}/"
    assert clerk.get(photo).status_code == 200
    seen = {one: may_see_photos(entry, office[one]) for one in ("T3", "T5", "S1", "T2")}
    assert seen == {"T3": True, "T5": True, "S1": False, "T2": False}


def test_the_word_of_the_day_is_known_to_who_leads_the_unit_and_tells_a_call_from_a_strangers(office):
    words = f"{LIST}words/"
    clerk, day = office.client("T5"), campus_today() - timedelta(days=1)
    page = clerk.get(words).content.decode()
    assert words in clerk.get(LIST).content.decode()
    assert word_of("test.leave", campus_today()) in page
    assert word_of("test.leave", day) not in page, "what was is read by nobody"
    assert [office.client(one).get(words).status_code for one in ("S1", "T1", "T4")] == [404] * 3
    for wrong in ("洞庭", word_of("test.leave", campus_today()), word_of("test.other", day)):
        answer = clerk.post(FORM, paper(paper_word=wrong))
        assert (answer.status_code, "不是那天的口令" in answer.content.decode()) == (422, True)
    entered(office, paper_word=word_of("test.leave", day).replace(" ", ""))
    task = Task.objects.get(state="open")
    assert "全校停电　当天口令相符" in office.client("T3").get(f"/flows/tasks/{task.public_id}/").content.decode()


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
    checked = entered(office, paper_photos=SimpleUploadedFile("纸质单.pdf", b"%PDF-1.4\n%%EOF"))
    assert check(office, decision="refuse", comment="纸上写的是事假").status_code == 302
    deliver_pending(only={"flows.end_refused_papers"})
    entry, file = PaperEntry.objects.get(), StoredFile.objects.get()
    assert (entry.made, entry.data, entry.sealed, entry.photos) == (None, {}, None, [])
    assert (entry.paper, entry.paper_key, entry.reason) == ("", "", "")
    assert (entry.applicant, entry.decider) == (None, None)
    checked.refresh_from_db()
    kept = f"{checked.data} {said_in(checked, checked.applicant_id)} {list(case_records(Owner(person_id=office['T5'], account_id=0), None))}"
    kept += office.client("T5").get(f"/flows/cases/{checked.public_id}/").content.decode()
    for words in ("发烧就医", "林晓湖", "全校停电", "应急-007", "纸质单.pdf"):
        assert words not in kept
    assert office.client("T3").get(f"/files/{file.public_id}/").status_code == 404
    assert files.unneeded(file.purpose, StoredFile.objects.filter(pk=file.pk)).exists()
    assert not is_made()
    entered(office, kind="事假", paper_outcome="refused")
    check(office)
    made = Case.objects.get(definition__key="test.leave")
    assert (made.outcome, made.data["kind"]) == ("refused", "事假")


def test_one_paper_is_entered_once(office):
    entered(office)
    clerk = office.client("T5")
    for number in ("应急-007", "应急—007"):
        again = clerk.post(FORM, paper(paper_number=number))
        assert (again.status_code, "已经补录过" in again.content.decode()) == (409, True), number
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
            paper="应急 007",
            paper_key=entry.paper_key,
            reason="停电",
            entered_by_id=office["T5"],
        )


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"paper_applicant": "T5"}, 409),
        ({"paper_applicant": "T2"}, 409),
        ({"paper_decider": "S2"}, 409),
        ({"paper_decider": "T4"}, 422),
        ({"paper_number": "——"}, 422),
        ({"paper_day": "2999-01-01"}, 422),
        ({"paper_day": "2020-01-01"}, 422),
        ({"paper_number": ""}, 422),
        ({"kind": "旷课"}, 422),
        ({"paper_outcome": "withdrawn"}, 422),
    ],
)
def test_it_refuses(office, said, status):
    """One's own, what the decider had for himself, a decider who is no staff or is asked by no step, a number of dashes, days ahead or
    long ago, a form that does not fit."""
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
    blanked = {"paper": "", "paper_key": "", "reason": "", "photos": [], "decider": None}
    for change in ({"outcome": "refused"}, {"data": {}}, {"paper": "应急-008"}, {"photos": ["x"]}, blanked):
        with pytest.raises(DatabaseError), transaction.atomic():
            PaperEntry.objects.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        PaperEntry.objects.all().delete()


def test_it_is_forgotten_as_every_case(office, clock):
    entered(office, paper_photos=SimpleUploadedFile("纸质单.pdf", b"%PDF-1.4\n%%EOF"))
    check(office)
    entry, photo = PaperEntry.objects.get(), StoredFile.objects.all()
    blanked = {"paper": "", "paper_key": "", "reason": "", "photos": [], "decider": None}
    with pytest.raises(DatabaseError), transaction.atomic():
        PaperEntry.objects.update(**blanked)
    clock((now() + timedelta(days=400)).isoformat())
    forget_contents()
    assert not files.unneeded(photo.get().purpose, photo).exists(), "its check is forgotten, and it is not"
    clock((now() + timedelta(days=6 * 365)).isoformat())
    forget_contents()
    made = Case.objects.get(definition__key="test.leave")
    assert (made.data, made.sealed, made.is_on_paper) == ({}, None, True)
    entry.refresh_from_db()
    assert {name: getattr(entry, name) for name in blanked} == blanked
    assert files.unneeded(photo.get().purpose, photo).exists()


def test_an_applicant_reads_what_to_do_while_the_system_stands_still(office):
    assert FALLBACK in office.client("S1").get("/flows/new/test.leave/").content.decode()


def test_what_some_steps_alone_see_is_hidden_and_opened_to_who_checks_it_with_a_look(office, monkeypatch):
    """Nothing of the paper stands in the case that checks it: not on a page of who entered it, in no file and in no copy."""
    fields = tuple(msgspec.structs.replace(one, seen_at=("head",) * (one.key == "reason")) for one in LEAVE.body.form)
    spec = replace(LEAVE, fallback=FALLBACK, body=msgspec.structs.replace(LEAVE.body, form=fields))
    monkeypatch.setitem(specs, spec.key, spec)
    definitions.publish(spec)
    task = laid_before(office)
    case = task.case
    records = list(case_records(Owner(person_id=office["T5"], account_id=0), None))
    pages = f"{case.data} {said_in(case, case.applicant_id)} {records}"
    pages += office.client("T5").get(f"/flows/cases/{case.public_id}/").content.decode()
    head, address = office.client("T3"), f"/flows/tasks/{task.public_id}/"
    pages += (page := head.get(address).content.decode())
    assert ("发烧就医" in pages, DOCUMENT in pages) == (False, False)
    assert page.count("••••") == 2
    assert f"{address}paper/" in page
    look = {"purpose": "与纸质单核对"}
    for number in ("T5", "T2", "S1"):
        assert office.client(number).post(f"{address}paper/", look).status_code == 404, number
    assert not AuditEntry.objects.filter(action="flows.reveal_paper").exists()
    shown = head.post(f"{address}paper/", look).content.decode()
    assert ("发烧就医" in shown, DOCUMENT in shown) == (True, True)
    noted = AuditEntry.objects.get(action="flows.reveal_paper")
    assert (noted.target, noted.reason) == (f"person:{office['S1']}", f"{case.number}　与纸质单核对")


def test_whose_paper_it_is_has_no_part_in_its_check(office):
    """Neither handed over nor added as a signer, nor in the place of the head; and what slipped through is not agreed to."""
    task = laid_before(office, "T4")
    with pytest.raises(CannotTakeTaskError):
        tasks.transfer(**does(office, "T3", task), to_id=office["T4"], comment="")
    with pytest.raises(CannotTakeTaskError):
        tasks.add_signer(**does(office, "T3", task), signer_id=office["T4"], where="before", comment="")
    stands_in(office, "T3", "T4")
    assert not waiting_for(office["T4"]).exists()
    with pytest.raises(OwnCaseError):
        tasks.decide(**does(office, "T4", task), decision="agree")
    assert office.client("T4").get(f"/flows/tasks/{task.public_id}/").status_code == 404
    said = {"done_by_id": office["T4"], "done_at": now(), "state": "done", "decision": "agree", "is_added": True}
    Task.objects.create(case=task.case, step="check", kind="approve", why="signer", person_id=office["T1"], **said)
    with pytest.raises(OwnPaperError):
        tasks.decide(**does(office, "T3", task), decision="agree")
    assert not is_made()


def test_of_several_who_hold_the_post_another_checks_it(office):
    appoint(office, "1001", "head", "T4")
    task = laid_before(office, "T4")
    assert (task.person_id, task.pool_office) == (office["T3"], "")
    assert not waiting_for(office["T4"]).exists()


def test_who_takes_the_post_afterwards_does_not_check_his_own(office):
    task = laid_before(office, "T4")
    appoint(office, "1001", "head", "T4")
    assert not waiting_for(office["T4"]).exists()
    with pytest.raises(OwnCaseError):
        tasks.claim(**does(office, "T4", task))


@pytest.mark.parametrize("kept", ["T2", "T3", "T5"])
def test_what_turns_out_to_be_ones_own_is_not_agreed_to(office, kept):
    """Whose paper it is turns out to be who decided it, who checks it, or who entered it."""
    appoint(office, "1000", "head", "T1")
    task = laid_before(office, "T4")
    people.merge_persons(by=SYSTEM, kept_id=office[kept], gone_id=office["T4"], reason="同一人")
    persons.merge(kept_id=office[kept], gone_id=office["T4"])
    task.refresh_from_db()
    checker = "T1" if kept == "T3" else "T3"
    if kept == "T3":
        with pytest.raises(OwnCaseError):
            tasks.decide(**does(office, "T3", task), decision="agree")
        assert (task.pool_unit_id, task.pool_office) == (office.units["1000"], "head")
        tasks.decide(**does(office, checker, task), decision="agree")
        assert Case.objects.get(definition__key="test.leave").applicant_id == office["T3"]
    else:
        with pytest.raises(OwnPaperError):
            tasks.decide(**does(office, checker, task), decision="agree")
        assert not is_made()


def test_it_stands_for_the_record_that_is_kept(office):
    task = laid_before(office)
    people.merge_persons(by=SYSTEM, kept_id=office["S2"], gone_id=office["S1"], reason="同一人")
    tasks.decide(**does(office, "T3", task), decision="agree")
    assert Case.objects.get(definition__key="test.leave").applicant_id == office["S2"]


def test_who_is_said_to_have_decided_it_is_told(office):
    task = laid_before(office)
    (told,) = Told.objects.filter(person_id=office["T2"]).select_related("message")
    assert task.case.number in told.message.text
    assert "请假" in told.message.text


def test_who_stood_in_that_day_may_have_decided_it(office):
    with pytest.raises(CampusError, match="不办这个流程"):
        laid_before(office, decider_id=office["T4"])
    made = stands_in(office, "T2", "T4")
    with pytest.raises(CampusError):
        laid_before(office, decider_id=office["T4"])  # it was made today, for that day
    made.update(created_at=now() - timedelta(days=3))
    assert laid_before(office, decider_id=office["T4"]).state == "open"


@pytest.mark.parametrize("audience", [{"faces": ["staff"]}, {"faces": []}, {"units": ["1001"]}])
def test_it_is_entered_for_whom_the_process_is_open_to(office, audience):
    Definition.objects.filter(key="test.leave").update(**audience)
    with pytest.raises(CampusError, match="不向他开放"):
        laid_before(office)
    assert not PaperEntry.objects.exists()


def test_who_works_and_studies_here_is_named_on_paper_by_the_number_of_his_work(office):
    also_studies(office["T2"])
    entered(office)
    page = office.client("T3").get(f"/flows/tasks/{Task.objects.get(state='open').public_id}/").content.decode()
    assert "李院长 T2" in page
    assert "24990001" not in page
