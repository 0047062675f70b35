"""At one moment (并发): one code is taken once, one receipt makes its cards once, one month is booked once, one lot leaves once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import transaction

from nanhu.kernel.clock import campus_today
from nanhu.kernel.errors import CampusError
from nanhu.systems.assets.models import Asset, Depreciation, Movement
from nanhu.systems.assets.rules import month_of
from nanhu.systems.assets.services import deciding, disposing, handing, keeping
from nanhu.systems.assets.services.depreciating import depreciate
from nanhu.systems.assets.services.moving import locked
from nanhu.systems.assets.tests.conftest import SYSTEM, make_school
from nanhu.systems.assets.tests.test_losing import lot_of, to_scrap
from nanhu.systems.assets.tests.test_moving import confirmed
from nanhu.systems.assets.tests.test_receiving import opened, sign
from nanhu.testing.killing import at_once
from nanhu.testing.races import alone, is_someone_waiting

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
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            locked(low, Asset.State.values)
            other = pool.submit(alone, deed)
            while not (other.done() or is_someone_waiting()):
                pass
            locked(high, Asset.State.values)
        return other.result()
