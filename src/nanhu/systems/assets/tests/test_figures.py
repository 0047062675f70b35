"""Sums and shares from a day on (规定的数): what holds, what follows, who sets them."""

from datetime import timedelta
from uuid import uuid4

import pytest

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.dated import NoRuleError, PastRuleError
from nanhu.platforms.identity import api as identity
from nanhu.systems.assets.errors import FigureError
from nanhu.systems.assets.models import Asset, Figure, Receipt
from nanhu.systems.assets.queries.figures import figure, level_today, owed_fen
from nanhu.systems.assets.queries.lives import life_of
from nanhu.systems.assets.services.setting import set_figure
from nanhu.systems.assets.tests.conftest import SYSTEM
from nanhu.systems.assets.tests.test_receiving import opened, sign


def set_to(name, value, *, days=0, reason="校长办公会纪要"):
    starts_on = campus_today() + timedelta(days=days)
    return set_figure(by=SYSTEM, name=name, starts_on=starts_on, reason=reason, **value)


def test_the_figures_that_the_room_begins_with(db):
    assert (figure(Figure.Name.THRESHOLD), level_today(10_000_000), level_today(500_000_000)) == (
        100_000,
        "council",
        "finance",
    )
    owed = [owed_fen(value_fen=699_900, accumulated_fen=38_883, fault=one) for one in ("intent", "neglect", "none")]
    assert owed == [661_017, 330_509, 0]


def test_a_new_figure_holds_from_its_day_on_and_the_old_one_before(school):
    set_to("threshold_fen", {"sum_fen": 150_000}, days=3)
    assert figure(Figure.Name.THRESHOLD) == 100_000
    assert figure(Figure.Name.THRESHOLD, campus_today() + timedelta(days=3)) == 150_000
    set_to("threshold_fen", {"sum_fen": 120_000})
    assert opened(school, price_fen=110_000).lines.get().is_low_value
    set_to("neglect_permille", {"percent": 30})
    assert owed_fen(value_fen=699_900, accumulated_fen=0, fault="neglect") == 209_970


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("council_fen", {"sum_fen": 0}),
        ("council_fen", {"percent": 50}),
        ("neglect_permille", {}),
        ("neglect_permille", {"percent": 101}),
        ("neglect_permille", {"percent": 50, "sum_fen": 100}),
    ],
)
def test_a_figure_that_says_nothing_is_refused(db, name, value):
    with pytest.raises(FigureError):
        set_to(name, value)
    assert Figure.objects.filter(name=name).count() == 1


def test_the_past_stays_as_it_was(db):
    with pytest.raises(PastRuleError):
        set_to("council_fen", {"sum_fen": 100}, days=-1)


def test_a_day_without_a_rule_is_an_error(db):
    Figure.objects.filter(name="council_fen").update(withdrawn_at=now())
    with pytest.raises(NoRuleError):
        level_today(1)


def test_finance_sets_what_binds_the_asset_office(school):
    account = identity.account_of(school["T9"])
    identity.grant_role(by=SYSTEM, account_id=account.pk, role="assets.finance")
    said = {"name": "council_fen", "sum_fen": "50,000", "starts_on": f"{campus_today():%Y-%m-%d}", "reason": "纪要"}
    assert school.client("T5").post("/assets/office/figures/set/", said).status_code == 404
    assert school.client("T9").post("/assets/office/figures/set/", said).status_code == 302
    assert level_today(5_000_000) == "council"
    assert "¥ 50,000.00" in school.client("T5").get("/assets/office/figures/").content.decode()


LIVES = "/assets/office/lives/"


def life(**more):
    said = {"classification": "A0201", "name": "计算机设备", "years": "5"}
    said |= {"most_years": "8", "starts_on": campus_today().isoformat(), "reason": "校资〔2026〕3号"}
    return said | more


def test_the_accountant_sets_a_span_of_years_from_a_day_on_and_the_office_does_not(school):
    accountant, thing = school.client("T9"), school.thing()
    before = thing.plans.get().months
    assert "医疗设备" in accountant.get(LIVES).content.decode()
    assert school.client("T5").post(f"{LIVES}set/", life()).status_code in {403, 404}
    yesterday = (campus_today() - timedelta(days=1)).isoformat()
    books = "A0401"
    for wrong in ({"most_years": "4"}, {"starts_on": yesterday}, {"classification": books}, {"years": "0"}):
        assert accountant.post(f"{LIVES}set/", life(**wrong)).status_code in {409, 422}, wrong
    assert accountant.post(f"{LIVES}set/", life()).status_code == 302
    held = life_of("A0201", campus_today())
    assert (held.years, held.longest, life_of("A0201", campus_today() - timedelta(days=1)).years) == (5, 8, 6)
    assert thing.plans.get().months == before, "what is depreciated goes on as it was planned"
    assert school.thing().plans.get().months == 5 * 12


@pytest.mark.parametrize("code", ["A0301", "A0401"])
def test_of_what_is_not_depreciated_no_years_are_chosen(school, code):
    """Cultural relics and books: no life is to be entered for them, and none may be."""
    shown = school.client("T1").post("/assets/unit/receipts/new/", receipt_of(code, years="5"))
    assert (shown.status_code, "这类资产不折旧，年限留空" in shown.content.decode()) == (409, True)
    assert school.client("T1").post("/assets/unit/receipts/new/", receipt_of(code, years="")).status_code == 302


def receipt_of(code, *, years):
    form = {"token": str(uuid4()), "title": "医疗设备", "acquired": "bought", "acquired_on": "2026-09-01", "unit": "12"}
    form |= {"buyer": "T4", "first_inspector": "T2", "second_inspector": "T3", "invoice": "26", "invoice_fen": "6999"}
    form |= {"classification": code, "name": "监护仪", "quantity": "1"}
    return form | {"use": "teaching", "put_into_use_on": "2026-09-01", "price_yuan": "6999", "years": years}


@pytest.mark.parametrize(("years", "status"), [("5", 302), ("7", 302), ("10", 302), ("4", 409), ("11", 409), ("", 302)])
def test_a_receipt_chooses_within_the_years_of_its_class(school, years, status):
    """Of medical equipment: five to ten."""
    form = receipt_of("A0232", years=years)
    assert school.client("T1").post("/assets/unit/receipts/new/", form).status_code == status
    if status != 302:
        assert not Receipt.objects.exists()
        return
    for number in ("T2", "T3"):
        sign(school, Receipt.objects.get(), number)
    assert Asset.objects.get().plans.get().months == int(years or 5) * 12
