"""资产 as a vendor's system: its cards fill the shared table of things, and who has a grant reads them as he read ours."""

import pytest

from nanhu.platforms.datahub.tests.test_sharing import ask_grant, program, vendor  # noqa: F401  (fixtures)
from nanhu.testing.vendors import vendor_in_place

pytestmark = pytest.mark.django_db
THINGS = "assets.asset"
COLUMNS = {
    "number": "资产编号",
    "name": "资产名称",
    "classification": "国标分类",
    "unit_code": "使用部门",
    "state": "现状",
    "quantity": "数量",
    "value_fen": "原值分",
    "accumulated_fen": "折旧分",
    "acquired_on": "购置日期",
    "put_into_use_on": "启用日期",
}


def thing(number="2026-A02-000001", **other):
    cells = ("显微镜", "A02061899", "12", "在用", "1", "1280000", "0", "2026-03-01", "2026.3.9")
    return dict(zip(COLUMNS.values(), (number, *cells), strict=True)) | other


def test_a_vendors_things_are_read_as_ours_were(program):  # noqa: F811
    with vendor_in_place(THINGS, "assets.vendor", COLUMNS) as hand_in:
        report = hand_in([thing(), thing("2026-A02-000002", 现状="已处置")])
        assert (report.state, report.counts["accepted"]) == ("applied", 2)
        ask_grant(THINGS)
        first = program.get(THINGS).json()
        said = {row["key"]["number"]: row["data"] for row in first["rows"]}
        assert said["2026-A02-000001"]["put_into_use_on"] == "2026-03-09"
        assert (said["2026-A02-000001"]["value_fen"], said["2026-A02-000002"]["state"]) == (1_280_000, "disposed")
        hand_in([thing(现状="维修中"), thing("2026-A02-000002", 现状="已处置")])
        news = program.get(THINGS, since=first["next"]).json()
        assert [(row["key"]["number"], row["data"]["state"]) for row in news["rows"]] == [
            ("2026-A02-000001", "in_repair")
        ]
