"""Batches: whole or not at all, two people, each row once, and back again when nobody claims."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from nanhu.kernel.clock import campus_today, now, start_of
from nanhu.kernel.errors import SamePersonError, WrongStateError
from nanhu.kernel.intake import approve, discard, refuse, submit
from nanhu.kernel.models import AuditEntry, Progress
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.people import api as people
from nanhu.systems.card.funds import queries
from nanhu.systems.card.funds.errors import BatchKnownError, FundingClosedError
from nanhu.systems.card.funds.jobs import resume_payouts, return_unclaimed
from nanhu.systems.card.funds.models import Claimable, Funding, PayoutBatch, PayoutRow
from nanhu.systems.card.funds.services import posting, returns
from nanhu.systems.card.funds.services.claims import begin_claim, finish_claim
from nanhu.systems.card.funds.services.payout_files import PAYOUTS, check_file
from nanhu.systems.card.funds.services.payouts import Payout, make_batch, open_funding
from nanhu.systems.card.funds.services.posting import close, post_payout, post_piece
from nanhu.systems.card.funds.tests.conftest import SYSTEM
from nanhu.systems.card.tests.conftest import ORIGIN

LIST = "学号,姓名,金额\n14231100001,林小满,300\n14231200001,赵一鸣,12.50\n0020190123,陈志远,1\n"
FORM = "不是有效的金额，请写成 12.50 或 1,234.50 这样的数字，最多两位小数，逗号只能隔开千位。"


def faults(text):
    return [(fault.line, fault.what) for fault in check_file(PAYOUTS.read(text.encode())).faults]


def test_every_fault_of_a_line_is_told_at_once(funds):
    assert faults("学号,姓名,金额\n14231100001,林大满,1.005\n") == [(2, "姓名与学工号不符"), (2, f"“1.005”{FORM}")]


def made(funds, text=LIST, *, author="clerk", **more):
    content = text.encode()
    checked = check_file(PAYOUTS.read(content))
    assert not checked.faults
    funding = open_funding(by=SYSTEM, code="aid", name="学生资助经费")
    payout = Payout(token=more.pop("token", uuid4()), source="subsidy", title="十一月生活补助", funding=funding, **more)
    return make_batch(by=funds.campus.actor(author), payout=payout, rows=checked.rows, content=content)


def posted(funds, **more):
    batch = submit(by=funds.campus.actor("clerk"), batch=made(funds, **more))
    approve(by=funds.campus.actor("second_clerk"), batch=batch)
    post_payout(batch_id=batch.pk)
    batch.refresh_from_db()
    return batch


def funding_balance():
    return ledger.balance_of(ledger.account_ids(["card.funding:aid"])["card.funding:aid"])


@pytest.mark.capability("A145.1")
@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("999,谁,1", "没有这个学工号，或已经离校"),
        (",谁,1", "没有学工号"),
        ("14231100001,林大满,1", "姓名与学工号不符"),
        ("14231100001,林小满,1.005", f"“1.005”{FORM}"),
        ('14231100001,林小满,"3,0"', f"“3,0”{FORM}"),
        ("14231100001,林小满,-1", f"“-1”{FORM}"),
        ("14231100001,林小满,0", "金额须在 ¥ 0.01 到 ¥ 20,000.00 之间"),
        ("14231100001,林小满,20000.01", "金额须在 ¥ 0.01 到 ¥ 20,000.00 之间"),
        ("0020190123,陈志远,2", "与第 2 行是同一个人"),
        ("0020990001,新人,2", "还没有校园卡"),
    ],
)
def test_one_wrong_line_is_named_and_nothing_is_kept(funds, line, what):
    tie = people.AffiliationRecord(kind="staff", campus_no="0020990001", starts_on=campus_today(), state="active")
    record = people.PersonRecord(key="0020990001", name="新人", affiliations=(tie,))
    people.apply_records(by=SYSTEM, records=[record], origin=ORIGIN)
    assert faults(f"学号,姓名,金额\n0020190123,陈志远,1\n{line}\n") == [(3, what)]
    assert PayoutRow.objects.count() == 0


@pytest.mark.capability("A145.1")
def test_a_batch_waits_as_pending_money_of_each_person(funds):
    batch = posted(funds)
    assert (batch.state, batch.row_count, batch.sum_fen) == ("posted", 3, 31350)
    assert faults("学号,金额\n14231100001,20000\n") == [], "the most itself is paid out"
    assert [funds.pending(part) for part in ("student", "other_student", "teacher")] == [30000, 1250, 100]
    assert funding_balance() in {31350, -31350}
    assert Progress.objects.get().summary == "已入账 3 人，共 ¥ 313.50"


@pytest.mark.capability("A145.1", "A146.1")
def test_nobody_approves_their_own_batch(funds):
    batch = submit(by=funds.campus.actor("clerk"), batch=made(funds))
    with pytest.raises(SamePersonError):
        approve(by=funds.campus.actor("clerk"), batch=batch)
    with pytest.raises(DatabaseError, match="card_payout_two_people"), transaction.atomic():
        PayoutBatch.objects.filter(pk=batch.pk).update(
            state="posting", approver_id=batch.author_id, decided_at=batch.created_at
        )
    assert funds.pending() == 0


@pytest.mark.capability("A145.1", "A146.1")
def test_an_approved_batch_cannot_be_changed(funds):
    batch = posted(funds)
    for change in ({"sum_fen": 1}, {"title": "x"}, {"state": "submitted", "approver": None, "decided_at": None}):
        with pytest.raises(DatabaseError, match="approved as it was made"), transaction.atomic():
            PayoutBatch.objects.filter(pk=batch.pk).update(**change)
    with pytest.raises(DatabaseError, match="posted once"), transaction.atomic():
        PayoutRow.objects.update(amount_fen=1)


@pytest.mark.capability("A145.1", "A146.1")
def test_posting_twice_and_after_a_crash_credits_each_row_once(funds):
    batch = submit(by=funds.campus.actor("clerk"), batch=made(funds))
    approve(by=funds.campus.actor("second_clerk"), batch=batch)
    assert post_piece(by=SYSTEM, batch=batch, most=2) == 2
    assert close(batch).state == "posting"
    assert resume_payouts() == 1
    post_payout(batch_id=batch.pk)
    assert Claimable.objects.count() == 3
    assert PayoutBatch.objects.get().state == "posted"


@pytest.mark.capability("A145.1", "A146.1")
def test_the_same_file_is_not_paid_twice_and_the_same_form_is_one_batch(funds):
    token = uuid4()
    first = made(funds, token=token)
    assert made(funds, token=token).pk == first.pk
    with pytest.raises(BatchKnownError):
        made(funds)
    discard(by=funds.campus.actor("clerk"), batch=first)
    assert made(funds).pk != first.pk
    Funding.objects.update(is_open=False)
    with pytest.raises(FundingClosedError):
        made(funds, LIST.replace("300", "301"))


@pytest.mark.capability("A145.1")
def test_a_refused_batch_moves_nothing(funds):
    batch = submit(by=funds.campus.actor("clerk"), batch=made(funds))
    refuse(by=funds.campus.actor("second_clerk"), batch=batch, answer="名单是上个月的")
    with pytest.raises(WrongStateError):
        approve(by=funds.campus.actor("second_clerk"), batch=batch)
    post_payout(batch_id=batch.pk)
    assert Claimable.objects.count() == 0
    assert made(funds).pk != batch.pk, "and the list may be handed in anew"


@pytest.mark.capability("A145.2")
def test_what_nobody_claimed_until_the_last_day_goes_back_to_its_funding(funds, monkeypatch):
    last = campus_today() + timedelta(days=30)
    batch = posted(funds, expires_on=last)
    claim = begin_claim(by=SYSTEM, card=funds.campus.card("student"), terminal=None)
    finish_claim(by=SYSTEM, order=claim, is_written=True)
    assert return_unclaimed() == 0
    expiry = Claimable.objects.filter(payout_row__batch=batch).first().expires_at
    assert expiry == start_of(last + timedelta(days=1))
    monkeypatch.setattr(returns, "now", lambda: expiry)
    assert return_unclaimed() == 2
    assert return_unclaimed() == 0
    assert AuditEntry.objects.filter(action="card.return_claimable").count() == 2
    assert abs(funding_balance()) == 30000
    report = queries.report_of(batch)
    assert (report.claimed, report.waiting, report.returned) == ((1, 30000), (0, 0), (2, 1350))


@pytest.mark.capability("A145.2")
def test_a_batch_without_a_last_day_waits_for_ever(funds, monkeypatch):
    posted(funds, expires_on=None)
    assert set(Claimable.objects.values_list("expires_at", flat=True)) == {None}
    monkeypatch.setattr(returns, "now", lambda: now() + timedelta(days=40 * 365))
    assert returns.return_overdue() == 0
    assert set(Claimable.objects.values_list("state", flat=True)) == {"waiting"}


@pytest.mark.capability("A148.4")
def test_an_unclaimed_load_goes_back_after_days_only_where_the_school_chose_so(funds, monkeypatch):
    made_load = funds.credit(source="load", key="load:1")
    funds.credit(source="subsidy", key="aid")
    late = made_load.created_at + timedelta(days=31)
    monkeypatch.setattr(returns, "now", lambda: late)
    assert returns.return_overdue() == 0
    monkeypatch.setattr(returns, "unclaimed_return_days", lambda: 30)
    assert returns.return_overdue() == 1
    assert funds.states() == {"load:1": "returned", "aid": "waiting"}


def test_a_batch_is_posted_in_pieces(funds, monkeypatch):
    monkeypatch.setattr(posting, "PIECE", 1)
    batch = posted(funds)
    assert batch.state == "posted"
    pieces = AuditEntry.objects.filter(action="card.post_payout").values_list("facts__rows", flat=True)
    assert list(pieces) == [1] * batch.row_count
