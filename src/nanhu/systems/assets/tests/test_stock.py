"""Large instruments that others may use, and stock cards of what is used up."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from nanhu.kernel.clock import campus_today
from nanhu.systems.assets.models import Instrument, StockItem, StockMove
from nanhu.systems.assets.services import merging, setting
from nanhu.systems.assets.tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db
SHARED = {"is_shared": "on", "hours": "工作日 8:30—17:00", "fee_fen": "120", "contact": "T2"}
ETHANOL = {
    "unit": "12",
    "kind": "hazardous",
    "name": "无水乙醇 500 mL",
    "measure": "瓶",
    "room": "b1-101",
    "least": "5",
}


def test_a_large_instrument_is_shared_by_its_unit_and_found_by_everybody(school):
    large, small = school.thing("质谱仪", fen=40_000_000), school.thing("天平", fen=39_999_999)
    keeper, card = school.client("T1"), "/assets/unit/{}/"
    assert "sharing/" in keeper.get(card.format(large.public_id)).content.decode()
    assert "sharing/" not in keeper.get(card.format(small.public_id)).content.decode()
    assert keeper.post(f"{card.format(small.public_id)}sharing/", SHARED).status_code == 409
    assert keeper.post(f"{card.format(large.public_id)}sharing/", SHARED).status_code == 302
    page = school.client("T8").get("/assets/mine/instruments/").content.decode()
    assert [words in page for words in ("质谱仪", "工作日 8:30—17:00", "¥ 120.00", "李老师")] == [True] * 4
    again = keeper.get(f"{card.format(large.public_id)}sharing/").content.decode()
    assert [f'value="{said}' in again for said in ("工作日 8:30—17:00", "120.00", "李老师")] == [True] * 3
    merging.rekey(by=SYSTEM, kept_id=school["T3"], gone_id=school["T2"])
    assert "王老师" in school.client("T8").get("/assets/mine/instruments/").content.decode()
    closed = {name: value for name, value in SHARED.items() if name != "is_shared"}
    assert keeper.post(f"{card.format(large.public_id)}sharing/", closed).status_code == 302
    assert "质谱仪" not in school.client("T8").get("/assets/mine/instruments/").content.decode()
    assert Instrument.objects.count() == 1


def test_what_was_shared_before_the_figure_rose_is_still_changed_and_taken_back_by_its_keeper(school):
    large, keeper = school.thing("质谱仪", fen=40_000_000), school.client("T1")
    card = f"/assets/unit/{large.public_id}/"
    assert keeper.post(f"{card}sharing/", SHARED).status_code == 302
    setting.set_figure(by=SYSTEM, name="large_fen", starts_on=campus_today(), reason="新办法", sum_fen=60_000_000)
    assert f"{card}sharing/" in keeper.get(card).content.decode()
    closed = {name: value for name, value in SHARED.items() if name != "is_shared"}
    assert keeper.post(f"{card}sharing/", closed).status_code == 302
    assert not Instrument.objects.get().is_shared


def moved(client, item, way, quantity, **more):
    said = {"token": str(uuid4()), "way": way, "quantity": quantity, "reason": "实验课", **more}
    return client.post(f"/assets/unit/stock/{item.public_id}/put/", said)


def test_a_stock_card_says_what_is_there_and_who_took_it(school):
    keeper = school.client("T1")
    assert keeper.post("/assets/unit/stock/new/", ETHANOL | {"unit": "13"}).status_code == 409, "another's unit"
    assert keeper.post("/assets/unit/stock/new/", ETHANOL).status_code == 302
    assert keeper.post("/assets/unit/stock/new/", ETHANOL).status_code == 409, "one card"
    item = StockItem.objects.get()
    token = str(uuid4())
    for _twice in range(2):
        assert moved(keeper, item, "in", "6", token=token).status_code == 302
    assert moved(keeper, item, "out", "2").status_code == 409, "hazardous: to nobody"
    assert moved(keeper, item, "out", "7", person="T2").status_code == 409, "more than is there"
    assert moved(keeper, item, "out", "2", person="T2").status_code == 302
    item.refresh_from_db()
    assert (item.balance, StockMove.objects.count()) == (4, 2)
    page = keeper.get(f"/assets/unit/stock/{item.public_id}/").content.decode()
    assert [words in page for words in ("现存 4 瓶", "李老师", "实验课")] == [True] * 3
    assert "无水乙醇" in keeper.get("/assets/unit/stock/?show=few").content.decode()
    assert school.client("T7").get(f"/assets/unit/stock/{item.public_id}/").status_code == 404
    for broken in (
        StockMove.objects.update,
        lambda **change: StockItem.objects.update(balance=-change["change"]),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            broken(change=1)
