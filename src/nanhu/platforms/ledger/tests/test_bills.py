"""Bills: issued once, never overpaid, every step its own posting; the database holds the states, whoever writes."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from nanhu.kernel import registry
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.errors import ReasonMissingError
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.ledger.jobs import end_finished_deferrals
from nanhu.platforms.ledger.models import Bill, BillMovement
from nanhu.platforms.ledger.services.bills import payment_of
from nanhu.platforms.people import api as people

BY, ASKER = Actor.system("test"), Actor.system("asker")
TUITION = "tuition"
LICENCE = "湘价费〔2024〕12号"


def enrolled(count: int = 2) -> list[int]:
    records = [
        people.PersonRecord(
            key=str(place),
            name="林小满",
            affiliations=(
                people.AffiliationRecord(kind="student", campus_no=f"1423{place:07}", starts_on=date(2023, 9, 1)),
            ),
        )
        for place in range(count)
    ]
    origin = people.Origin(source="test", title="测试")
    return list(people.apply_records(by=BY, records=records, origin=origin).person_ids.values())


class Office:
    """Two students, a fee with a ceiling, a counter that takes money and gives it back."""

    def __init__(self) -> None:
        self.student, self.other = enrolled()
        ledger.set_fee_item(
            by=BY,
            code=TUITION,
            name="学费",
            licence=LICENCE,
            ceiling_fen=600_000,
            starts_on=date(2024, 1, 1),
            reason="新学年",
        )
        orders = [
            ledger.AccountOrder(code="till", name="柜台", kind="asset"),
            ledger.AccountOrder(code="purse", name="钱包", kind="liability", floor_fen=0),
        ]
        self.accounts = ledger.open_accounts(orders)

    def order(self, key="one", fen=550_000, person=0, due_on=None, **more):
        facts = {"issuer": "finance", "item": TUITION, "name": "学费 2026-2027 学年", "period": "2026-2027"} | more
        facts["due_on"] = due_on or campus_today()
        return ledger.BillOrder(key=key, person_id=person or self.student, amount_fen=fen, **facts)

    def bill(self, *given, **more) -> Bill:
        order = self.order(*given, **more)
        return ledger.issue_bills(by=BY, orders=[order])[order.key]

    def pay(self, bill, fen, key="p1", account="till"):
        return ledger.pay(by=BY, bill=bill, amount_fen=fen, payer="counter", account_id=self.accounts[account], key=key)

    def books(self, item=TUITION):
        """Owed, billed and not paid, with the school."""
        codes = [f"ledger.{part}:{item}" for part in ("receivable", "billed", "payee")]
        ids = ledger.account_ids(codes)
        return tuple(ledger.balance_of(ids[code]) for code in codes)

    def give_back(self, by, asked_by, payments, reason):
        for payment in payments:
            ledger.reverse(by=by, entry_id=payment.entry_id, reason=f"{reason} ({asked_by.name})")


def sums(bill):
    found = Bill.objects.get(pk=bill.pk)
    return found.state, found.paid_fen, found.returned_fen, found.forgiven_fen


@pytest.fixture
def office(db, monkeypatch):
    made = Office()
    counter = ledger.Payer(key="counter", name="柜台", give_back=made.give_back)
    monkeypatch.setitem(ledger.payers._entries, "counter", counter)
    yield made
    assert ledger.check_ledger() == []


def test_a_years_tuition_worked_out(office):
    bill = office.bill()
    assert (bill.number[:6], sums(bill), office.books()) == (
        f"YJ{campus_today():%Y}",
        ("open", 0, 0, 0),
        (550_000, 550_000, 0),
    )
    office.pay(bill, 200_000)
    assert (sums(bill), office.books()) == (("part", 200_000, 0, 0), (350_000, 350_000, 200_000))
    office.pay(bill, 350_000, key="p2")
    assert (sums(bill), office.books()) == (("paid", 550_000, 0, 0), (0, 0, 550_000))
    assert ledger.balance_of(office.accounts["till"]) == 550_000


def test_a_bill_is_issued_once_a_key(office):
    assert office.bill().pk == office.bill().pk
    for other in ({"fen": 1}, {"person": office.other}, {"period": "2027-2028"}):
        with pytest.raises(ledger.EntryKeyReusedError):
            office.bill(**other)
    assert office.books() == (550_000, 550_000, 0)


def test_a_fee_is_charged_within_its_licence_and_its_days_only(office):
    with pytest.raises(ledger.FeeCeilingError):
        office.bill(fen=600_001)
    with pytest.raises(ledger.FeeItemMissingError):
        office.bill(item="parking")
    ends = campus_today() - timedelta(days=1)
    ledger.set_fee_item(
        by=BY,
        code="gym",
        name="体育馆",
        licence="",
        ceiling_fen=None,
        starts_on=date(2024, 1, 1),
        ends_on=ends,
        reason="停收",
    )
    with pytest.raises(ledger.FeeItemMissingError):
        office.bill(item="gym")
    assert Bill.objects.count() == 0


def test_a_fee_that_was_never_set_is_opened_once_and_what_the_office_set_stays(office):
    for code in ("power", TUITION):
        ledger.open_fee_item(by=BY, code=code, name="电费", reason="首次开单")
    assert office.bill(item="power", key="p").item.licence == ""
    assert office.bill().item.licence == LICENCE


def test_nobody_pays_more_than_is_owed_or_what_is_closed(office):
    bill = office.bill()
    with pytest.raises(ledger.BillOverpaidError, match=r"5,500\.00"):
        office.pay(bill, 550_001)
    office.pay(bill, 550_000)
    with pytest.raises(ledger.BillClosedError, match="已缴清"):
        office.pay(bill, 1, key="again")
    assert office.pay(bill, 550_000).is_repeated
    with pytest.raises(ledger.EntryKeyReusedError):
        office.pay(bill, 1)
    assert office.books() == (0, 0, 550_000)


def test_a_purse_that_is_short_pays_nothing(office):
    bill = office.bill()
    with pytest.raises(ledger.InsufficientFundsError):
        office.pay(bill, 1, account="purse")
    assert sums(bill) == ("open", 0, 0, 0)


def test_one_payment_pays_the_oldest_first_and_once(office):
    days = [campus_today() + timedelta(days=n) for n in (3, 1, 2)]
    bills = [office.bill(key=str(n), fen=100, due_on=day) for n, day in enumerate(days)]
    other = office.bill(key="other", fen=100, person=office.other)
    facts = {
        "by": BY,
        "person_id": office.student,
        "amount_fen": 150,
        "payer": "counter",
        "account_id": office.accounts["till"],
    }
    for _twice in range(2):
        paid = ledger.pay_oldest(key="day", **facts)
        assert [(one.bill_id, one.amount_fen) for one in paid] == [(bills[1].pk, 100), (bills[2].pk, 50)]
    assert [sums(bill)[0] for bill in (*bills, other)] == ["open", "paid", "part", "open"]
    with pytest.raises(ledger.BillOverpaidError):
        ledger.pay_oldest(key="more", **facts | {"amount_fen": 151})
    with pytest.raises(ledger.EntryKeyReusedError):
        ledger.pay_oldest(key="day", **facts | {"amount_fen": 149})
    with pytest.raises(ledger.BillOverpaidError):
        ledger.pay_oldest(key="none", **facts | {"items": ["power"]})


def test_what_was_deferred_is_paid_after_what_is_due_before_its_day(office):
    first, second = (office.bill(key=str(n), fen=100, due_on=campus_today() + timedelta(days=n)) for n in (1, 2))
    ledger.defer(by=BY, bill=first, until=campus_today() + timedelta(days=9), grounds="家庭困难", key="later")
    facts = {"by": BY, "person_id": office.student, "payer": "counter", "account_id": office.accounts["till"]}
    paid = ledger.pay_oldest(key="day", amount_fen=130, **facts)
    assert [(one.bill_id, one.amount_fen) for one in paid] == [(second.pk, 100), (first.pk, 30)]


def test_a_merged_persons_bills_are_paid_by_whom_the_record_became(office):
    bill = office.bill(fen=100)
    people.merge_persons(by=BY, kept_id=office.other, gone_id=office.student, reason="一个人")
    facts = {"by": BY, "payer": "counter", "account_id": office.accounts["till"]}
    ledger.pay_oldest(key="day", person_id=office.other, amount_fen=100, **facts)
    assert sums(bill)[0] == "paid"
    assert office.bill(fen=100, person=office.other).pk == bill.pk, "the same order for who the person is now"


def test_waiving_cancelling_and_deferring_are_postings_with_reasons(office):
    bill, wrong, late = (office.bill(key=key) for key in "abc")
    ledger.waive(by=BY, bill=bill, amount_fen=50_000, reason="家庭困难", key="w1")
    assert sums(bill) == ("open", 0, 0, 50_000)
    office.pay(bill, 500_000)
    assert sums(bill) == ("paid", 500_000, 0, 50_000)
    for _twice in range(2):
        assert ledger.cancel(by=BY, bill=wrong, reason="开错人", key="c").state == "cancelled"
    until = campus_today() + timedelta(days=90)
    assert ledger.defer(by=BY, bill=late, until=until, grounds="助学贷款未到", key="d").deferred_until == until
    office.pay(late, 1, key="p2")
    assert sums(late) == ("deferred", 1, 0, 0)
    with pytest.raises(ledger.BillClosedError):
        ledger.cancel(by=BY, bill=late, reason="x", key="c2")
    ledger.waive(by=BY, bill=late, reason="毕业后免", key="w2")
    assert sums(late) == ("waived", 1, 0, 549_999)
    with pytest.raises(ReasonMissingError):
        ledger.waive(by=BY, bill=bill, reason=" ", key="w3")
    rows = AuditEntry.objects.filter(target=f"bill:{late.number}").order_by("id")
    assert [row.action.removeprefix("ledger.") for row in rows] == [
        "issue_bill",
        "defer_bill",
        "pay_bill",
        "waive_bill",
    ]
    assert rows[1].reason == "助学贷款未到"


def test_a_deferral_ends_by_itself_the_day_after_its_last(office, time_machine):
    bill, part = office.bill(key="a"), office.bill(key="b")
    office.pay(part, 5)
    for one in (bill, part):
        ledger.defer(by=BY, bill=one, until=campus_today(), grounds="x", key=f"d{one.pk}")
    assert end_finished_deferrals() == 0
    time_machine.move_to(now() + timedelta(days=1))
    assert [end_finished_deferrals(), end_finished_deferrals()] == [2, 0]
    assert [sums(one)[0] for one in (bill, part)] == ["open", "part"]


def test_a_refund_goes_back_the_way_it_came_and_what_was_owed_is_cancelled(office):
    bill = office.bill()
    office.pay(bill, 200_000)
    office.pay(bill, 100_000, key="p2")
    ledger.refund(by=BY, asked_by=ASKER, bills=[bill], reason="退学")
    assert (sums(bill), office.books()) == (("refunded", 300_000, 300_000, 250_000), (0, 0, 0))
    assert ledger.balance_of(office.accounts["till"]) == 0
    ledger.refund(by=BY, asked_by=ASKER, bills=[bill], reason="退学")
    assert sums(bill)[0] == "refunded"


def test_an_entry_that_paid_a_bill_is_reversed_as_its_refund(office):
    """Whoever took the money knows its own entry and not the bill."""
    bill = office.bill()
    paid, rest = office.pay(bill, 200_000), office.pay(bill, 350_000, key="p2")
    ledger.reverse(by=BY, entry_id=paid.entry_id, reason="刷错卡")
    assert (sums(bill), office.books()) == (("paid", 550_000, 200_000, 0), (0, 0, 350_000))
    with pytest.raises(ledger.AlreadyReversedError):
        ledger.reverse(by=BY, entry_id=paid.entry_id, reason="again")
    ledger.reverse(by=BY, entry_id=rest.entry_id, reason="刷错卡")
    assert sums(bill) == ("refunded", 550_000, 550_000, 0)


def test_a_payment_that_was_booked_wrongly_leaves_the_bill_as_it_was(office):
    """As if it had not been: the debt stands again, and can be paid, waived or refunded as any other."""
    bill = office.bill()
    paid, rest = office.pay(bill, 200_000), office.pay(bill, 350_000, key="p2")
    ledger.reverse(by=BY, entry_id=rest.entry_id, reason="记到了别人名下", is_owed_again=True)
    assert (sums(bill), office.books()) == (("part", 200_000, 0, 0), (350_000, 350_000, 200_000))
    assert ledger.balance_of(office.accounts["till"]) == 200_000
    with pytest.raises(ledger.AlreadyReversedError):
        ledger.reverse(by=BY, entry_id=rest.entry_id, reason="again")
    ledger.reverse(by=BY, entry_id=paid.entry_id, reason="记到了别人名下", is_owed_again=True)
    assert (sums(bill), office.books()) == (("open", 0, 0, 0), (550_000, 550_000, 0))
    entry = AuditEntry.objects.filter(action="ledger.unpay_bill").first()
    assert (entry.target, entry.reason) == (f"bill:{bill.number}", "记到了别人名下")
    office.pay(bill, 550_000, key="p3")
    ledger.refund(by=BY, asked_by=ASKER, bills=[bill], reason="退学")
    assert (sums(bill), office.books()) == (("refunded", 550_000, 550_000, 0), (0, 0, 0))


def test_what_its_payer_gives_back_as_booked_wrongly_is_owed_no_more_where_the_whole_goes_back(office, monkeypatch):
    def give_back(by, asked_by, payments, reason):
        for payment in payments:
            ledger.reverse(by=by, entry_id=payment.entry_id, reason=reason, is_owed_again=True)

    monkeypatch.setitem(
        ledger.payers._entries, "counter", ledger.Payer(key="counter", name="柜台", give_back=give_back)
    )
    bill, unpaid = office.bill(), office.bill("two")
    office.pay(bill, 200_000)
    ledger.refund(by=BY, asked_by=ASKER, bills=[bill, unpaid], reason="退学")
    assert (sums(bill), sums(unpaid)[0]) == (("cancelled", 0, 0, 550_000), "open")


def test_a_payer_that_corrects_its_own_booking_leaves_the_rest_of_the_debt(office):
    bill = office.bill()
    paid = office.pay(bill, 200_000)
    ledger.reverse(by=BY, entry_id=paid.entry_id, reason="刷错卡")
    assert (sums(bill), office.books()) == (("part", 200_000, 200_000, 0), (350_000, 350_000, 0))
    ledger.refund(by=BY, asked_by=ASKER, bills=[bill], reason="退学")
    assert sums(bill) == ("refunded", 200_000, 200_000, 350_000)
    entry = AuditEntry.objects.get(action="ledger.cancel_bill", target=f"bill:{bill.number}")
    assert entry.reason == "退学"


@pytest.mark.parametrize("fen", [0, -1, 10**12 + 1, 10**30])
def test_a_sum_that_is_none_moves_nothing(office, fen):
    bill = office.bill()
    facts = {"by": BY, "payer": "counter", "account_id": office.accounts["till"], "amount_fen": fen}
    ledger.open_fund(by=BY, code="f", name="经费")
    for attempt in (
        lambda: ledger.waive(by=BY, bill=bill, amount_fen=fen, reason="x", key="w"),
        lambda: office.pay(bill, fen),
        lambda: ledger.pay_oldest(person_id=office.student, key="o", **facts),
        lambda: ledger.grant(by=BY, fund="f", amount_fen=fen, key="g", reason="x"),
        lambda: ledger.reserve(by=BY, fund="f", amount_fen=fen, key="r"),
    ):
        with pytest.raises(ledger.SumRefusedError):
            attempt()
    assert sums(bill) == ("open", 0, 0, 0)


def test_what_is_closed_is_not_waived_or_cancelled_again(office):
    bill = office.bill()
    office.pay(bill, 550_000)
    for forgive in (ledger.waive, ledger.cancel):
        with pytest.raises(ledger.BillClosedError):
            forgive(by=BY, bill=bill, reason="x", key="again")


def test_the_same_order_twice_in_one_call_is_one_bill_and_one_line_of_the_audit(office):
    order = office.order()
    bill = ledger.issue_bills(by=BY, orders=[order, order])[order.key]
    assert AuditEntry.objects.filter(action="ledger.issue_bill", target=f"bill:{bill.number}").count() == 1


def test_a_bill_deferred_again_is_resumed_again_and_no_deferral_begins_in_the_past(office, time_machine):
    bill, start = office.bill(), now()
    for after, key in enumerate(("d1", "d2"), 1):
        day = campus_today()
        for _twice in range(2):
            ledger.defer(by=BY, bill=bill, until=day, grounds="x", key=key)
        time_machine.move_to(start + timedelta(days=after))
        assert end_finished_deferrals() == 1
        assert sums(bill)[0] == "open"
    with pytest.raises(ledger.EntryKeyReusedError):
        ledger.defer(by=BY, bill=bill, until=campus_today(), grounds="x", key="d1")
    with pytest.raises(ledger.DeferralPastError):
        ledger.defer(by=BY, bill=bill, until=campus_today() - timedelta(days=1), grounds="x", key="d3")


def test_arrears_are_bills_past_their_day_for_many_in_one_query(office, django_assert_num_queries):
    late = campus_today() - timedelta(days=1)
    overdue, not_yet, deferred = (
        office.bill(key=key, due_on=day) for key, day in zip("abc", (late, campus_today(), late), strict=True)
    )
    ledger.defer(by=BY, bill=deferred, until=campus_today() + timedelta(days=9), grounds="贷款", key="d")
    others = office.bill(key="d", person=office.other, due_on=late)
    office.pay(others, 1)
    with django_assert_num_queries(1):
        found = ledger.arrears_of([office.student, office.other])
    assert {who: [(one.bill_id, one.owed_fen) for one in rows] for who, rows in found.items()} == {
        office.student: [(overdue.pk, 550_000)],
        office.other: [(others.pk, 549_999)],
    }
    assert len(ledger.open_bills([office.student])) == 3
    owed = registry.obligations.get("ledger.arrears").load([office.student, office.other], "离校")
    assert {who: [(one.what, one.amount_fen) for one in rows] for who, rows in owed.items()} == {
        office.student: [("学费 2026-2027 学年", 550_000)],
        office.other: [("学费 2026-2027 学年", 549_999)],
    }
    assert not_yet.pk not in {one.bill_id for one in found[office.student]}
    assert ledger.arrears_of([]) == {}


def test_what_a_merged_record_owes_is_owed_by_the_one_that_was_kept(office):
    bill = office.bill(person=office.other, due_on=campus_today() - timedelta(days=1))
    people.merge_persons(by=BY, kept_id=office.student, gone_id=office.other, reason="同一人")
    assert [one.bill_id for one in ledger.arrears_of([office.student])[office.student]] == [bill.pk]


MOVEMENT = (
    "INSERT INTO ledger_bill_movement (bill_id, kind, amount_fen, key, request, entry_id, posted_as, payer, account_id, reverses_id,"
    " until, reason, at) SELECT b.id, {values}, now() FROM ledger_bill b"
)
ISSUE = (
    "INSERT INTO ledger_bill (public_id, number, key, person_id, issuer, item_id, period, name, amount_fen, due_on, state, paid_fen,"
    " returned_fen, forgiven_fen, receivable_id, billed_id, payee_id, entry_id, issued_at)"
    " SELECT gen_random_uuid(), '', 'x', person_id, issuer, item_id, '', name, {fen}, due_on, {state}, {paid}, 0, 0, receivable_id,"
    " billed_id, payee_id, 0, now() FROM ledger_bill"
)


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE ledger_bill SET state = 'paid', paid_fen = amount_fen", "follow their movements"),
        ("DELETE FROM ledger_bill", "follow their movements"),
        ("TRUNCATE ledger_bill CASCADE", "never removed|never changed"),
        ("UPDATE ledger_bill_movement SET amount_fen = 1", "never changed"),
        ("DELETE FROM ledger_bill_movement", "never changed"),
        ("DELETE FROM ledger_fee_item", "never removed"),
        ("UPDATE ledger_fee_item SET ceiling_fen = NULL", "never removed or changed"),
        ("UPDATE ledger_fee_item SET licence = 'x', withdrawn_at = now()", "never removed or changed"),
        (ISSUE.format(fen=5, state="'paid'", paid=5), "begins unpaid"),
        (ISSUE.format(fen=600_001, state="'open'", paid=0), "ceiling"),
        (MOVEMENT.format(values="'pay', 549999, 'x', '', 1, '', 'p', b.receivable_id, NULL, NULL, ''"), "is owed"),
        (MOVEMENT.format(values="'pay', 5, 'x', '', 1, '', '', b.payee_id, NULL, NULL, ''"), "says_what"),
        (MOVEMENT.format(values="'waive', 5, 'x', '', 1, '', '', NULL, NULL, NULL, ''"), "says_what"),
        (MOVEMENT.format(values="'cancel', 549998, 'x', '', 1, '', '', NULL, NULL, NULL, 'y'"), "is part"),
        (
            MOVEMENT.format(values="'refund', 5, 'x', '', 1, '', '', b.payee_id, NULL, NULL, 'y'"),
            "says_what|one payment",
        ),
        (MOVEMENT.format(values="'resume', 0, 'x', '', NULL, '', '', NULL, NULL, NULL, ''"), "is part"),
        (MOVEMENT.format(values="'pay', 5, 'x', '', NULL, '', 'p', b.payee_id, NULL, NULL, ''"), "is_posted"),
    ],
)
def test_the_database_itself_refuses(office, statement, message):
    bill = office.bill()
    office.pay(bill, 2)
    with pytest.raises(DatabaseError, match=message), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement)
    assert sums(bill) == ("part", 2, 0, 0)


def test_a_refund_is_of_its_own_bill_and_sum(office):
    one, other = office.bill(key="a"), office.bill(key="b")
    payment = payment_of(office.pay(one, 5).entry_id)
    for bill, fen in ((other, 5), (one, 4)):
        with pytest.raises(DatabaseError, match="one payment of its bill"), transaction.atomic():
            BillMovement.objects.create(
                bill=bill,
                kind="refund",
                amount_fen=fen,
                key=str(uuid4()),
                entry_id=1,
                account_id=office.accounts["till"],
                reverses=payment,
                reason="x",
            )


@pytest.mark.parametrize("change", ["paid_fen = 5, state = 'part'", "forgiven_fen = 5"])
def test_the_check_sees_a_bill_that_disagrees(db, change):
    office = Office()
    bill = office.bill()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE ledger_bill DISABLE TRIGGER USER")
        cursor.execute("UPDATE ledger_bill SET CHANGE".replace("CHANGE", change))
    found = {one.what for one in ledger.check_ledger()}
    assert found == {
        f"bill_differs {bill.number}",
        f"account_differs ledger.receivable:{TUITION}",
        f"account_differs ledger.billed:{TUITION}",
    }


STEPS = st.lists(
    st.tuples(st.sampled_from(["pay", "waive", "cancel", "defer", "reverse", "refund"]), st.integers(1, 60)),
    max_size=10,
)


@pytest.mark.slow
@settings(max_examples=40)
@given(steps=STEPS)
def test_whatever_is_done_about_a_bill_the_sums_are_those_on_paper(office, steps):
    """Paid never exceeds what is owed, what comes back was paid, the school has what was paid less what went back."""
    with transaction.atomic():
        bill = office.bill(key=str(uuid4()), fen=100)
        before = office.books()[2]
        paid, forgiven = [], 0
        returned = 0
        for number, (what, fen) in enumerate(steps):
            key = f"{bill.pk}:{number}"
            owed = 100 - sum(one.amount_fen for one in paid) - returned - forgiven
            try:
                with transaction.atomic():
                    if what == "pay":
                        paid.append(office.pay(bill, fen, key=key))
                        assert fen <= owed
                    elif what == "waive":
                        ledger.waive(by=BY, bill=bill, amount_fen=fen, reason="x", key=key)
                        assert fen <= owed
                        forgiven += fen
                    elif what == "cancel":
                        ledger.cancel(by=BY, bill=bill, reason="x", key=key)
                        assert owed > 0
                        assert not paid
                        forgiven += owed
                    elif what == "defer":
                        ledger.defer(by=BY, bill=bill, until=campus_today(), grounds="x", key=key)
                        assert owed > 0
                    elif what == "reverse" and paid:
                        ledger.reverse(by=BY, entry_id=paid[-1].entry_id, reason="x")
                        returned += paid.pop().amount_fen
                    elif what == "refund" and paid:
                        ledger.refund(by=BY, asked_by=ASKER, bills=[bill], reason="x")
                        returned += sum(one.amount_fen for one in paid)
                        paid, forgiven = [], forgiven + owed
            except (ledger.BillClosedError, ledger.BillOverpaidError):
                assert owed == 0 or fen > owed or (what == "cancel" and paid)
        state, paid_fen, returned_fen, forgiven_fen = sums(bill)
        kept = sum(one.amount_fen for one in paid)
        assert (paid_fen, returned_fen, forgiven_fen) == (kept + returned, returned, forgiven)
        assert office.books()[2] - before == kept
        assert (state in {"open", "part", "deferred"}) is (paid_fen + forgiven_fen < 100)
        assert ledger.check_ledger() == []
