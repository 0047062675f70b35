"""The desk of fee items: who may set them, what a wrong form is told, and that bills follow what was set."""

from datetime import date
from itertools import count
from uuid import uuid4

import pytest

from nanhu.kernel.clock import campus_today
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.ledger.desk import desk
from nanhu.platforms.ledger.models import FeeItem
from nanhu.platforms.ledger.tests.test_bills import BY, Office
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


def test_a_fund_is_granted_at_the_desk_once_for_a_form(finance):
    form = {"code": "unit:12:equipment", "name": "计算机学院设备费", "amount_fen": "5000", "reason": "年初预算"}
    form["form_token"] = str(uuid4())
    for _twice in range(2):
        assert finance.post("/ledger/funds/grant/", form).status_code == 302
    assert ledger.state_of("unit:12:equipment").available_fen == 500_000
    page = finance.get("/ledger/funds/").content.decode()
    assert "计算机学院设备费" in page
    assert finance.post("/ledger/funds/grant/", form | {"code": "unit 12", "form_token": ""}).status_code == 422
