"""Yearly reports (国资年报、高基、投保清单): of each class what was there, what came and went; the same as the books."""

from datetime import date
from decimal import Decimal

import pytest

from nanhu.platforms.campus import api as campus
from nanhu.systems.assets.queries import books, reports
from nanhu.systems.assets.services import deciding, disposing, keeping
from nanhu.systems.assets.services.depreciating import depreciate
from nanhu.systems.assets.tests.conftest import SYSTEM
from nanhu.systems.assets.tests.test_losing import lot_of

pytestmark = pytest.mark.django_db


def rows(year):
    return {row.code: row for row in reports.year_rows(year)}


def test_a_year_begins_as_the_one_before_ended_and_what_came_and_went_lies_between(school, clock):
    clock("2025-11-20")
    school.thing("显微镜", fen=500_000, used=date(2025, 11, 20))
    old = school.thing("旧陈列品", code="A0302", fen=300_000, used=date(2010, 1, 5))
    clock("2026-03-10")
    school.thing("书柜", code="A0501", fen=120_000, used=date(2026, 3, 1))
    keeping.void_number(by=SYSTEM, asset=school.thing("写错了"), reason="重复")
    disposing.ask_to_scrap(by=SYSTEM, asset=old, reason="老化")
    deciding.agree(by=school.actor("T6"), found=lot_of(school, old))

    last, this = rows(2025), rows(2026)
    assert [(one.code, one.opening, one.added, one.removed, one.closing) for one in last.values()] == [
        ("A02", 0, 500_000, 0, 500_000),
        ("A03", 0, 300_000, 0, 300_000),
    ]
    said = {code: (one.opening, one.added, one.removed, one.closing, one.count) for code, one in this.items()}
    assert said == {
        "A02": (500_000, 0, 0, 500_000, 1),
        "A03": (300_000, 0, 300_000, 0, 0),
        "A05": (0, 120_000, 0, 120_000, 1),
    }
    assert sum(one.closing for one in this.values()) == sum(row["fen"] for row in books.sums_by("unit__code"))


def test_a_split_is_neither_and_what_came_and_went_within_a_year_is_both(school, clock):
    clock("2026-03-10")
    batch = school.thing("陈列品", code="A0302", fen=300_000, quantity=3, used=date(2026, 3, 1))
    brief = school.thing("旧标本", code="A06", fen=80_000, used=date(2010, 1, 5))
    clock("2026-05-20")
    keeping.split(by=SYSTEM, asset=batch, quantity=1)
    disposing.ask_to_scrap(by=SYSTEM, asset=brief, reason="老化")
    deciding.agree(by=school.actor("T6"), found=lot_of(school, brief))
    clock("2027-04-01")
    batch.refresh_from_db()
    keeping.split(by=SYSTEM, asset=batch, quantity=1)

    first, second = (
        {code: (one.opening, one.added, one.removed, one.closing) for code, one in rows(year).items()}
        for year in (2026, 2027)
    )
    assert first == {"A03": (0, 300_000, 0, 300_000), "A06": (0, 80_000, 80_000, 0)}
    assert second == {"A03": (300_000, 0, 0, 300_000)}


def test_what_was_lost_is_that_of_the_years_end_and_not_of_today(school, clock):
    clock("2025-12-31")
    school.thing(fen=720_000, used=date(2025, 12, 1))
    depreciate(by=SYSTEM, month=date(2025, 12, 1))
    clock("2026-01-31")
    depreciate(by=SYSTEM, month=date(2026, 1, 1))
    assert [(one.lost, one.net) for one in (rows(2025)["A02"], rows(2026)["A02"])] == [
        (10_000, 710_000),
        (20_000, 700_000),
    ]


def test_the_statistics_count_equipment_from_a_thousand_yuan_a_piece_for_teaching_and_research(school, clock):
    clock("2026-11-20")
    campus.Room.objects.create(place_id=school.rooms["b1-101"], kind="lab", floor=1, seats=40, area_m2=Decimal("86.50"))
    school.thing("工作站", fen=45_000_000, used=date(2026, 1, 5))
    school.thing("实验凳", fen=4_000_000, quantity=40, used=date(2026, 1, 5))
    school.thing("鼠标", fen=400_000, quantity=5, used=date(2020, 1, 5))
    office = school.thing("办公电脑", fen=600_000, used=date(2020, 1, 5))
    type(office).objects.filter(pk=office.pk).update(use="office")
    found = {str(one.name): (one.count, one.fen) for one in reports.statistics(2026)}
    assert found["教学、科研仪器设备（单价一千元以上）"] == (41, 49_000_000)
    assert found["其中：当年新增"] == (41, 49_000_000)
    assert found["其中：单价四十万元以上"] == (1, 45_000_000)
    assert found["固定资产总值"] == (47, 50_000_000)
    assert [one.area for one in reports.statistics(2026) if one.area] == [Decimal("86.50")]


def test_the_office_and_finance_read_them_by_year_and_take_them_out_and_a_keeper_does_not(school):
    school.thing("显微镜", fen=500_000)
    for number in ("T5", "T9"):
        client = school.client(number)
        page = client.get("/assets/office/reports/?year=2026").content.decode()
        assert ("¥ 5,000.00" in page, "高基报表" in page, "投保清单" in page) == (True, True, True)
        csv = client.get("/assets/office/reports/insured/?export=csv").getvalue().decode()
        assert ("显微镜" in csv, "5000.00" in csv) == (True, True)
        for rubbish in ("١", "9" * 5_000):
            assert client.get(f"/assets/office/reports/statistics/?year={rubbish}").status_code == 200
    assert school.client("T1").get("/assets/office/reports/").status_code == 404
