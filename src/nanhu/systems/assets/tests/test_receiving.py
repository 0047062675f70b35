"""Receipts (验收入库): three different people, the invoice, the class, numbers that check."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from nanhu.kernel.clock import campus_today
from nanhu.kernel.errors import NotTheAuthorError, WrongStateError
from nanhu.kernel.events.delivery import deliver_pending
from nanhu.kernel.numbering.series import check_holds
from nanhu.platforms.people import api as people
from nanhu.systems.assets.errors import (
    BeyondInvoiceError,
    DayAheadError,
    DayTooEarlyError,
    FormerNumberError,
    InspectorsError,
    InvoiceMissingError,
    NotALeafError,
    NotInspectorError,
    NotStaffError,
    PriceMissingError,
    SerialsError,
    UsedBeforeAcquiredError,
    YearsError,
)
from nanhu.systems.assets.models import Asset, Classification, Plan, Receipt
from nanhu.systems.assets.services import receiving
from nanhu.systems.assets.tests.conftest import SYSTEM, token


def tomorrow():
    return campus_today() + timedelta(days=1)


def opened(school, *, by="T1", buyer="T4", first="T2", second="T3", invoice_fen=2_000_000, **line):
    head = {
        "title": "机房电脑",
        "acquired": "bought",
        "acquired_on": date(2026, 9, 1),
        "supplier": "联想",
        "invoice": "26440000",
        "invoice_fen": invoice_fen,
        "contract": "",
        "funds": "",
        "unit_id": school.units["12"],
        "buyer_id": school[buyer],
        "first_inspector_id": school[first],
        "second_inspector_id": school[second],
    }
    head |= line.pop("head", {})
    return receiving.open_receipt(by=school.actor(by), token=token(), head=head, line=line_of(**line))


def line_of(*, code="A0201", quantity=2, price_fen=699_900, used=date(2026, 9, 17), is_batch=False, serials="", **more):
    return more | {
        "classification": Classification.objects.get(code=code),
        "name": "台式计算机",
        "quantity": quantity,
        "price_fen": price_fen,
        "is_batch": is_batch,
        "put_into_use_on": used,
        "serials": serials,
    }


def sign(school, receipt, number):
    lines = str(receipt.lines.count())
    return receiving.sign(by=school.actor(number), receipt=receipt, person_id=school[number], lines=lines)


@pytest.mark.capability("A014.1")
def test_two_signatures_make_cards_with_numbers(school):
    receipt = opened(school, serials="SN1\nSN2")
    sign(school, receipt, "T2")
    assert Asset.objects.count() == 0
    sign(school, receipt, "T3")
    things = list(Asset.objects.order_by("pk"))
    assert [(one.serial, one.value_fen, one.state) for one in things] == [
        ("SN1", 699_900, "in_stock"),
        ("SN2", 699_900, "in_stock"),
    ]
    assert len({one.number for one in things}) == 2
    assert all(check_holds(one.number) and "-A02-" in one.number for one in things)
    assert Plan.objects.get(asset=things[0]).months == 72
    receipt.refresh_from_db()
    assert receipt.state == Receipt.State.RECEIVED
    assert receipt.number.startswith("YS")


def test_a_batch_is_one_card(school):
    receipt = opened(school, code="A0501", quantity=10, price_fen=20_000, is_batch=True)
    sign(school, receipt, "T2")
    sign(school, receipt, "T3")
    asset = Asset.objects.get()
    assert (asset.quantity, asset.value_fen) == (10, 200_000)


@pytest.mark.capability("A014.1")
@pytest.mark.parametrize("people", [("T4", "T2", "T2"), ("T4", "T4", "T3"), ("T4", "T2", "T4")])
def test_inspectors_are_neither_each_other_nor_the_buyer(school, people):
    buyer, first, second = people
    with pytest.raises(InspectorsError):
        opened(school, buyer=buyer, first=first, second=second)
    assert Receipt.objects.count() == 0


def test_the_database_holds_the_three_people_too(school):
    receipt = opened(school)
    with pytest.raises(IntegrityError), transaction.atomic():
        Receipt.objects.filter(pk=receipt.pk).update(second_inspector=school["T4"])


@pytest.mark.capability("A014.1")
def test_nobody_signs_twice_or_for_another(school):
    receipt = opened(school)
    sign(school, receipt, "T2")
    for number in ("T2", "T4", "T1"):
        with pytest.raises(NotInspectorError):
            sign(school, receipt, number)
    assert Asset.objects.count() == 0


def test_no_line_is_added_once_somebody_signed(school):
    receipt = opened(school)
    sign(school, receipt, "T2")
    with pytest.raises(WrongStateError):
        receiving.add_line(by=school.actor("T1"), receipt=receipt, line=line_of(quantity=1, price_fen=100_000))
    assert receipt.lines.count() == 1


@pytest.mark.capability("A014.1")
@pytest.mark.parametrize(
    ("line", "error"),
    [
        ({"quantity": 3}, BeyondInvoiceError),
        ({"code": "A02"}, NotALeafError),
        ({"used": date(2026, 8, 31)}, UsedBeforeAcquiredError),
        ({"price_fen": 0}, PriceMissingError),
        ({"serials": "SN1\nSN2\nSN3"}, SerialsError),
        ({"serials": "S" * 81}, SerialsError),
    ],
)
def test_a_line_that_cannot_be_keeps_nothing(school, line, error):
    with pytest.raises(error):
        opened(school, **line)
    assert Receipt.objects.count() == 0


def test_the_database_refuses_a_quantity_of_nothing(school):
    with pytest.raises(IntegrityError), transaction.atomic():
        opened(school, quantity=0)


def test_other_years_than_the_rule_are_said_with_their_basis_and_never_of_what_is_bought_new(school):
    for acquired, basis in (("donated", ""), ("bought", "评估")):
        with pytest.raises(YearsError):
            opened(school, head={"acquired": acquired}, months=24, years_basis=basis)
    receipt = opened(school, head={"acquired": "donated"}, months=24, years_basis="评估报告 2026-17")
    for number in ("T2", "T3"):
        sign(school, receipt, number)
    assert set(Plan.objects.values_list("months", flat=True)) == {24}
    bricks = opened(
        school,
        head={"acquired": "built"},
        code="A0101",
        quantity=1,
        months=360,
        years_basis="砖混结构，财会〔2017〕4号",
    )
    assert bricks.lines.get().months == 360
    page = school.client("T2").get(f"/assets/mine/receipts/{bricks.public_id}/").content.decode()
    assert "砖混结构" in page, "the inspectors sign it"


def test_what_turned_up_in_a_count_keeps_its_label(school):
    receipt = opened(school, head={"acquired": "found"}, quantity=1, former_number="TX-2019.07")
    for number in ("T2", "T3"):
        sign(school, receipt, number)
    found = Asset.objects.get()
    assert (found.acquired, found.former_number) == ("found", "TX-2019.07")
    for line in ({"former_number": "TX-2019.07", "quantity": 1}, {"former_number": "TX-2019.08", "quantity": 2}):
        with pytest.raises(FormerNumberError):
            opened(school, head={"acquired": "found", "invoice": "9"}, **line)


@pytest.mark.capability("A014.1")
def test_a_refusal_says_why_and_makes_no_cards(school):
    receipt = opened(school)
    sign(school, receipt, "T2")
    receiving.refuse(by=school.actor("T3"), receipt=receipt, person_id=school["T3"], answer="内存不符")
    receipt.refresh_from_db()
    assert (receipt.state, receipt.answer) == ("refused", "内存不符")
    with pytest.raises(WrongStateError):
        sign(school, receipt, "T3")
    assert Asset.objects.count() == 0


@pytest.mark.capability("A014.1")
def test_an_invoice_is_spent_once_over_all_receipts(school):
    first = opened(school, invoice_fen=1_500_000)
    with pytest.raises(BeyondInvoiceError):
        opened(school, invoice_fen=1_500_000)
    receiving.refuse(by=school.actor("T3"), receipt=first, person_id=school["T3"], answer="内存不符")
    assert opened(school, invoice_fen=1_500_000).lines.count() == 1


def test_a_serial_is_a_line_with_its_blanks(school):
    receipt = opened(school, serials="SN 123\n\nSN 124\n")
    sign(school, receipt, "T2")
    sign(school, receipt, "T3")
    assert list(Asset.objects.order_by("pk").values_list("serial", flat=True)) == ["SN 123", "SN 124"]


def admit_student(school):
    people.apply_records(
        by=SYSTEM,
        records=[
            people.PersonRecord(
                key="S1",
                name="林同学",
                affiliations=(
                    people.AffiliationRecord(
                        kind="student", campus_no="S1", starts_on=date(2025, 9, 1), unit_code="12", state="active"
                    ),
                ),
            )
        ],
        origin=people.Origin(source="test", title="测试"),
    )
    school.persons["S1"] = people.find_person_by_campus_no("S1")


def test_who_left_or_studies_neither_buys_nor_inspects(school):
    admit_student(school)
    with pytest.raises(NotStaffError, match="林同学"):
        opened(school, second="S1")
    assert not Receipt.objects.exists()


@pytest.mark.parametrize("order", [lambda day: {"head": {"acquired_on": day}}, lambda day: {"used": day}])
def test_nothing_is_acquired_or_used_before_its_day(school, order):
    with pytest.raises(DayAheadError):
        opened(school, **order(tomorrow()))


def test_nothing_is_acquired_in_a_year_with_a_digit_too_few(school):
    with pytest.raises(DayTooEarlyError):
        opened(school, head={"acquired_on": date(202, 9, 1)})


def test_what_was_given_needs_no_invoice_and_what_was_bought_does(school):
    given = opened(school, head={"acquired": "donated", "invoice": ""})
    sign(school, given, "T2")
    sign(school, given, "T3")
    assert Asset.objects.filter(acquired="donated", invoice="").count() == 2
    with pytest.raises(InvoiceMissingError):
        opened(school, head={"invoice": " "})


def test_its_author_takes_it_back_until_somebody_signed(school):
    receipt = opened(school, invoice_fen=1_399_800)
    with pytest.raises(NotTheAuthorError):
        receiving.take_back(by=school.actor("T2"), receipt=receipt)
    receiving.take_back(by=school.actor("T1"), receipt=receipt)
    with pytest.raises(WrongStateError):
        sign(school, receipt, "T2")
    again = opened(school, invoice_fen=1_399_800)
    sign(school, again, "T2")
    with pytest.raises(WrongStateError):
        receiving.take_back(by=school.actor("T1"), receipt=again)


def test_the_database_takes_no_line_after_a_signature_and_no_other_inspector(school):
    receipt = opened(school)
    sign(school, receipt, "T2")
    line = receipt.lines.get()
    line.pk, line.position = None, 2
    with pytest.raises(IntegrityError, match="after a signature"), transaction.atomic():
        line.save(force_insert=True)
    with pytest.raises(IntegrityError, match="signs anew"), transaction.atomic():
        Receipt.objects.filter(pk=receipt.pk).update(first_inspector=school["T9"])


def test_what_was_signed_stays_signed_by_whom_it_names_and_nobody_signs_for_two(school):
    receipt, both = opened(school), opened(school, head={"invoice": "2645"})
    sign(school, receipt, "T2")
    sign(school, both, "T2")
    people.merge_persons(by=SYSTEM, kept_id=school["T3"], gone_id=school["T2"], reason="同一人")
    deliver_pending()
    receipt.refresh_from_db()
    assert (receipt.first_inspector_id, receipt.first_signed_at is None) == (school["T2"], False)
    with pytest.raises(InspectorsError):
        sign(school, both, "T3")
    assert Asset.objects.count() == 0


def test_thousands_of_pieces_are_received_by_few_statements(school, django_assert_max_num_queries):
    receipt = opened(school, quantity=2_000, price_fen=100_000, invoice_fen=200_000_000)
    sign(school, receipt, "T2")
    with django_assert_max_num_queries(80):
        sign(school, receipt, "T3")
    assert Asset.objects.count() == Plan.objects.count() == 2_000
