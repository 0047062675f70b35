"""Cards follow their people, through the outbox as in life."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.events import deliver_pending
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.people import api as people
from nanhu.systems.card.models import Card, Wallet
from nanhu.systems.card.services import follow, loss

BY = Actor.system("test")
ORIGIN = people.Origin(source="test", title="测试")
TIE = people.AffiliationRecord(
    kind="student", campus_no="14231100009", starts_on=date(2023, 9, 1), category_name="统招本科", state="active"
)


def bring(name: str, *ties: people.AffiliationRecord, person_id: int | None = None) -> int:
    record = people.PersonRecord(key="someone", person_id=person_id, name=name, affiliations=ties)
    found = people.apply_records(by=BY, records=[record], origin=ORIGIN).person_ids["someone"]
    deliver_pending()
    return found


def card(person_id: int) -> Card:
    return Card.objects.select_related("wallet").get(person_id=person_id)


@pytest.mark.django_db
def test_whoever_joins_gets_one_card_and_one_wallet():
    person_id = bring("林小满", TIE)
    assert bring("林小满", TIE, person_id=person_id) == person_id
    issued = card(person_id)
    assert (issued.card_class, issued.sub_class, issued.state) == ("student", "统招本科", "issued")
    assert ledger.balance_of(issued.wallet_id) == 0


@pytest.mark.capability("A092.2")
@pytest.mark.django_db
def test_the_class_follows_the_affiliation():
    person_id = bring("林小满", TIE)
    staff = replace(TIE, kind="staff", campus_no="0020260009", category_name="正式在编")
    assert bring("林小满", TIE, staff, person_id=person_id) == person_id
    assert (card(person_id).card_class, card(person_id).sub_class) == ("teacher", "正式在编")


@pytest.mark.capability("A094.2")
@pytest.mark.django_db
def test_a_leavers_card_expires_and_the_money_stays():
    person_id = bring("林小满", TIE)
    before = card(person_id)
    drawer = ledger.open_accounts([ledger.AccountOrder(code="drawer", name="柜台", kind="asset")])["drawer"]
    leg = ledger.Leg(debit_account_id=drawer, credit_account_id=before.wallet_id, amount_fen=4200)
    ledger.post(by=BY, kind="test", legs=[leg])
    bring("林小满", replace(TIE, state="ended", ends_on=campus_today() - timedelta(days=1)), person_id=person_id)
    assert (card(person_id).state, card(person_id).valid_until) == ("expired", campus_today())
    assert ledger.balance_of(before.wallet_id) == 4200


@pytest.mark.capability("A094.2")
@pytest.mark.django_db
def test_a_leavers_lost_card_ends_too_so_that_nobody_takes_its_report_back_for_years():
    person_id = bring("林小满", TIE)
    loss.report_lost(by=BY, card=card(person_id), reason="丢了", proof="测试")
    bring("林小满", replace(TIE, state="ended", ends_on=campus_today() - timedelta(days=1)), person_id=person_id)
    assert (card(person_id).state, card(person_id).valid_until) == ("lost", campus_today())


@pytest.mark.django_db
def test_a_card_follows_what_is_true_when_it_is_locked(monkeypatch):
    """The tie ends while the school year's job waits for the card: nobody comes later to set right what it read before."""
    person_id = bring("林小满", TIE)
    really = follow.followed_cards

    def wait(person_ids):
        ended = replace(TIE, state="ended", ends_on=campus_today() - timedelta(days=1))
        record = people.PersonRecord(key="someone", person_id=person_id, name="林小满", affiliations=(ended,))
        people.apply_records(by=BY, records=[record], origin=ORIGIN)
        return really(person_ids)

    monkeypatch.setattr(follow, "followed_cards", wait)
    assert follow.follow_affiliations(by=BY, person_ids=[person_id]) == 1
    assert (card(person_id).state, card(person_id).valid_until) == ("expired", campus_today())


@pytest.mark.django_db
def test_of_two_records_of_one_person_the_money_comes_together():
    kept = bring("林小满", TIE)
    gone = bring("林晓满", replace(TIE, campus_no="14231100010"))
    drawer = ledger.open_accounts([ledger.AccountOrder(code="drawer", name="柜台", kind="asset")])["drawer"]
    for person_id, fen in ((kept, 100), (gone, 4200)):
        leg = ledger.Leg(debit_account_id=drawer, credit_account_id=card(person_id).wallet_id, amount_fen=fen)
        ledger.post(by=BY, kind="test", legs=[leg])
    people.merge_persons(by=BY, kept_id=kept, gone_id=gone, reason="同一人")
    deliver_pending()
    assert ledger.balance_of(Wallet.objects.get(person_id=kept).account_id) == 4300
    assert ledger.balance_of(Wallet.objects.get(person_id=gone).account_id) == 0
    assert Card.objects.get(person_id=gone).state == "frozen"
    assert ledger.check_ledger() == []
