"""更正: from "this is wrong" to the new value: closed by the value and by nobody's word."""

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from nanhu.kernel.clock import now
from nanhu.kernel.events import deliver_pending
from nanhu.kernel.files.tests.samples import picture
from nanhu.kernel.registry import FactCopies, FactCopy, Register, Verdict
from nanhu.platforms.datahub.models import SharedRow
from nanhu.platforms.flows import api as flows
from nanhu.platforms.flows.api import CaseClosed
from nanhu.platforms.flows.models import Case, Definition, Task
from nanhu.platforms.flows.services import definitions
from nanhu.platforms.identity.models import Account
from nanhu.platforms.messages.models import Entry
from nanhu.platforms.people import api as people
from nanhu.platforms.people.models import Affiliation
from nanhu.platforms.portal import publishing
from nanhu.platforms.portal.corrections import copies, watching
from nanhu.platforms.portal.corrections.desk import desk, owners_desk
from nanhu.platforms.portal.corrections.process import APPEAL, KEY
from nanhu.platforms.portal.models import Correction, FieldOwner, pages
from nanhu.testing import merging
from nanhu.testing.pages import PageTests

from .conftest import ORIGIN, TEST, join, signed_in

PERSONAL = ("people.name", "people.campus_no", "people.unit", "people.status", "people.photo")
SAID = {"what": "people.name", "wanted": "林晓雨", "why": "录取时写错了一个字"}


class TestOwners(PageTests):
    desk = owners_desk

    @pytest.fixture
    def holder(self, db):
        join("周敏", staff="T00555", roles=("portal.corrections",))
        return signed_in("T00555")

    @pytest.fixture
    def stranger(self, teacher):
        return teacher


class TestMine(PageTests):
    desk, is_for_everybody = desk, True

    @pytest.fixture
    def holder(self, office):
        return office


@pytest.fixture
def office(student):
    """The school's register answers for names; its head is 王处长."""
    definitions.publish_all()
    join("王处长", staff="T00900")
    unit = people.unit_ids_by_code(["08"])["08"]
    people.appoint(
        by=TEST,
        unit_id=unit,
        office="head",
        person_id=person_of("T00900"),
        starts_on=date(2020, 1, 1),
        ends_on=None,
        document="任命",
    )
    FieldOwner.objects.create(field="people.name", unit_id=unit, office="head", changed_by_name="周敏")
    return signed_in("T00900")


def person_of(campus_no):

    return Affiliation.objects.get(campus_no=campus_no).person_id


def complain(student, **more):
    paper = SimpleUploadedFile("户口本.png", picture("PNG"), content_type="image/png")
    answer = student.post(f"/flows/new/{KEY}/", SAID | {"form_token": str(uuid4()), "papers": paper} | more)
    deliver_pending()
    return answer


def decide(office, decision, comment=""):
    task = Task.objects.get(state__in=["open", "claimed"])
    answer = office.post(
        f"/flows/tasks/{task.public_id}/decide/", {"decision": decision, "revision": task.revision, "comment": comment}
    )
    assert answer.status_code == 302, answer.content.decode()
    deliver_pending()


def rename(name):
    record = people.PersonRecord(key="again", person_id=person_of("20240518"), name=name)
    people.apply_records(by=TEST, records=[record], origin=ORIGIN)
    deliver_pending()


@pytest.mark.capability("A035.3")
def test_each_fact_of_oneself_has_its_button(student):
    page = student.get("/me/corrections/").content.decode()
    assert set(re.findall(r'"/me/wrong/(people\.\w+):', page)) == set(PERSONAL)


def test_a_photo_is_called_one_and_a_number_stands_where_there_are_several(student, office):
    FieldOwner.objects.update(field="people.photo")
    complain(student, what="people.photo", wanted="新的")
    decide(office, "agree")
    Correction.objects.update(now="/people/somebody/photo?v=7a81")
    page = student.get("/me/corrections/").content.decode()
    (row,) = student.get("/me/corrections/").context["mine"].lines
    assert [str(cell.shown) for cell in row.cells if str(cell.label) == "后来"] == ["照片"]
    assert "/people/somebody" not in page
    assert '<span class="num muted">20240518</span>' not in page


@pytest.mark.capability("A035.3")
@pytest.mark.parametrize("field", PERSONAL)
def test_a_complaint_of_any_field_waits_with_who_answers_for_it(student, office, field):
    """By the button, which fills the field in."""
    FieldOwner.objects.update(field=field)
    begun = student.post(f"/me/wrong/{field}:20240518/", follow=True).content.decode()
    assert re.search(rf'value="{field}" (selected|checked)', begun)
    assert complain(student, what=field, wanted="应当是这个").status_code == 302
    assert "更正个人信息" in office.get("/flows/").content.decode()
    assert Case.objects.get().data["what"] == field


@pytest.mark.capability("A035.3")
def test_the_button_beside_another_fact_begins_a_complaint_of_that_one(student):
    """What was left half-way about the name is not sent as what is wrong with the status."""
    student.post("/me/wrong/people.name:/", follow=True)
    student.post(f"/flows/new/{KEY}/draft/", {"what": "people.name", "number": "", "wanted": "林晓雨", "why": "少一点"})
    again = student.post("/me/wrong/people.name:/", follow=True).content.decode()
    assert "林晓雨" in again, "of the same fact it goes on as it was left"
    other = student.post("/me/wrong/people.status:20240518/", follow=True).content.decode()
    assert re.search(r'value="people.status" (selected|checked)', other)
    assert not re.search(r'value="people.name" (selected|checked)', other)
    assert "林晓雨" not in other
    assert 'value="20240518"' in other


@pytest.mark.capability("A035.3")
def test_a_complaint_waits_with_nobody_who_answers_for_another_field(student, office, teacher):
    """Units are the school's own head's to answer for, names the register's."""
    above = {"unit_id": people.unit_ids_by_code(["00"])["00"], "office": "head"}
    since = {"starts_on": date(2020, 1, 1), "ends_on": None, "document": "任命"}
    people.appoint(by=TEST, person_id=person_of("T00317"), **above, **since)
    FieldOwner.objects.create(field="people.unit", changed_by_name="周敏", **above)
    complain(student)
    assert "更正个人信息" in office.get("/flows/").content.decode()
    assert "更正个人信息" not in teacher.get("/flows/").content.decode()


@pytest.mark.capability("A035.3")
def test_it_ends_when_the_new_value_has_come_and_not_before(student, office):
    assert "有误" in student.get("/me/corrections/").content.decode()
    begun = student.post("/me/wrong/people.name/", follow=True).content.decode()
    assert "哪一项有错" in begun
    assert 'value="people.name" selected' in begun or 'value="people.name" checked' in begun
    complain(student)
    others = re.findall(r'"/me/wrong/(people\.\w+):', student.get("/me/corrections/").content.decode())
    assert set(others) == set(PERSONAL) - {"people.name"}, "what is under way is asked once, the others still"
    page = office.get("/flows/").content.decode()
    assert "林晓雨" in page
    assert "更正个人信息" in page
    decide(office, "agree")
    assert Case.objects.get().state == "running", "nobody's word ends it"
    assert "等新的值到达" in student.get("/me/corrections/").content.decode()
    rename("林晓雨")
    case, kept = Case.objects.get(), Correction.objects.get()
    assert (case.state, case.outcome, kept.seen, kept.now) == ("closed", "granted", "林小雨", "林晓雨")
    page = student.get("/me/corrections/").content.decode()
    assert "已改好" in page
    assert "林小雨" in page, "what it said when he complained"


@pytest.mark.capability("A035.3")
def test_a_value_that_does_not_come_goes_back_to_its_owner(student, office):
    complain(student)
    decide(office, "agree")
    assert not Task.objects.filter(state="open").exists()
    assert watching.watch_corrections() == 0
    with time_machine.travel(now() + timedelta(days=2, minutes=1)):
        watching.watch_corrections()
    assert Task.objects.filter(state="open").count() == 1
    assert "没有等到" in student.get(f"/flows/cases/{Case.objects.get().public_id}/").content.decode()
    decide(office, "agree")
    rename("林晓雨")
    assert Case.objects.get().outcome == "granted"


def test_a_value_that_came_before_the_owner_says_so_counts(student, office):
    complain(student)
    rename("林晓雨")
    assert Case.objects.get().state == "running"
    decide(office, "agree")
    assert Case.objects.get().outcome == "granted"


def test_another_field_that_changes_ends_nothing(student, office):
    owner = FieldOwner.objects.get()
    FieldOwner.objects.create(field="people.unit", unit_id=owner.unit_id, office="head", changed_by_name="周敏")
    assert complain(student, what="people.unit", wanted="计算机学院").status_code == 302
    decide(office, "agree")
    rename("林晓雨")
    assert Correction.objects.get().arrived_at is None


@pytest.mark.capability("A035.3")
def test_another_identity_of_the_same_person_ends_nothing(student, office):
    owner = FieldOwner.objects.get()
    FieldOwner.objects.create(field="people.unit", unit_id=owner.unit_id, office="head", changed_by_name="周敏")
    complain(student, what="people.unit", number="20240518", wanted="外国语学院")
    decide(office, "agree")
    also = people.AffiliationRecord(
        kind="temporary", campus_no="L0099", starts_on=date(2026, 9, 1), unit_code="08", state="active"
    )
    record = people.PersonRecord(key="more", person_id=person_of("20240518"), affiliations=(also,))
    people.apply_records(by=TEST, records=[record], origin=ORIGIN)
    deliver_pending()
    assert Correction.objects.get().arrived_at is None
    moved = people.AffiliationRecord(
        kind="student", campus_no="20240518", starts_on=date(2026, 9, 1), unit_code="0801", state="active"
    )
    record = people.PersonRecord(key="moved", person_id=person_of("20240518"), affiliations=(moved,))
    people.apply_records(by=TEST, records=[record], origin=ORIGIN)
    deliver_pending()
    assert Correction.objects.get().arrived_at is not None


def test_of_a_leaver_it_comes_back_and_ends_too(student, office):
    complain(student)
    decide(office, "agree")
    Account.objects.filter(person_id=person_of("20240518")).update(state=Account.State.SUSPENDED)
    with time_machine.travel(now() + timedelta(days=2, minutes=1)):
        watching.watch_corrections()
    assert Task.objects.filter(state="open").count() == 1
    decide(office, "agree")
    rename("林晓雨")
    assert Case.objects.get().outcome == "granted"


def test_sent_back_and_sent_again_of_another_field_that_one_is_watched(student, office):
    complain(student)
    Case.objects.update(data=Case.objects.get().data | {"what": "people.photo"})
    watching.note(Case.objects.get().pk)
    assert Correction.objects.get().field == "people.photo"
    decide(office, "agree")
    rename("林晓雨")
    assert Correction.objects.get().arrived_at is None


def test_a_merge_is_no_new_value_and_parting_gives_it_back(student, office):
    complain(student)
    decide(office, "agree")
    mine, other = person_of("20240518"), person_of("T00900")
    watching.hand_over(Correction.objects.filter(person_id=mine), other)
    watching.watch_corrections()
    assert (Correction.objects.get().seen, Correction.objects.get().arrived_at) == ("王处长", None)
    watching.part_corrections([people.PersonsParted(kept_id=other, restored_id=mine)])
    assert (Correction.objects.get().seen, Correction.objects.get().person_id) == ("林小雨", mine)


def test_a_merge_told_after_the_parting_and_a_parting_told_after_the_next_merge_move_no_correction(student, office):
    complain(student)
    mine, other = person_of("20240518"), person_of("T00900")
    watching.rekey_corrections([merging.merged_and_parted(kept_id=other, gone_id=mine)])
    assert Correction.objects.get().person_id == mine
    event = merging.parted_and_merged(kept_id=other, gone_id=mine)
    watching.rekey_corrections([people.PersonsMerged(kept_id=other, gone_id=mine)])
    watching.part_corrections([event])
    assert Correction.objects.get().person_id == other


def test_a_word_of_the_owner_that_was_lost_is_heard_by_the_job(student, office):
    complain(student)
    decide(office, "agree")
    Correction.objects.update(watched_at=None)
    rename("林晓雨")
    assert Case.objects.get().state == "running"
    watching.watch_corrections()
    assert Case.objects.get().outcome == "granted"


@pytest.mark.capability("A035.3")
def test_a_refusal_says_why_and_one_may_ask_again(student, office):
    complain(student)
    assert "/me/wrong/people.name:" not in student.get("/me/corrections/").content.decode(), "it is under way"
    again = complain(student)
    assert Case.objects.count() == 1, again.content.decode()
    decide(office, "refuse", "户口本上是这个字")
    kept = Correction.objects.get()
    assert (kept.closed_at is not None, kept.arrived_at) == (True, None)
    assert "户口本上是这个字" in student.get(f"/flows/cases/{Case.objects.get().public_id}/").content.decode()
    complain(student)
    assert Case.objects.count() == 2


@pytest.mark.capability("A035.3")
def test_nobody_floods_an_office(student, office):
    """One open complaint a field and number; five in all."""
    owner = FieldOwner.objects.get()
    for field in ("people.unit", "people.status", "people.photo"):
        FieldOwner.objects.create(field=field, unit_id=owner.unit_id, office="head", changed_by_name="周敏")
    several = [
        (what, number) for what in ("people.unit", "people.status", "people.photo") for number in ("", "20240518")
    ]
    codes = [complain(student, what=what, wanted="别的", number=number).status_code for what, number in several]
    assert codes == [302] * 5 + [409]
    case = Case.objects.order_by("pk")[0]
    assert student.post(f"/flows/cases/{case.public_id}/withdraw/").status_code == 302
    assert complain(student, what="people.photo", wanted="别的", number="20240518").status_code == 302
    assert Correction.objects.filter(closed_at=None).count() == 5, "the end of one is the end of no other"


@pytest.mark.capability("A035.3")
def test_a_number_that_is_not_ones_own_reaches_no_office(student, office):
    """What it says could never be seen to change: the case would come back to its owner every two days."""
    FieldOwner.objects.update(field="people.unit")
    for what, number in (("people.unit", "20240519"), ("people.name", "T00900"), ("people.status", "没有")):
        answer = complain(student, what=what, wanted="别的院", number=number)
        assert answer.status_code == 422
        assert "没有这个学号或工号" in answer.content.decode()
    also = people.AffiliationRecord(
        kind="temporary", campus_no="L0099", starts_on=date(2026, 9, 1), unit_code="08", state="active"
    )
    record = people.PersonRecord(key="more", person_id=person_of("20240518"), affiliations=(also,))
    people.apply_records(by=TEST, records=[record], origin=ORIGIN)
    deliver_pending()
    assert complain(student, what="people.unit", wanted="别的院", number="").status_code == 422, "of which of the two"
    assert not Case.objects.exists()
    assert complain(student, what="people.unit", wanted="别的院", number="L0099").status_code == 302


@pytest.mark.capability("A035.3")
def test_a_number_beside_a_name_does_not_hide_that_the_name_was_mended(student, office):
    """A name is the person's: by one of his numbers it could never be read, and would come back every two days."""
    assert complain(student, what="people.name", wanted="林晓彤", number="20240518").status_code == 302
    found = Correction.objects.get()
    assert (found.number, found.seen is None) == ("", False)
    decide(office, "agree")
    rename("林晓彤")
    deliver_pending()
    found.refresh_from_db()
    assert found.arrived_at is not None


@pytest.mark.capability("A035.3")
def test_what_was_complained_of_a_number_that_is_nobodys_ends_once_and_with_words(student, office):
    """An older case, or one whose number went meanwhile."""
    FieldOwner.objects.update(field="people.unit")
    data = {"what": "people.unit", "number": "20249999", "wanted": "别的院", "why": "写错了"}
    made = flows.open_case(by=TEST, key=KEY, applicant_id=person_of("20240518"), data=data)
    deliver_pending()
    decide(office, "agree")
    with time_machine.travel(now() + timedelta(days=2, minutes=1)):
        assert watching.watch_corrections() == 1
        deliver_pending()
        assert watching.watch_corrections() == 0
    made.refresh_from_db()
    assert (made.state, made.outcome) == ("closed", "cancelled")
    assert not Task.objects.filter(state__in=["open", "claimed"]).exists(), "its owner is left alone"
    assert Correction.objects.get().closed_at is not None
    page = student.get(f"/flows/cases/{made.public_id}/").content.decode()
    assert "学校记录里没有填的这个学号或工号" in page


@pytest.mark.capability("A035.3")
def test_a_name_and_a_number_need_a_proof_and_nothing_else_does(student, office):
    for what in ("people.name", "people.campus_no"):
        answer = student.post(f"/flows/new/{KEY}/", SAID | {"form_token": str(uuid4()), "what": what})
        assert answer.status_code == 422, what
        assert "身份证件" in answer.content.decode()
    assert not Case.objects.exists()
    owner = FieldOwner.objects.get()
    FieldOwner.objects.create(field="people.unit", unit_id=owner.unit_id, office="head", changed_by_name="周敏")
    student.post(f"/flows/new/{KEY}/", SAID | {"form_token": str(uuid4()), "what": "people.unit"})
    assert Case.objects.count() == 1


@pytest.mark.capability("A035.3")
def test_a_refusal_is_appealed_once_by_its_person_before_another_head_and_done_anew(student, office, teacher):
    """The process belongs to the unit that refused here, so the head of the one above looks at it."""
    owner = FieldOwner.objects.get().unit
    Definition.objects.filter(key__in=[KEY, APPEAL]).update(unit=owner)
    join("赵校长", staff="T00901")
    above = {"unit_id": people.unit_ids_by_code(["00"])["00"], "person_id": person_of("T00901")}
    people.appoint(by=TEST, office="head", starts_on=date(2020, 1, 1), ends_on=None, document="任命", **above)
    complain(student)
    one = Correction.objects.get()
    page = f"/me/corrections/{one.pk}/appeal/"
    assert student.post(page, {"why": "还没有答复"}).status_code == 404, "not refused"
    decide(office, "refuse", "户口本上是这个字")
    assert page in student.get("/me/corrections/").content.decode()
    assert (teacher.get(page).status_code, teacher.post(page, {"why": "别人的"}).status_code) == (404, 404)
    assert student.post(page, {"why": "新户口本附后"}).status_code == 302
    assert student.post(page, {"why": "再来一次"}).status_code == 409
    deliver_pending()
    case = Case.objects.get(definition__key=APPEAL)
    brought = SimpleUploadedFile("新户口本.png", picture("PNG"), content_type="image/png")
    sent = {"papers": brought, "form_token": str(uuid4())}
    assert student.post(f"/flows/cases/{case.public_id}/papers/", sent).status_code == 302
    deliver_pending()
    assert "已申诉" in student.get("/me/corrections/").content.decode()
    assert "GS-" not in office.get("/flows/").content.decode(), "who refused does not judge"
    decide(signed_in("T00901"), "agree", "有依据")
    again = Case.objects.get(state="running")
    appealed = Case.objects.get(definition__key=APPEAL)
    assert (again.definition.key, again.data["why"]) == (KEY, f"申诉成立（{appealed.number}）：新户口本附后")
    assert [one["name"] for one in again.data["papers"]] == ["户口本.png", "新户口本.png"], "those of both"
    assert office.get(f"/files/{again.data['papers'][1]['file']}/").status_code == 200
    decide(office, "agree")
    rename("林晓雨")
    told = CaseClosed(
        definition=APPEAL,
        case_id=appealed.pk,
        number=appealed.number,
        subject_key=appealed.subject_key,
        subject_id=appealed.subject_id,
        outcome="granted",
    )
    watching.hear_appeal([told])
    assert Case.objects.filter(definition__key=KEY).count() == 2, "told twice, done once"
    assert Case.objects.get(pk=again.pk).outcome == "granted"


def test_other_systems_read_how_far_it_is_and_neither_whose_nor_what(student, office):
    complain(student)
    assert publishing.publish() == 1
    decide(office, "refuse", "户口本上是这个字")
    publishing.publish()
    [row] = SharedRow.living("portal.correction").values_list("data", flat=True)
    assert (row["fact"], row["outcome"], row["is_appealed"]) == ("people.name", "refused", False)
    assert not any(secret in str(row) for secret in ("林小雨", "林晓雨", "20240518"))
    assert publishing.publish() == 0, "only what differs is written"


def test_what_one_office_takes_is_shown_from_three_on(student, office):
    unit = FieldOwner.objects.get().unit_id
    for number in range(3):
        complain(student)
        decide(office, "agree")
        rename(f"林晓雨{number}")
        assert ("计算机学院" in student.get("/me/corrections/").content.decode().partition("各部门用的时间")[2]) == (
            number == 2
        )
    assert Correction.objects.filter(unit=unit).count() == 3


def test_the_keeper_names_who_answers(db):
    join("周敏", staff="T00555", roles=("portal.corrections",))
    keeper = signed_in("T00555")
    assert (
        keeper.post(
            "/me/corrections/owners/name/", {"field": "people.unit", "unit": "08", "office": "head"}
        ).status_code
        == 302
    )
    assert (
        keeper.post(
            "/me/corrections/owners/name/", {"field": "people.unit", "unit": "0801", "office": "head"}
        ).status_code
        == 302
    )
    assert list(FieldOwner.objects.values_list("unit__code", "office")) == [("0801", "head")]
    assert (
        keeper.post("/me/corrections/owners/name/", {"field": "nonsense", "unit": "08", "office": "head"}).status_code
        == 422
    )


def test_the_database_knows_that_what_arrived_is_another(student, office):
    complain(student)
    with pytest.raises(IntegrityError), transaction.atomic():
        Correction.objects.update(arrived_at=now(), now="林小雨")


class Elsewhere:
    """Two places where names stand, too: one that is awaited, and a card that its owner has to change."""

    def __init__(self, monkeypatch):
        self.book, self.card, self.is_broken = None, None, False
        known = Register()
        known.add(
            FactCopies(key="test.book", title="通讯录", load=self.in_book),
            FactCopies(key="test.card", title="卡面", how="去换卡", is_awaited=False, load=self.on_card),
        )
        monkeypatch.setattr(copies, "fact_copies", known)
        monkeypatch.setattr(pages, "fact_copies", known)

    def in_book(self, fact):
        if self.is_broken:
            raise RuntimeError("the book does not open")
        yield FactCopy(followed_at=self.book)

    def on_card(self, fact):
        assert (fact.field, fact.was) == ("people.name", "林小雨")
        yield FactCopy(what="*0518", followed_at=self.card)


@pytest.fixture
def elsewhere(monkeypatch):
    return Elsewhere(monkeypatch)


@pytest.mark.capability("A035.3")
def test_it_ends_only_when_the_copies_followed_and_lists_each(student, office, elsewhere):
    complain(student)
    decide(office, "agree")
    rename("林晓雨")
    page = student.get("/me/corrections/").content.decode()
    assert all(said in page for said in ("新的值已到，等副本跟上", "通讯录：还没跟上", "卡面 · *0518：去换卡"))
    assert Case.objects.get().state == "running"
    elsewhere.book = now()
    watching.watch_corrections()
    deliver_pending()
    assert Case.objects.get().outcome == "granted"
    page = student.get("/me/corrections/").content.decode()
    assert "通讯录：已跟上" in page
    assert "卡面 · *0518：去换卡" in page, "nobody waits for a card that its owner may keep"
    elsewhere.card = now()
    assert watching.follow_copies() == 1
    assert "卡面 · *0518：已跟上" in student.get("/me/corrections/").content.decode()


def test_a_copy_that_lags_is_shown_to_who_looks_after_corrections_and_not_to_the_owner(student, office, elsewhere):
    complain(student)
    decide(office, "agree")
    rename("林晓雨")
    join("周敏", staff="T00555", roles=("portal.corrections",))
    keeper = signed_in("T00555")
    assert "通讯录" not in keeper.get("/me/corrections/owners/behind/").content.decode()
    with time_machine.travel(now() + timedelta(days=2, minutes=1)):
        watching.watch_corrections()
        assert not Task.objects.filter(state="open").exists(), "the owner has done his part"
        assert copies.copies_follow().verdict == Verdict.WARN
        page = signed_in("T00555").get("/me/corrections/owners/behind/").content.decode()
    assert "通讯录" in page
    assert "卡面" not in page


def test_a_room_that_cannot_say_has_not_followed(student, office, elsewhere):
    elsewhere.is_broken = True
    complain(student)
    decide(office, "agree")
    rename("林晓雨")
    assert Case.objects.get().state == "running"
    elsewhere.is_broken, elsewhere.book = False, now()
    watching.watch_corrections()
    assert Case.objects.get().outcome == "granted"


def test_an_old_value_that_comes_back_is_waited_for_anew(student, office, elsewhere):
    complain(student)
    decide(office, "agree")
    rename("林晓雨")
    rename("林小雨")
    kept = Correction.objects.get()
    assert (kept.arrived_at, kept.now, kept.copies.count()) == (None, "", 0)
    rename("林曉雨")
    elsewhere.book = now()
    watching.watch_corrections()
    assert (Case.objects.get().outcome, Correction.objects.get().now) == ("granted", "林曉雨")


def test_an_old_value_that_comes_back_after_the_end_is_told_once_and_may_be_complained_of_again(student, office):
    complain(student)
    decide(office, "agree")
    rename("林晓雨")
    told = Entry.objects.filter(person=person_of("20240518"), message__template="portal.correction_returned")
    assert not told.exists()
    for _again in range(2):
        rename("林小雨")
        assert "又变回原来的值" in student.get("/me/corrections/").content.decode()
    assert told.count() == 1
    rename("林晓雨")
    assert "已改好" in student.get("/me/corrections/").content.decode()
    rename("林小雨")
    complain(student)
    assert Case.objects.filter(state="running").count() == 1
