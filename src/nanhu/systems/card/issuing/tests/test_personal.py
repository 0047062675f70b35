"""One person's card by 个人办卡申请表: nothing typed twice, proof kept under lock, the sponsor's yes before anything."""

from datetime import timedelta

import pytest

from nanhu.kernel.clock import campus_today
from nanhu.kernel.errors import SamePersonError
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.people import api as people
from nanhu.systems.card.issuing.errors import NotTheLeaderError
from nanhu.systems.card.issuing.models import CardOrder, FeePayment, Proof, UnitDelegate
from nanhu.systems.card.issuing.services.orders import decide
from nanhu.systems.card.issuing.tests.conftest import (
    DESK,
    DOCUMENTS,
    at,
    document_number,
    document_of,
    last_day,
    newest,
)
from nanhu.systems.card.issuing.tests.personal import (
    apply_at_counter,
    portrait,
    scan,
    shown_form,
    through_to_plastic,
    visitor,
)
from nanhu.systems.card.models import Card
from nanhu.systems.card.tests.conftest import SYSTEM

NUMBER = "0020260001"
AT_COUNTER = f"{DESK}personal/?campus_no={NUMBER}"
HOLDER = {"how": "holder", "document": "resident_id", "accepted": "on"}


def known(campus) -> dict[str, str]:
    return shown_form(campus, "clerk", AT_COUNTER) | {"reason": "个人申请", "phone": "13907301234"}


@pytest.mark.capability("A104.1", "A104.2")
def test_a_teacher_shows_id_and_proof_at_the_counter_and_nothing_is_typed_again(campus):
    page = campus.client("clerk").get(AT_COUNTER).content.decode()
    assert "证件号已从名册带出" in page
    assert document_of("new_teacher") not in page, "numbers on record are not shown"
    said = known(campus)
    assert (said["name"], said["category"], said["unit"]) == ("许知远", "人事代理", "计算机学院")
    assert campus.client("clerk").post(AT_COUNTER, said | {"picture": portrait()}).status_code == 422, "no proof"
    for part in ("student", "teacher"):
        assert campus.client(part).get(AT_COUNTER).status_code == 404, "the counter is the office's"
    order = apply_at_counter(campus, said, address=AT_COUNTER)
    row = order.rows.get()
    assert (order.state, order.kind, row.errors, row.document) == (
        "approved",
        "personal",
        {},
        document_of("new_teacher"),
    )

    proof = Proof.objects.get()
    opened = campus.client("clerk").get(f"{DESK}proofs/{proof.public_id}/")
    assert opened.content == scan().getvalue()
    assert AuditEntry.objects.filter(action="card.open_proof").count() == 1, "each look is logged"
    for part in ("student", "teacher"):
        assert campus.client(part).get(f"{DESK}proofs/{proof.public_id}/").status_code == 404
    through_to_plastic(campus, order)
    assert campus.client("clerk").post(f"{DESK}rows/{row.pk}/hand/", HOLDER).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.fee_fen, row.card.uid) == ("handed", 0, row.plastic_uid)


def also(campus, part, **tie) -> None:
    """A tie that began later than those of the cast."""
    said = people.AffiliationRecord(starts_on=campus_today() - timedelta(days=30), state="active", **tie)
    record = people.PersonRecord(key=part, person_id=campus.persons[part], affiliations=(said,))
    people.apply_records(by=SYSTEM, records=[record], origin=people.Origin(source="test.other", title="测试"))
    assert people.person_card(campus.persons[part]).affiliations[0].campus_no == said.campus_no, "the newest"


@pytest.mark.capability("A104.2")
def test_who_works_here_and_began_to_study_has_the_number_and_unit_of_the_teacher_on_the_card(campus):
    """The class of a card follows one of several ties, so do the number and the unit that are printed on it."""
    also(campus, "new_teacher", kind="student", campus_no="14260000001", unit_code="12012301", category_name="研究生")
    for number in (NUMBER, "14260000001"):
        said = shown_form(campus, "clerk", f"{DESK}personal/?campus_no={number}")
        assert (said["campus_no"], said["unit"], said["category"]) == (NUMBER, "计算机学院", "人事代理")


@pytest.mark.capability("A104.2")
def test_a_student_who_is_also_vouched_for_by_a_unit_gets_the_card_of_a_student(campus):
    also(
        campus,
        "student",
        kind="temporary",
        campus_no="L2600123",
        unit_code="12",
        category_name="培训",
        ends_on=campus_today() + timedelta(days=60),
    )
    campus.client("clerk").post(f"{DESK}newcomers/", {"unit": "12012301", "collector": "陈志远"})
    row = newest().rows.get(name="林小满")
    assert (row.campus_no, row.unit) == ("14231100001", "计科2301班")


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"MZ\x90\x00 a program", "不是 JPEG、PNG 或 PDF"), (b"%PDF" + b"0" * (5 * 1024 * 1024), "超过 5 MB")],
    ids=["program", "too large"],
)
@pytest.mark.capability("A104.1")
def test_a_proof_is_a_whole_scan_or_nothing_is_kept(campus, content, why):
    answer = campus.client("clerk").post(AT_COUNTER, known(campus) | {"proof": scan("a.pdf", content=content)})
    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert not CardOrder.objects.exists()
    assert not Proof.objects.exists()


@pytest.mark.capability("A104.2")
def test_a_holder_asks_for_their_own_card_and_cannot_become_somebody_else(campus):
    campus.persons["new"] = campus.persons["new_teacher"]
    said = shown_form(campus, "guest", f"{DESK}apply/")
    given = said | {"name": "林小满", "campus_no": "14231100001", "reason": "个人申请"}
    answer = campus.client("guest").post(f"{DESK}apply/", given | {"picture": portrait()})
    assert answer.status_code == 302
    row = newest().rows.get()
    phone = people.phone_of(campus.persons["guest"], by=SYSTEM, purpose="测试")
    assert (row.name, row.campus_no, row.errors) == ("Amina Diallo", "15231100002", {})
    assert (row.document, row.phone, row.sex) == (DOCUMENTS["guest"], phone, "男"), "what is on record nobody types"
    assert campus.client("student").get(at(newest())).status_code == 404


@pytest.mark.capability("A102.2")
def test_what_one_person_asked_for_waits_among_the_left_over_cards(campus):
    order, clerk = (
        through_to_plastic(campus, apply_at_counter(campus, visitor(document_number(birth="19800808", order=35)))),
        campus.client("clerk"),
    )
    clerk.get(DESK)  # reads what the deeds before told of
    assert order.rows.get().name in clerk.get(f"{DESK}left-over/").content.decode()


@pytest.mark.capability("A105.1", "A105.2")
def test_an_ordinary_card_waits_for_the_sponsors_yes_and_costs_its_fee(campus):
    document = document_number(birth="19800808", order=31)
    order = apply_at_counter(campus, visitor(document))
    clerk, leader = campus.client("clerk"), campus.client("second_clerk")
    assert order.state == "submitted", "the sponsor first"
    assert clerk.post(at(order, "accept/")).status_code == 409
    assert people.find_person_by_document(document) is None, "nobody enters the record before"
    UnitDelegate.objects.create(
        unit_code="13", unit_name="外国语学院", person_id=campus.persons["guest"], role="leader", named_by_name="测试"
    )
    assert campus.client("guest").post(at(order, "approve/")).status_code == 404, "the leader of another unit"
    for part, error in (("guest", NotTheLeaderError), ("second_clerk", SamePersonError)):
        asked = campus.actor("clerk" if error is NotTheLeaderError else part)
        CardOrder.objects.filter(pk=order.pk).update(requester=asked.account_id)
        with pytest.raises(error):
            decide(by=campus.actor(part), person_id=campus.persons[part], order=order, is_approved=True)
    CardOrder.objects.filter(pk=order.pk).update(requester=campus.actor("clerk").account_id)
    for part in ("clerk", "teacher"):
        refused = campus.client(part).post(at(order, "approve/"))
        assert refused.status_code == 409, "neither the office nor the unit's agent says yes for its leader"
    assert "访学者" in leader.get(at(order)).content.decode()
    assert leader.get(f"{DESK}proofs/{Proof.objects.get().public_id}/").status_code == 200, "who decides sees the proof"
    through_to_plastic(campus, order)
    row = order.rows.get()
    assert row.fee_fen == 2000
    assert clerk.post(f"{DESK}rows/{row.pk}/hand/", HOLDER).status_code == 409, "not before the fee"
    receipt = clerk.post(f"{DESK}rows/{row.pk}/hand/take-fee/", {"method": "cash"}).url
    clerk.post(f"{DESK}rows/{row.pk}/hand/take-fee/", {"method": "cash"})
    taken = FeePayment.objects.get(row=row)
    assert ledger.balance_of(ledger.account_ids(["card.fees"])["card.fees"]) == taken.amount_fen == 2000, "once"
    assert "¥ 20.00" in clerk.get(receipt).content.decode()
    assert clerk.post(f"{DESK}rows/{row.pk}/hand/", HOLDER).status_code == 302
    card = Card.objects.get(person_id=people.find_person_by_document(document))
    assert (card.card_class, card.sub_class, str(card.valid_until)) == ("ordinary", "访问", last_day())


@pytest.mark.capability("A105.1")
def test_a_sponsor_who_says_no_ends_it(campus):
    document = document_number(birth="19800808", order=31)
    order = apply_at_counter(campus, visitor(document))
    campus.client("second_clerk").post(at(order, "refuse/"), {"answer": "没有这个人"})
    assert campus.client("clerk").post(at(order, "accept/")).status_code == 409
    assert people.find_person_by_document(document) is None
