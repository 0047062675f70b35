"""What the cases of a process say, as a sheet: for who leads its unit; document numbers for a purpose, of which their owners are told."""

import io
from dataclasses import replace

import pytest
from msgspec.structs import replace as altered
from openpyxl import load_workbook

from nanhu.kernel.models import AuditEntry
from nanhu.platforms.flows.body import Column, Field
from nanhu.platforms.flows.services import definitions
from nanhu.platforms.flows.specs import specs

from .conftest import LEAVE

pytestmark = pytest.mark.django_db
KEY = "test.asked"
NUMBER = "330102200501010011"
HERE = f"/flows/unit/export/{KEY}/"
SAID = {
    "kind": "事假",
    "days": {"first": "2026-12-01", "last": "2026-12-02"},
    "reason": "=1+1",
    "paper": NUMBER,
    "sum": 1250,
    "goods": [{"what": "椅子", "price": 8000}, {"what": "桌子", "price": 9000}],
    "health": "不给导出看的",
}


@pytest.fixture
def office(school, monkeypatch):
    asked = (
        Field(key="sum", label="费用", kind="money", is_required=False),
        Field(
            key="goods",
            label="物品",
            kind="rows",
            is_required=False,
            columns=(Column(key="what", label="名称"), Column(key="price", label="单价", kind="money")),
        ),
        Field(key="health", label="病情", is_required=False, seen_at=("counsellor",)),
    )
    body = altered(LEAVE.body, form=(*LEAVE.body.form, *asked))
    monkeypatch.setitem(specs, KEY, replace(LEAVE, key=KEY, body=body))
    definitions.publish_all()
    school.apply("S1", KEY, **SAID)
    return school


def sheet_of(answer):
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    heads, *lines = load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    return [dict(zip(heads, line, strict=True)) for line in lines]


def test_who_leads_the_unit_takes_out_what_was_said_a_column_a_field(office):
    head = office.client("T3")
    assert f"{HERE}cases.xlsx" in head.get("/flows/unit/export/").content.decode()
    [line] = sheet_of(head.get(f"{HERE}cases.xlsx"))
    assert (line["申请人"], line["状态"], line["种类"], line["物品"]) == (
        "林晓湖",
        "办理中",
        "事假",
        "椅子，¥ 80.00；桌子，¥ 90.00",
    )
    assert float(line["费用"]) == 12.5
    assert line["事由"] == "'=1+1", "no formula"
    assert not {"证件号码", "病情"} & line.keys()
    entry = AuditEntry.objects.get(action="flows.export_cases")
    assert (entry.target, entry.facts["todo_count"]) == (f"process:{KEY}", 1)
    assert not AuditEntry.objects.filter(action="flows.reveal_sealed").exists()


def test_document_numbers_come_for_a_purpose_and_their_owner_is_told(office):
    head = office.client("T3")
    assert head.post(f"{HERE}sealed/", {"purpose": "看"}).status_code == 422
    [line] = sheet_of(head.post(f"{HERE}sealed/", {"purpose": "给保险公司报名单"}))
    assert (line["证件号码"], "病情" in line) == (NUMBER, False)
    look = AuditEntry.objects.get(action="flows.reveal_sealed")
    assert look.target == f"person:{office['S1']}"
    assert "给保险公司报名单" in look.reason


def test_a_case_of_an_older_version_keeps_its_columns(office, monkeypatch):
    asked = (*LEAVE.body.form[:3], Field(key="city", label="去哪里"))
    body = altered(LEAVE.body, form=asked)
    monkeypatch.setitem(specs, KEY, replace(LEAVE, key=KEY, body=body))
    definitions.publish_all()
    days = {"first": "2026-12-05", "last": "2026-12-06"}
    office.apply("S2", KEY, kind="病假", days=days, city="长沙")
    new, old = sheet_of(office.client("T3").get(f"{HERE}cases.xlsx"))
    assert (new["去哪里"], old["去哪里"]) == ("长沙", None)
    assert (new["事由"], float(old["费用"])) == (None, 12.5)


def test_nobody_else_takes_out_anything(office):
    for number in ("S1", "T1", "T4", "T5"):
        other = office.client(number)
        assert other.get("/flows/unit/export/").status_code == 404
        assert other.get(f"{HERE}cases.xlsx").status_code == 404
        assert other.post(f"{HERE}sealed/", {"purpose": "给保险公司报名单"}).status_code == 404
    assert office.client("T2").get(f"{HERE}cases.xlsx").status_code == 404, "of another unit"
    assert not AuditEntry.objects.filter(action__in=["flows.export_cases", "flows.reveal_sealed"]).exists()
