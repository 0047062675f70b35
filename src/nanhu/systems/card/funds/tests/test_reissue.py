"""The old card never lives again; its money is claimed after the wait, once, by the new card."""

from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from nanhu.kernel import clock
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.school.tables import Table
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.errors import CardStateError, FeeNotCoveredError, UidTakenError
from nanhu.systems.card.funds.errors import NothingToClaimError
from nanhu.systems.card.funds.models import CardReissue, Claimable
from nanhu.systems.card.funds.rules import ReissueRule, claimable_from, may_use_kiosk, read_rules, rule_on
from nanhu.systems.card.funds.services import claims
from nanhu.systems.card.funds.services import reissue as service
from nanhu.systems.card.funds.services.claims import begin_claim, finish_claim
from nanhu.systems.card.funds.services.reissue import Shown, reissue
from nanhu.systems.card.funds.tests.conftest import SYSTEM
from nanhu.systems.card.models import Card, Receipt
from nanhu.systems.card.services.loss import report_lost

HOUR = timedelta(hours=1)


def replace(funds, part="student", *, by=SYSTEM, fee=0, key="form", reason="lost", **more):
    return reissue(by=by, card=funds.campus.card(part), reason=reason, fee_fen=fee, at="校园卡柜台", key=key, **more)


@pytest.fixture
def spent(funds):
    """The student has 40.00."""
    funds.campus.top_up("student", 4000)
    return funds


@pytest.mark.capability("A121.1")
def test_the_old_card_is_dead_and_its_money_waits_for_the_new_one(spent):
    old = spent.campus.card("student")
    new = replace(spent)
    old.refresh_from_db()
    assert (old.state, new.state, new.wallet_id, new.number != old.number) == (
        "replaced",
        "issued",
        old.wallet_id,
        True,
    )
    assert (spent.balance(), spent.pending()) == (0, 4000)
    frozen = Claimable.objects.get(source="frozen")
    assert (frozen.from_card_id, frozen.reference, frozen.amount_fen) == (old.pk, old.number, 4000)
    assert Receipt.objects.get(kind="freeze").amount_fen == 4000


def test_the_same_form_again_gives_the_same_card(spent):
    card = spent.campus.card("student")
    first = reissue(by=SYSTEM, card=card, reason="lost", fee_fen=0, at="", key="form")
    assert reissue(by=SYSTEM, card=card, reason="lost", fee_fen=0, at="", key="form").pk == first.pk
    assert Card.objects.filter(person_id=card.person_id).count() == 2


@pytest.mark.capability("A121.1")
def test_a_replaced_card_cannot_be_replaced_again_nor_live_again(spent):
    old = spent.campus.card("student")
    replace(spent)
    with pytest.raises(CardStateError):
        reissue(by=SYSTEM, card=old, reason="lost", fee_fen=0, at="", key="other")
    with pytest.raises(DatabaseError, match="never lives again"), transaction.atomic():
        Card.objects.filter(pk=old.pk).update(state="frozen")


@pytest.mark.capability("A122.2")
def test_frozen_money_is_claimed_after_the_wait_exactly_once(spent, monkeypatch):
    new = replace(spent)
    begun = clock.now()
    monkeypatch.setattr(claims, "now", lambda: begun + 71 * HOUR)
    with pytest.raises(NothingToClaimError):
        begin_claim(by=SYSTEM, card=new, terminal=None)
    monkeypatch.setattr(claims, "now", lambda: begun + 72 * HOUR)
    finish_claim(by=SYSTEM, order=begin_claim(by=SYSTEM, card=new, terminal=None), is_written=True)
    assert (spent.balance(), spent.pending()) == (4000, 0)
    with pytest.raises(NothingToClaimError):
        begin_claim(by=SYSTEM, card=new, terminal=None)


@pytest.mark.capability("A108.2")
def test_the_fee_comes_from_the_wallet_first_and_is_a_receipt(spent):
    replace(spent, fee=2000)
    assert (spent.balance(), spent.pending()) == (0, 2000)
    assert Receipt.objects.get(kind="fee").balance_fen == 2000


@pytest.mark.capability("A108.2", "A121.2")
def test_a_fee_of_all_that_is_there_leaves_nothing_to_freeze(spent):
    replace(spent, fee=4000)
    assert (spent.balance(), spent.pending(), Claimable.objects.count()) == (0, 0, 0)
    assert Receipt.objects.get(kind="fee").balance_fen == 0


@pytest.mark.capability("A108.3")
def test_a_fee_the_wallet_cannot_cover_changes_nothing(funds):
    old = funds.campus.card("student")
    with pytest.raises(FeeNotCoveredError):
        replace(funds, fee=2000)
    old.refresh_from_db()
    assert (old.state, CardReissue.objects.count()) == ("issued", 0)


@pytest.mark.capability("A108.2")
def test_a_fee_in_cash_lies_in_the_clerks_drawer(spent):
    clerk = spent.campus.actor("clerk")
    replace(spent, by=clerk, fee=2000, shown=Shown(document="学生证 …0001", is_fee_cash=True))
    drawer = ledger.account_ids([f"card.drawer:{clerk.account_id}"])[f"card.drawer:{clerk.account_id}"]
    assert (spent.pending(), ledger.balance_of(drawer)) == (4000, 4000 + 2000)
    assert AuditEntry.objects.get(action="card.reissue").facts["document"] == "学生证 …0001"


def test_a_lost_card_can_be_replaced_and_a_claim_under_way_waits_again(spent):
    spent.credit(fen=100)
    begin_claim(by=SYSTEM, card=spent.campus.card("student"), terminal=None)
    report_lost(by=SYSTEM, card=spent.campus.card("student"), reason="x")
    replace(spent)
    assert spent.states()["one"] == "waiting"
    assert spent.pending() == 4100


def test_a_blank_is_used_once(spent):
    uid = spent.campus.card("teacher").uid
    with pytest.raises(UidTakenError):
        replace(spent, uid=uid)


def test_an_empty_wallet_freezes_nothing(funds):
    replace(funds)
    assert Claimable.objects.count() == 0


TOLD = [{"from": date(2026, 9, 1), "frozen_hours": 48, "skip_holidays": True}, {"from": date(2025, 1, 1)}]
RULES = read_rules(Table("[[card.reissue]]", row) for row in TOLD)


@pytest.mark.capability("A122.1")
@pytest.mark.parametrize(("day", "hours"), [(date(2024, 5, 1), 72), (date(2025, 5, 1), 72), (date(2026, 9, 1), 48)])
def test_the_rule_of_the_day_counts(day, hours):
    assert rule_on(day, RULES).frozen_hours == hours


@pytest.mark.capability("A135.1")
def test_a_damaged_card_costs_no_loss_fee():
    assert (ReissueRule().fee_fen("lost"), ReissueRule().fee_fen("damaged")) == (2000, 0)


@pytest.mark.capability("A122.4")
@pytest.mark.parametrize(
    ("skip", "begun", "due"),
    [
        (False, "2026-09-30T10:00+08:00", "2026-10-03T10:00+08:00"),
        (True, "2026-09-30T10:00+08:00", "2026-10-08T10:00+08:00"),
        (True, "2026-09-27T16:30+00:00", "2026-10-08T00:30+08:00"),  # due on 1 October of the campus
        (True, "2026-10-04T16:30+00:00", "2026-10-08T00:30+08:00"),
    ],
)
def test_what_falls_due_on_a_holiday_may_wait_for_the_next_working_day(skip, begun, due):
    rest = {date(2026, 10, day) for day in range(1, 8)}
    rule = ReissueRule(frozen_hours=72, skip_holidays=skip)
    found = claimable_from(datetime.fromisoformat(begun), rule, lambda day: day not in rest)
    assert found == datetime.fromisoformat(due)


@pytest.mark.parametrize(
    ("card_class", "sub_class", "may"),
    [
        ("student", "统招本科", True),
        ("student", "留学生", False),
        ("teacher", "正式在编", False),
        ("ordinary", "临聘", False),
    ],
)
@pytest.mark.capability("A120.1")
def test_the_kiosk_serves_students_with_an_id_card(card_class, sub_class, may):
    assert may_use_kiosk(card_class, sub_class) is may


@pytest.mark.capability("A122.1")
def test_frozen_money_waits_72_hours_unless_the_school_says_otherwise(db):
    moment = clock.now()
    assert service.frozen_until(moment) - moment == 72 * HOUR
