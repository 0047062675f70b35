"""At one moment (并发): one code is taken once, one receipt makes its cards once, one month is booked once, one lot leaves once."""

from datetime import date, timedelta
from functools import partial
from uuid import uuid4

import pytest

from nanhu.kernel.clock import campus_today
from nanhu.kernel.errors import CampusError
from nanhu.kernel.once import lock_key
from nanhu.kernel.proposals import WITHDRAWN
from nanhu.systems.assets.models import Asset, Contest, Depreciation, Invoice, Movement, ReceiptFlag
from nanhu.systems.assets.rules import month_of
from nanhu.systems.assets.services import contesting, deciding, disposing, handing, invoicing, keeping, receiving
from nanhu.systems.assets.services.depreciating import MONTHS_KEY, depreciate
from nanhu.systems.assets.services.moving import AT_HAND, locked
from nanhu.systems.assets.tests.conftest import SYSTEM, make_school
from nanhu.systems.assets.tests.test_contests import FORGED, TRUE, booked
from nanhu.systems.assets.tests.test_invoice_files import NUMBER, invoice
from nanhu.systems.assets.tests.test_losing import lot_of, to_scrap
from nanhu.systems.assets.tests.test_moving import confirmed
from nanhu.systems.assets.tests.test_receiving import line_of, opened, sign
from nanhu.testing.killing import at_once
from nanhu.testing.races import amid

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
]


def attempt(work):
    try:
        work()
    except CampusError:
        return 0
    return 1


def test_a_code_that_two_take_at_once_goes_to_one():
    school = make_school()
    asset = confirmed(school)
    code = handing.offer(by=school.actor("T2"), person_id=school["T2"], public_ids=[asset.public_id]).code

    def taken(number):
        return attempt(lambda: handing.take(by=SYSTEM, code=code, person_id=school[number]))

    assert sum(at_once([lambda: taken("T3"), lambda: taken("T4"), lambda: taken("T1")])) == 1
    assert Movement.objects.filter(asset=asset, kind="handed_over").count() == 1


def test_two_who_sign_at_once_make_the_cards_once():
    school = make_school()
    receipt = opened(school)
    assert (
        sum(
            at_once(
                [
                    lambda: attempt(lambda: sign(school, receipt, "T2")),
                    lambda: attempt(lambda: sign(school, receipt, "T3")),
                ]
            )
        )
        == 2
    )
    assert Asset.objects.count() == 2


def test_of_two_files_of_one_number_handed_in_at_once_one_stands_and_the_other_is_refused():
    school = make_school()

    def handed_in(number, content):
        return attempt(lambda: invoicing.hand_in(by=school.actor(number), content=content, name="发票.xml"))

    assert sum(at_once([lambda: handed_in("T1", TRUE), lambda: handed_in("T7", FORGED)])) == 1
    assert Invoice.objects.filter(state="standing").count() == 1


def test_who_adds_a_line_while_its_invoice_is_judged_holds_nothing_that_the_judge_waits_for():
    """Else each of the two waits for the other: the mark of a receipt locks it."""
    school = make_school()
    invoicing.hand_in(by=school.actor("T7"), content=FORGED, name="发票.xml")
    receipt = booked(school, is_signed=False, quantity=1)
    said = {"token": uuid4(), "content": TRUE, "name": "原件.xml", "reason": "重新下载的"}
    found = contesting.contest(by=school.actor("T1"), **said)
    line = line_of(quantity=1, price_fen=1_000)

    def add():
        return attempt(lambda: receiving.add_line(by=school.actor("T7"), receipt=receipt, line=line))

    judged, added = amid(lambda: contesting.agree(by=school.actor("T5"), contest=found), add)
    assert (judged.state, added, receipt.lines.count(), ReceiptFlag.objects.count()) == ("done", 0, 1, 1)


def contested_by(school, *numbers, content=TRUE):
    said = {"content": content, "name": "原件.xml", "reason": "重新下载的"}
    return [lambda who=who: contesting.contest(by=school.actor(who), token=uuid4(), **said) for who in numbers]


def test_of_the_last_contest_that_one_may_bring_two_at_once_are_one(monkeypatch):
    school, other = make_school(), "26432000000012345670"
    monkeypatch.setattr(contesting, "MOST", 1)
    for number in (NUMBER, other):
        booked(school, is_signed=False, number=number, quantity=1)
    [first], [second] = contested_by(school, "T1"), contested_by(school, "T1", content=invoice(number=other))
    assert amid(first, lambda: attempt(second))[1] == 0
    assert Contest.objects.count() == 1


def test_two_who_have_the_file_contest_at_once_and_what_was_typed_is_flagged_once():
    school = make_school()
    booked(school, is_signed=False)
    first, second = contested_by(school, "T1", "T2")
    both = amid(first, second)
    assert Invoice.objects.count() == 1
    judge = school.actor("T5")
    agree = [lambda one=one: contesting.agree(by=judge, contest=one) for one in both]
    assert [one.state for one in amid(*agree)] == ["done", "done"]
    assert ReceiptFlag.objects.count() == 1


def test_what_its_author_takes_back_while_it_is_judged_ends_one_way():
    school = make_school()
    booked(school, is_signed=False)
    [begin] = contested_by(school, "T1")
    for is_judged_first in (False, True):
        found = begin()
        agree = lambda found=found: contesting.agree(by=school.actor("T5"), contest=found)  # noqa: E731
        withdraw = lambda found=found: contesting.refuse(by=school.actor("T1"), contest=found, answer=WITHDRAWN)  # noqa: E731
        first, second = (agree, withdraw) if is_judged_first else (withdraw, agree)
        assert amid(first, lambda second=second: attempt(second))[1] == 0
        found.refresh_from_db()
        assert (found.state == "done", ReceiptFlag.objects.exists()) == (is_judged_first, is_judged_first)


def test_a_month_that_is_booked_twice_at_once_is_booked_once():
    school = make_school()
    school.thing(used=date(2026, 1, 5))
    runs = [lambda: depreciate(by=SYSTEM, month=date(2026, 6, 1)) for _each in range(4)]
    assert sum(at_once(runs)) == 6
    assert Depreciation.objects.count() == 6


def test_a_lot_that_is_agreed_to_and_refused_at_once_ends_one_way():
    school = make_school()
    asset = to_scrap(school, used=date(2010, 1, 1))
    depreciate(by=SYSTEM, month=month_of(month_of(campus_today()) - timedelta(days=1)))
    lot = lot_of(school, asset)
    agree = lambda: attempt(lambda: deciding.agree(by=school.actor("T6"), found=lot))  # noqa: E731
    refuse = lambda: attempt(lambda: deciding.refuse(by=school.actor("T6"), found=lot, answer="再看看能不能用"))  # noqa: E731
    assert sum(at_once([agree, refuse])) == 1
    lot.refresh_from_db()
    assert (lot.state == "done") is (Asset.objects.get().state == "disposed")


def test_who_locks_several_things_waits_for_none_that_waits_for_him():
    """Bulk move, confirmation, hand-over and lot against one who has the first thing and asks for the second."""
    school = make_school()
    low, high = things_against_their_ids(school)
    ids, mine = [low.public_id, high.public_id], {"by": school.actor("T2"), "person_id": school["T2"]}

    def moved():
        place = {"unit_ids": {school.units["12"]}, "room_id": school.rooms["b1-102"]}
        return keeping.put_all_elsewhere(by=SYSTEM, public_ids=ids, **place)

    assert beside(low, high, moved) == 2
    assert beside(low, high, lambda: keeping.confirm(**mine, public_ids=ids)) == 2
    shown = beside(low, high, lambda: handing.offer(**mine, public_ids=ids))
    assert beside(low, high, lambda: handing.take(by=SYSTEM, code=shown.code, person_id=school["T3"])) == 2
    for thing in (low, high):
        disposing.ask_to_scrap(by=SYSTEM, asset=thing, reason="主板烧毁")
    depreciate(by=SYSTEM, month=month_of(month_of(campus_today()) - timedelta(days=1)))
    lot = beside(low, high, lambda: lot_of(school, high, low))
    assert beside(low, high, lambda: deciding.agree(by=school.actor("T6"), found=lot)).state == "done"


def things_against_their_ids(school):
    """Two in use, of which the later has the smaller public id."""
    things = [school.thing(keeper="T2", used=date(2010, 1, 1))]
    while len(things) == 1 or things[-1].public_id > things[-2].public_id:
        things.append(school.thing(keeper="T2", used=date(2010, 1, 1)))
    return things[-2:]


def beside(low, high, deed):
    """What the deed gave, which began between two locks of another's."""
    lock_low, lock_high = (partial(locked, one, Asset.State.values) for one in (low, high))
    return amid(lock_low, deed, then=lock_high)[1]


def test_who_splits_into_rooms_waits_for_a_run_of_months_before_he_holds_a_thing():
    """Else each of the two waits for the other."""
    school = make_school()
    asset = school.thing("实验凳", code="A0501", quantity=10)
    parts = [(4, school.rooms["b1-101"])]
    amid(
        lambda: lock_key(MONTHS_KEY),
        lambda: attempt(lambda: keeping.split_into_rooms(by=SYSTEM, asset=asset, parts=parts)),
        then=lambda: locked(asset, AT_HAND),
    )
