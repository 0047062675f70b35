"""A merge of two records makes no frozen yuan spendable a minute early, and none is lost."""

from nanhu.kernel.events import deliver_pending
from nanhu.platforms.people import api as people
from nanhu.systems.card.funds import jobs
from nanhu.systems.card.funds.models import Claimable
from nanhu.systems.card.funds.services import claims, merging
from nanhu.systems.card.funds.services.reissue import reissue
from nanhu.systems.card.funds.tests.conftest import SYSTEM
from nanhu.systems.card.funds.tests.test_claims import authorised
from nanhu.systems.card.funds.tests.test_operations import late_row, store


def replaced(funds, part="other_student", fen=8000):
    funds.campus.top_up(part, fen)
    old = funds.campus.card(part)
    reissue(by=SYSTEM, card=old, reason="lost", fee_fen=0, at="test", key="one")
    return old


def merge(funds, *, kept="student", gone="other_student"):
    persons = funds.campus.persons
    made = people.merge_persons(by=SYSTEM, kept_id=persons[kept], gone_id=persons[gone], reason="同一人")
    deliver_pending()
    return made


def when_due(monkeypatch, frozen) -> None:
    for module in (claims, merging):
        monkeypatch.setattr(module, "now", lambda: frozen.available_at)


def test_frozen_money_waits_through_a_merge_and_follows_when_it_is_due(funds, monkeypatch):
    replaced(funds)
    funds.credit("other_student", fen=1500, key="due")
    merge(funds)
    assert funds.balance("student") == 1500, "what was due came at once"
    frozen = Claimable.objects.get(source="frozen")
    jobs.bring_over_merged()
    assert (frozen.state, funds.balance("student")) == ("waiting", 1500), "not a minute before 72 hours"
    when_due(monkeypatch, frozen)
    assert jobs.bring_over_merged() == 1
    assert funds.balance("student") == 9500
    assert jobs.bring_over_merged() == 0
    assert funds.balance("student") == 9500


def test_a_late_meal_of_the_replaced_card_is_still_paid_from_the_frozen_sum(funds, monkeypatch):
    old = replaced(funds)
    merge(funds)
    assert store(funds.campus.terminal, late_row(old, 1200)) == ["posted"]
    frozen = Claimable.objects.get(source="frozen")
    assert frozen.left_fen == 6800
    when_due(monkeypatch, frozen)
    jobs.bring_over_merged()
    assert funds.balance("student") == 6800


def test_what_the_chip_of_a_merged_record_may_have_taken_moves_on_as_what_lies_on_it(funds):
    """Nobody reads that chip again: the sum is not free to be claimed, and is not lost."""
    funds.credit("other_student", fen=700)
    authorised(claims.begin_claim(by=SYSTEM, card=funds.campus.card("other_student"), terminal=None))
    merge(funds)
    assert (funds.order().state, funds.order().settled_by, funds.balance("student")) == ("written", "clerk", 700)


def test_a_merge_that_is_undone_gives_back_all_that_it_brought_at_once_and_later(funds, monkeypatch):
    funds.campus.top_up("student", 5000)
    replaced(funds, fen=3000)
    funds.credit("other_student", fen=10_000, key="due")
    made = merge(funds)
    assert funds.balance("student") == 15_000
    when_due(monkeypatch, Claimable.objects.get(source="frozen"))
    assert jobs.bring_over_merged() == 1
    assert funds.balance("student") == 18_000
    people.revert_change_set(by=SYSTEM, change_set_id=made.id, reason="不是同一人")
    deliver_pending()
    assert (funds.balance("student"), funds.balance("other_student")) == (5000, 13_000)


def test_a_merge_that_is_undone_leaves_the_frozen_sum_with_its_owner(funds):
    replaced(funds)
    made = merge(funds)
    people.revert_change_set(by=SYSTEM, change_set_id=made.id, reason="不是同一人")
    deliver_pending()
    assert jobs.bring_over_merged() == 0
    assert funds.pending("other_student") == 8000
    assert funds.balance("student") == 0
