"""A card through its holder's life: leaving, coming back, two records that were one, and two that were not."""

import itertools
import json
import time
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.events import deliver_pending, publish
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.people import api as people
from nanhu.platforms.terminals.api import Terminal
from nanhu.systems.card.checks import receipt_differences
from nanhu.systems.card.models import Card, Receipt, Wallet
from nanhu.systems.card.protocol import fingerprint
from nanhu.systems.card.queries import own_holding, statement, totals
from nanhu.systems.card.rows import line_of
from nanhu.systems.card.services import loss
from nanhu.systems.card.services.merchants import MerchantOrder, TerminalOrder, set_up_merchants
from nanhu.systems.card.services.receipts import write_receipt

pytestmark = pytest.mark.django_db
BY = Actor.system("test")
ORIGIN = people.Origin(source="test", title="测试")


def yesterday():
    return campus_today() - timedelta(days=1)


TIE = people.AffiliationRecord(
    kind="student", campus_no="14231100009", starts_on=date(2023, 9, 1), category_name="统招本科", state="active"
)
OTHER_TIE = replace(TIE, campus_no="14231100010")
SEQUENCES = itertools.count(1)


@pytest.fixture
def window():
    """A canteen window with its terminal."""
    set_up_merchants(
        by=BY,
        merchants=[MerchantOrder(key="n1.rice", name="自选快餐", canteen="南院一食堂")],
        terminals=[TerminalOrder(number="N1001", merchant_key="n1.rice", place="1 号窗口")],
    )
    return Terminal.objects.get(number="N1001")


def bring(name: str, *ties: people.AffiliationRecord) -> int:
    known = people.find_people_by_campus_no([tie.campus_no for tie in ties])
    held = known.get(ties[0].campus_no) or people.find_person_by_campus_no(ties[0].campus_no)
    record = people.PersonRecord(key="a", person_id=held, name=name, affiliations=ties)
    person_id = people.apply_records(by=BY, records=[record], origin=ORIGIN).person_ids["a"]
    deliver_pending()
    return person_id


def card_of(person_id: int) -> Card:
    [card] = Card.objects.select_related("wallet").filter(person_id=person_id)
    return card


def put_in(person_id: int, fen: int) -> None:
    """Money from the bank, with its receipt."""
    card = card_of(person_id)
    bank = ledger.open_accounts([ledger.AccountOrder(code="bank", name="银行", kind="asset")])["bank"]
    leg = ledger.Leg(debit_account_id=bank, credit_account_id=card.wallet_id, amount_fen=fen)
    entry = ledger.post(by=BY, kind="card.load", legs=[leg])
    write_receipt(kind="top_up", card=card, amount_fen=fen, balance_fen=balance(person_id), entry_id=entry.entry_id)


def balance(person_id: int) -> int:
    return ledger.balance_of(Wallet.objects.get(person_id=person_id).account_id)


def owed(person_id: int) -> int:
    return ledger.balance_of(Wallet.objects.get(person_id=person_id).receivable_id)


def asked(device: Terminal, card: Card, fen: int) -> str:
    """What the gateway hands to the database when this card is held to the terminal."""
    row = {
        "n": 0,
        "t": device.pk,
        "s": next(SEQUENCES),
        "f": fingerprint("payment", card.uid, str(fen)),
        "u": card.uid,
        "a": fen,
        "o": time.time(),
    }
    return json.dumps([row])


def pay(device: Terminal, card: Card, fen: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT outcome FROM card_pay(%s)", [asked(device, card, fen)])
        return cursor.fetchone()[0]


def pay_offline(device: Terminal, card: Card, fen: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT outcome FROM card_store(%s, %s)", [device.pk, asked(device, card, fen)])
        return cursor.fetchone()[0]


def lines(person_id: int) -> list[tuple[str, int, int]]:
    rows = statement(Wallet.objects.get(person_id=person_id), None)
    return [(str(line.kind), line.signed_fen, line.balance_fen) for line in map(line_of, rows)]


def books_are_right() -> bool:
    return ledger.check_ledger() == [] and receipt_differences() == [] and not ledger.trial_balance().difference_fen


def test_who_leaves_cannot_pay_keeps_the_money_and_finds_the_same_card_alive_on_return(window):
    person_id = bring("林小满", TIE)
    put_in(person_id, 4200)
    number = card_of(person_id).number
    bring("林小满", replace(TIE, state="ended", ends_on=yesterday()))

    assert card_of(person_id).state == "expired"
    assert pay(window, card_of(person_id), 100) == "card_expired"
    assert balance(person_id) == 4200
    assert own_holding(person_id).balance_fen == 4200

    bring("林小满", TIE)
    deliver_pending()
    assert (card_of(person_id).state, card_of(person_id).number) == ("issued", number)
    assert pay(window, card_of(person_id), 100) == "posted"
    assert books_are_right()


@pytest.mark.capability("A094.2")
def test_the_calendar_ends_the_card_too(window):
    person_id = bring("林小满", replace(TIE, ends_on=campus_today()))
    put_in(person_id, 4200)
    assert pay(window, card_of(person_id), 100) == "posted"
    people.end_overdue(by=BY, today=campus_today() + timedelta(days=1))
    deliver_pending()
    assert pay(window, card_of(person_id), 100) == "card_expired"
    assert balance(person_id) == 4100


def test_nobody_gets_a_card_before_the_first_day():
    start = campus_today() + timedelta(days=3)
    person_id = bring("林小满", replace(TIE, starts_on=start))
    assert not Card.objects.filter(person_id=person_id).exists()
    people.begin_due(by=BY, today=start)
    deliver_pending()
    assert card_of(person_id).state == "issued"


def test_who_keeps_one_of_two_ties_keeps_paying(window):
    staff = replace(TIE, kind="staff", campus_no="0020260009", category_name="正式在编")
    person_id = bring("林小满", TIE, staff)
    put_in(person_id, 4200)
    bring("林小满", replace(TIE, state="ended", ends_on=yesterday()), staff)
    assert pay(window, card_of(person_id), 100) == "posted"


@pytest.mark.capability("A092.2")
def test_a_lost_card_is_still_lost_when_its_holder_comes_back(window):
    person_id = bring("林小满", TIE)
    put_in(person_id, 4200)
    loss.report_lost(by=BY, card=card_of(person_id), reason="丢了")
    bring("林小满", replace(TIE, state="ended", ends_on=yesterday()))
    bring("林小满", TIE)
    assert card_of(person_id).state == "lost"
    assert pay(window, card_of(person_id), 100) == "card_lost"


def merge(kept: int, gone: int):
    merged = people.merge_persons(by=BY, kept_id=kept, gone_id=gone, reason="同一人")
    deliver_pending()
    publish(people.PersonsMerged(kept_id=kept, gone_id=gone))
    deliver_pending()
    return merged


def part(merged, kept: int, gone: int) -> None:
    people.revert_change_set(by=BY, change_set_id=merged.id, reason="不是同一人")
    deliver_pending()
    publish(people.PersonsParted(kept_id=kept, restored_id=gone))
    deliver_pending()


def test_after_a_merge_one_card_lives_and_both_lists_show_where_the_money_went(window):
    kept, gone = bring("林小满", TIE), bring("林晓满", OTHER_TIE)
    put_in(kept, 100)
    put_in(gone, 4200)
    merge(kept, gone)

    assert (card_of(kept).state, card_of(gone).state) == ("issued", "frozen")
    assert (balance(kept), balance(gone)) == (4300, 0)
    assert lines(kept)[0] == ("归并转入", 4200, 4300)
    assert lines(gone)[0] == ("归并转出", -4200, 0)
    assert len(lines(kept)) == len(lines(gone)) == 2, "told twice, moved once"
    assert totals(statement(Wallet.objects.get(person_id=gone), None)).out_fen == 4200
    assert pay(window, card_of(gone), 100) == "card_frozen"
    assert pay(window, card_of(kept), 4300) == "posted"
    assert books_are_right()


def test_a_kept_person_without_a_card_gets_one_with_the_money(window):
    kept = people.apply_records(by=BY, records=[people.PersonRecord(key="k", name="林小满")], origin=ORIGIN).person_ids[
        "k"
    ]
    gone = bring("林小满", TIE)
    put_in(gone, 4200)
    merge(kept, gone)
    assert (card_of(kept).state, card_of(gone).state) == ("issued", "frozen")
    assert pay(window, card_of(kept), 4200) == "posted"
    assert books_are_right()


def test_money_of_somebody_who_left_is_seen_and_comes_alive_with_them(window):
    kept = people.apply_records(by=BY, records=[people.PersonRecord(key="k", name="林小满")], origin=ORIGIN).person_ids[
        "k"
    ]
    gone = bring("林小满", TIE)
    put_in(gone, 4200)
    bring("林小满", replace(TIE, state="ended", ends_on=yesterday()))
    merge(kept, gone)
    assert (card_of(kept).state, own_holding(kept).balance_fen) == ("expired", 4200)
    assert pay(window, card_of(kept), 100) == "card_expired"

    bring("林小满", TIE)
    assert pay(window, card_of(kept), 100) == "posted"
    assert books_are_right()


def test_a_debt_follows_the_person(window):
    kept, gone = bring("林小满", TIE), bring("林晓满", OTHER_TIE)
    put_in(gone, 500)
    assert pay_offline(window, card_of(gone), 800) == "posted"
    merge(kept, gone)
    assert (owed(kept), owed(gone)) == (300, 0)
    assert books_are_right()


def test_parted_again_the_card_lives_and_the_money_goes_back_as_far_as_it_is_there(window):
    kept, gone = bring("林小满", TIE), bring("林晓满", OTHER_TIE)
    put_in(kept, 100)
    put_in(gone, 4200)
    merged = merge(kept, gone)
    assert pay(window, card_of(kept), 1000) == "posted"
    part(merged, kept, gone)

    assert (card_of(kept).state, card_of(gone).state) == ("issued", "issued")
    assert (balance(kept), balance(gone)) == (0, 3300)
    assert lines(gone)[0] == ("归并转入", 3300, 3300)
    put_in(kept, 700)
    publish(people.PersonsParted(kept_id=kept, restored_id=gone))
    deliver_pending()
    assert (balance(kept), balance(gone)) == (700, 3300)
    assert pay(window, card_of(gone), 3300) == "posted"
    assert Receipt.objects.filter(kind__startswith="merge").count() == 4
    assert books_are_right()


def test_a_card_that_was_lost_before_the_merge_is_lost_after_the_parting():
    kept, gone = bring("林小满", TIE), bring("林晓满", OTHER_TIE)
    loss.report_lost(by=BY, card=card_of(gone), reason="丢了")
    merged = merge(kept, gone)
    assert card_of(gone).state == "frozen"
    part(merged, kept, gone)
    assert card_of(gone).state == "lost"


def three_in_a_chain():
    """B's money comes to A, and all of it on to D. What each had of his own: 30, 10 and 5 yuan."""
    first, second, last = (
        bring(name, replace(TIE, campus_no=f"1423110002{place}")) for place, name in enumerate("甲乙丁")
    )
    for person_id, fen in ((first, 1000), (second, 3000), (last, 500)):
        put_in(person_id, fen)
    inner = people.merge_persons(by=BY, kept_id=first, gone_id=second, reason="同一人")
    deliver_pending()
    outer = people.merge_persons(by=BY, kept_id=last, gone_id=first, reason="同一人")
    deliver_pending()
    assert [balance(one) for one in (first, second, last)] == [0, 0, 4500]
    return (first, second, last), inner, outer


@pytest.mark.parametrize("order", ["inner first", "outer first"])
def test_of_a_chain_each_gets_back_what_he_had_and_nothing_of_the_others(window, order):
    persons, inner, outer = three_in_a_chain()
    for merged in (inner, outer) if order == "inner first" else (outer, inner):
        people.part_persons(by=BY, merge_id=merged.id, reason="不是同一人")
        deliver_pending()
    assert [balance(one) for one in persons] == [1000, 3000, 500]
    assert [card_of(one).state for one in persons] == ["issued"] * 3
    assert books_are_right()


@pytest.mark.parametrize("which", ["the first", "the second"])
def test_of_two_that_were_merged_one_is_parted_with_his_own_money(window, which):
    kept, first, second = (
        bring(name, replace(TIE, campus_no=f"1423110003{place}")) for place, name in enumerate("甲乙丙")
    )
    for person_id, fen in ((kept, 1000), (first, 3000), (second, 500)):
        put_in(person_id, fen)
    merges = [people.merge_persons(by=BY, kept_id=kept, gone_id=one, reason="同一人") for one in (first, second)]
    deliver_pending()
    place = 0 if which == "the first" else 1
    people.part_persons(by=BY, merge_id=merges[place].id, reason="不是同一人")
    deliver_pending()
    own = [3000, 500]
    assert [balance((first, second)[place]), balance((first, second)[1 - place])] == [own[place], 0]
    assert balance(kept) == 4500 - own[place]
    assert books_are_right()


def test_a_merge_that_is_told_after_it_was_undone_moves_no_money():
    """The worker was away, or the first try failed."""
    kept, gone = bring("林小满", TIE), bring("林晓满", OTHER_TIE)
    put_in(gone, 4200)
    merged = people.merge_persons(by=BY, kept_id=kept, gone_id=gone, reason="同一人")
    people.part_persons(by=BY, merge_id=merged.id, reason="不是同一人")
    deliver_pending()
    deliver_pending()
    assert (balance(kept), balance(gone)) == (0, 4200)
    assert card_of(gone).state == "issued"
    assert books_are_right()


def test_a_parting_that_is_told_after_the_two_are_one_again_moves_no_money():
    """Nor does the card of the record that is gone come alive."""
    kept, gone = bring("林小满", TIE), bring("林晓满", OTHER_TIE)
    put_in(gone, 4200)
    merged = merge(kept, gone)
    people.part_persons(by=BY, merge_id=merged.id, reason="不是同一人")
    again = people.merge_persons(by=BY, kept_id=kept, gone_id=gone, reason="是同一人")
    deliver_pending()
    assert (balance(kept), balance(gone), card_of(gone).state) == (4200, 0, "frozen")
    part(again, kept, gone)
    assert (balance(kept), balance(gone), card_of(gone).state) == (0, 4200, "issued")
    assert books_are_right()


@pytest.mark.parametrize("who", ["the kept", "the restored"])
def test_of_a_parting_that_is_told_after_another_merge_the_money_goes_to_whose_it_is(who):
    kept, gone, third = (
        bring(name, replace(TIE, campus_no=f"1423110004{place}")) for place, name in enumerate("甲乙丙")
    )
    put_in(kept, 1000)
    put_in(gone, 4200)
    merged = merge(kept, gone)
    people.part_persons(by=BY, merge_id=merged.id, reason="不是同一人")
    people.merge_persons(by=BY, kept_id=third, gone_id=kept if who == "the kept" else gone, reason="同一人")
    deliver_pending()
    held = {"the kept": (0, 4200, 1000), "the restored": (1000, 0, 4200)}[who]
    assert (balance(kept), balance(gone), balance(third)) == held
    assert books_are_right()


def test_who_was_merged_and_parted_before_the_chain_takes_nothing_from_the_middle(window):
    """What he brought the first time he had back from the middle one, and only what he brought the second from the last."""
    first, second, last = (
        bring(name, replace(TIE, campus_no=f"1423110005{place}")) for place, name in enumerate("甲乙丁")
    )
    for person_id, fen in ((first, 1000), (second, 3000), (last, 500)):
        put_in(person_id, fen)
    merges = []
    for kept, gone, is_undone in ((first, second, True), (first, second, False), (last, first, False)):
        merges.append(people.merge_persons(by=BY, kept_id=kept, gone_id=gone, reason="同一人"))
        deliver_pending()
        if is_undone:
            people.part_persons(by=BY, merge_id=merges[-1].id, reason="不是同一人")
            deliver_pending()
    assert [balance(one) for one in (first, second, last)] == [0, 0, 4500]
    for merged in merges[1:]:
        people.part_persons(by=BY, merge_id=merged.id, reason="不是同一人")
        deliver_pending()
    assert [balance(one) for one in (first, second, last)] == [1000, 3000, 500]
    assert books_are_right()
