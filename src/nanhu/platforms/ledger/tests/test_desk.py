"""The desk of fee items: who may set them, what a wrong form is told, and that bills follow what was set."""

from datetime import date, timedelta
from itertools import count
from uuid import uuid4

import pytest

from nanhu.kernel.clock import campus_today, now
from nanhu.platforms.identity.models import SsoSession
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.ledger.desk import desk
from nanhu.platforms.ledger.models import FeeItem, Fund
from nanhu.platforms.ledger.tests.test_bills import BY, Office
from nanhu.platforms.people import api as people
from nanhu.testing.members import grant, open_staff
from nanhu.testing.pages import PageTests
from nanhu.testing.sessions import signed_in

FINANCE, OTHER = "T900001", "T900002"
FORM = {
    "code": "power.dormitory",
    "name": "宿舍电费",
    "licence": "湘发改价费〔2025〕8号",
    "ceiling_fen": "300",
    "starts_on": "2025-09-01",
    "ends_on": "",
    "reason": "备案",
}


@pytest.fixture
def finance(db):
    open_staff({FINANCE: "吴静", OTHER: "陈志远"})
    grant(FINANCE, ["ledger.fees"])
    return signed_in(FINANCE)


class TestPages(PageTests):
    desk = desk
    numbers = count()

    @pytest.fixture
    def holder(self, finance):
        return finance

    @pytest.fixture
    def stranger(self, finance):
        return signed_in(OTHER)

    def fill(self, count):
        for _one in range(count):
            facts = {"name": "=1+1", "licence": "=1+1", "ceiling_fen": 5, "starts_on": date(2025, 9, 1), "reason": "x"}
            ledger.set_fee_item(by=BY, code=f"fee.{next(self.numbers)}", **facts)


def test_what_the_finance_office_sets_bounds_every_bill(finance):
    ledger.open_fee_item(by=BY, code="power.dormitory", name="电费", reason="首次开单")
    assert finance.post("/ledger/set/", FORM).status_code == 302
    page = finance.get("/ledger/").content.decode()
    assert all(said in page for said in ("湘发改价费〔2025〕8号", "¥ 300.00"))
    office = Office()
    with pytest.raises(ledger.FeeCeilingError):
        office.bill(item="power.dormitory", fen=30_001)
    assert office.bill(item="power.dormitory", fen=30_000).item.licence == FORM["licence"]
    assert FeeItem.objects.filter(code="power.dormitory", withdrawn_at=None).count() == 2


@pytest.mark.parametrize("wrong", [{"code": "Power"}, {"licence": ""}, {"ceiling_fen": "x"}, {"ends_on": "2025-08-31"}])
def test_a_wrong_form_sets_nothing(finance, wrong):
    assert finance.post("/ledger/set/", FORM | wrong).status_code == 422
    assert FeeItem.objects.count() == 0


def test_a_fee_that_ended_is_charged_no_more(finance):
    ended = FORM | {"ends_on": "2025-12-31"}
    assert campus_today() > date(2025, 12, 31)
    assert finance.post("/ledger/set/", ended).status_code == 302
    with pytest.raises(ledger.FeeItemMissingError):
        Office().bill(item="power.dormitory")


GRANT = {"code": "unit:12:equipment", "name": "计算机学院设备费", "amount_fen": "5000", "reason": "年初预算"}
SURE = {"confirmed": "1"}


@pytest.fixture
def college(db):
    units = (people.UnitRecord(code="12", name="计算机学院"),)
    people.apply_units(by=BY, records=units, origin=people.Origin(source="test", title="测试"))


def test_a_fund_is_granted_at_the_desk_once_for_a_form(finance, college):
    form = GRANT | {"form_token": str(uuid4())}
    said = finance.post("/ledger/funds/grant/", form).content.decode()
    assert "新开 unit:12:equipment" in said
    assert "¥ 5,000.00" in said
    assert not Fund.objects.exists(), "looked at first"
    for _twice in range(2):
        assert finance.post("/ledger/funds/grant/", form | SURE).status_code == 302
    assert ledger.state_of("unit:12:equipment").available_fen == 500_000
    page = finance.get("/ledger/funds/").content.decode()
    assert all(one in page for one in ("计算机学院设备费", "/ledger/funds/grant/", "/ledger/funds/withdraw/"))
    again = finance.post("/ledger/funds/grant/", GRANT | {"name": "别的名称"}).content.decode()
    assert "已有 unit:12:equipment" in again
    assert "加到已有的“计算机学院设备费”" in again
    assert finance.post("/ledger/funds/grant/", GRANT | {"code": "unit 12"}).status_code == 422


def test_no_fund_is_opened_for_a_unit_that_is_not_there(finance, college):
    for more in ({}, SURE):
        refused = finance.post("/ledger/funds/grant/", GRANT | {"code": "unit:21:equipment"} | more)
        assert (refused.status_code, "没有代码是 21 的单位" in refused.content.decode()) == (422, True)
    assert not Fund.objects.exists()


def test_what_was_granted_by_mistake_is_taken_back_as_far_as_it_is_free(finance, college):
    finance.post("/ledger/funds/grant/", GRANT | SURE)
    ledger.reserve(by=BY, fund=GRANT["code"], amount_fen=100_000, key="r")
    form, address = {"fund": GRANT["code"], "amount_fen": "4000.01", "reason": "下达错了"}, "/ledger/funds/withdraw/"
    seen = finance.post(address, form).content.decode()
    assert "从“计算机学院设备费”（现可用 ¥ 4,000.00）收回 ¥ 4,000.01" in seen
    assert finance.post(address, form | SURE).status_code == 409
    assert finance.post(address, form | SURE | {"amount_fen": "4000"}).status_code == 302
    assert ledger.state_of(GRANT["code"]).available_fen == 0
    assert finance.post(address, form | {"fund": "unit:99:x"}).status_code == 422


def test_an_open_browser_neither_grants_nor_takes_back(finance, college):
    finance.post("/ledger/funds/grant/", GRANT | SURE)
    SsoSession.objects.update(authenticated_at=now() - timedelta(minutes=11))
    back = {"fund": GRANT["code"], "amount_fen": "1", "reason": "错了"}
    for name, form in (("grant", GRANT), ("withdraw", back)):
        address = f"/ledger/funds/{name}/"
        assert finance.get(address)["Location"].startswith("/sign-in/again?next=")
        assert finance.post(address, form | SURE).status_code == 403
    assert ledger.state_of(GRANT["code"]).available_fen == 500_000
