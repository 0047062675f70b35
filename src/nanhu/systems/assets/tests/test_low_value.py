"""What is 低值: by the threshold of the day it is entered, listed and counted, on no books."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from nanhu.platforms.datahub import api as datahub
from nanhu.systems.assets.checking import check_cards
from nanhu.systems.assets.counting.tests.counts import opened as counting
from nanhu.systems.assets.errors import LowValueError, MixedLotError, NotDepreciatedError
from nanhu.systems.assets.models import Asset, Depreciation, Plan, ServiceLife
from nanhu.systems.assets.models.depreciation import cards_at_end_of
from nanhu.systems.assets.publishing import publish_everything
from nanhu.systems.assets.queries.books import sums_by
from nanhu.systems.assets.queries.reports import year_rows
from nanhu.systems.assets.services import deciding, disposing, importing, improving, keeping
from nanhu.systems.assets.services.depreciating import depreciate
from nanhu.systems.assets.sheets import CARDS
from nanhu.systems.assets.tests.conftest import SYSTEM, token
from nanhu.systems.assets.tests.test_importing import HEAD, approved
from nanhu.systems.assets.tests.test_receiving import line_of, opened, sign

pytestmark = pytest.mark.django_db


def received(school, **line):
    receipt = opened(school, **line)
    for number in ("T2", "T3"):
        sign(school, receipt, number)
    return list(Asset.objects.order_by("pk"))


def test_below_the_threshold_a_thing_is_listed_and_on_no_books(school, clock):
    clock("2026-10-31")
    [low] = received(school, price_fen=99_999, quantity=1)
    fixed = school.thing()
    assert (low.is_low_value, low.state, Plan.objects.filter(asset=low).exists()) == (True, "in_stock", False)
    assert depreciate(by=SYSTEM, month=date(2026, 10, 1)) == 2
    assert not Depreciation.objects.filter(asset=low).exists()
    assert [row["fen"] for row in sums_by("classification__code")] == [fixed.value_fen]
    assert [number for number, *_rest in cards_at_end_of(date(2026, 10, 1))] == [fixed.number]
    assert [(row.closing, row.added) for row in year_rows(2026)] == [(fixed.value_fen, fixed.value_fen)]
    publish_everything()
    assert [one.number for one in datahub.rows("assets.asset")] == [fixed.number]


def test_it_is_found_in_a_list_of_its_own_and_counted(school):
    [low] = received(school, price_fen=99_999, quantity=1)
    fixed, office = school.thing(), school.client("T5")
    shown = office.get("/assets/office/?show=low_value").content.decode()
    assert (low.number in shown, fixed.number in shown) == (True, False)
    assert "低值品" in office.get(f"/assets/office/{low.public_id}/").content.decode()
    Asset.objects.filter(pk=low.pk).update(room_id=school.rooms["b1-101"])
    take = counting(school)
    assert set(take.items.values_list("asset__number", flat=True)) == {low.number, fixed.number}


@pytest.mark.parametrize(
    ("line", "is_low"),
    [
        ({"price_fen": 100_000}, False),
        ({"price_fen": 99_999}, True),
        ({"price_fen": 99_999, "is_batch": True}, False),
        ({"price_fen": 99_999, "is_batch": True, "quantity": 1}, True),
        ({"price_fen": 100, "quantity": 1}, False),
    ],
)
def test_where_the_threshold_lies(school, line, is_low):
    assert {one.is_low_value for one in received(school, **line)} == {is_low}


def test_it_has_no_years_and_no_new_value(school):
    with pytest.raises(NotDepreciatedError):
        opened(school, head={"title": "键盘"}, price_fen=99_999, months=72)
    [low] = received(school, price_fen=99_999, quantity=1)
    with pytest.raises(LowValueError):
        improving.ask(by=school.actor("T5"), token=token(), asset=low, added_fen=100, months=12, reason="换屏")
    for change in ({"is_low_value": False}, {"carried_fen": 1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Asset.objects.filter(pk=low.pk).update(**change)


def test_it_leaves_in_lots_of_its_own_and_finance_is_not_told(school):
    [low] = received(school, code="A0501", price_fen=99_999, quantity=1)
    old = school.thing("办公桌", code="A0501", used=date(2005, 1, 1))
    for one in (low, old):
        disposing.ask_to_scrap(by=SYSTEM, asset=one, reason="坏了")
    said = {"by": school.actor("T5"), "title": "一批", "kind": "scrap", "reason": "坏了"}
    with pytest.raises(MixedLotError):
        disposing.ask(**said, token=token(), public_ids=[low.public_id, old.public_id])
    lot = disposing.ask(**said, token=token(), public_ids=[low.public_id])
    deciding.agree(by=school.actor("T6"), found=lot)
    publish_everything()
    assert list(datahub.rows("assets.disposal")) == []


def old_cards(carried=""):
    line = f"OLD1,激光打印机,A0202,600.00,{carried},2024-03-01,2024-03-01,12,是,4\n"
    return check_cards(CARDS.read((HEAD.strip() + ",低值品,数量\n" + line).encode()))


def test_old_cards_say_which_are_low_and_a_part_of_one_is_low_as_well(school):
    assert "低值品没有折旧" in old_cards("100.00").faults[0].what
    ServiceLife.objects.filter(code="A0202").update(code="A0299")
    assert old_cards().faults == [], "what loses no value needs no years"
    batch = importing.make_import(by=school.actor("T5"), token=token(), title="低值品", rows=old_cards().rows)
    importing.take_cards(batch_id=approved(school, batch).pk)
    low = Asset.objects.get()
    part = keeping.split(by=SYSTEM, asset=low, quantity=1)
    assert (low.is_low_value, part.is_low_value, part.value_fen, Plan.objects.exists()) == (True, True, 15_000, False)


def test_a_receipt_says_what_goes_on_which_list(school):
    receipt = opened(school, quantity=1, price_fen=99_999)
    with transaction.atomic():
        receipt.lines.model.objects.create(receipt=receipt, position=2, **line_of(quantity=1, price_fen=100_000))
    page = school.client("T1").get(f"/assets/unit/receipts/{receipt.public_id}/").content.decode()
    assert ("低值品" in page, "固定资产" in page) == (True, True)
