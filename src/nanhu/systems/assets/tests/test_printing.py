"""Papers of assets: each is printed at its page, says what stands in the books, and its code is answered for."""

import subprocess
from datetime import date, timedelta
from itertools import repeat
from uuid import uuid4

import pytest
from django.test import Client

from nanhu.kernel.errors import CampusError
from nanhu.kernel.printing.models import PrintedDocument
from nanhu.kernel.printing.papers import papers
from nanhu.kernel.printing.services import preview
from nanhu.kernel.throttle import Limit
from nanhu.platforms.datahub import api as datahub
from nanhu.systems.assets import printing
from nanhu.systems.assets.counting.queries import VERDICTS
from nanhu.systems.assets.counting.services import planning
from nanhu.systems.assets.services import receiving
from nanhu.systems.assets.services.depreciating import depreciate
from nanhu.systems.assets.tests.conftest import SYSTEM
from nanhu.systems.assets.tests.test_losing import lot_of, to_scrap
from nanhu.systems.assets.tests.test_moving import asked, confirmed
from nanhu.systems.assets.tests.test_receiving import opened, sign

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def text_of(client, address, **said):
    answer = client.post(address, {"form_token": str(uuid4()), **said}, follow=True)
    assert answer["Content-Type"] == "application/pdf", answer.content.decode()[:2000]
    pdf = b"".join(answer.streaming_content) if answer.streaming else answer.content
    read = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    document = PrintedDocument.objects.latest("pk")
    text = read.stdout.decode()
    assert f"/v/{document.code}" in text
    assert document.number in Client().get(f"/v/{document.code}").content.decode()
    return text


def test_card_receipt_and_transfer_are_printed_by_whoever_sees_them(school):
    receipt = opened(school, serials="SN-17")
    for number in ("T2", "T3"):
        sign(school, receipt, number)
    receipt.refresh_from_db()
    keeper = school.client("T1")
    said = text_of(keeper, f"/assets/unit/receipts/{receipt.public_id}/print/")
    assert all(word in said for word in (receipt.number, "26440000", "¥ 13,998.00", "李老师 T2", "固定资产验收入库单"))

    asset = confirmed(school)
    said = text_of(keeper, f"/assets/unit/{asset.public_id}/print/")
    assert all(word in said for word in (asset.number, "台式计算机", "¥ 6,999.00", "李老师"))
    assert school.client("T7").post(f"/assets/unit/{asset.public_id}/print/").status_code == 404

    transfer = asked(school, asset)
    said = text_of(school.client("T5"), f"/assets/transfers/{transfer.public_id}/print/")
    assert all(word in said for word in (asset.number, "计算机学院", "化工学院", "吴老师", "周资产", "待确认"))
    file = PrintedDocument.objects.latest("pk").file.public_id
    assert school.client("T6").get(f"/files/{file}/").status_code == 200
    assert school.client("T2").get(f"/files/{file}/").status_code == 404


def test_papers_are_printed_also_while_a_vendor_keeps_the_things(school, monkeypatch):
    asset = school.thing()
    monkeypatch.setattr(datahub, "supplier", lambda table: "久其资产" if table == "assets.asset" else "")
    assert asset.number in text_of(school.client("T1"), f"/assets/unit/{asset.public_id}/print/")


def test_a_lot_and_a_month_are_printed_with_their_sums(school, clock):
    clock("2026-11-20")
    asset = to_scrap(school, used=date(2010, 1, 5))
    depreciate(by=SYSTEM, month=date(2026, 10, 1))
    lot = lot_of(school, asset)
    office = school.client("T5")
    said = text_of(office, f"/assets/disposals/{lot.public_id}/print/")
    assert all(word in said for word in (asset.number, "原值合计", "待审批", "¥ 6,999.00"))
    said = text_of(office, "/assets/office/depreciation/print/", month="2026-10-09")
    assert all(word in said for word in ("2026年10月", "A0201", "合计"))


def test_a_count_is_printed_thing_by_thing_and_its_gaps_alone(school, monkeypatch):
    seen, office = school.thing("没扫到的电脑"), school.client("T5")
    take = planning.plan(
        by=school.actor("T5"),
        title="年终盘点",
        starts_on=date(2026, 11, 1),
        ends_on=date(2026, 12, 31),
        unit_id=school.units["12"],
        places=[],
    )
    planning.set_team(by=school.actor("T5"), take=take, name="一组", members=["T3"])
    planning.open_take(by=school.actor("T5"), take=take)
    whole = text_of(office, f"/assets/counts/{take.public_id}/print/")
    assert all(word in whole for word in (seen.number, "没扫到的电脑", "未见到", "年终盘点"))
    assert all(str(word) in whole for word in VERDICTS.values())
    gaps = text_of(office, f"/assets/counts/{take.public_id}/print-gaps/")
    assert all(word in gaps for word in (seen.number, "盘亏", "¥ 6,999.00"))
    monkeypatch.setattr(printing, "MOST_ROWS", 0)
    for name in ("print", "print-gaps"):
        refused = office.post(f"/assets/counts/{take.public_id}/{name}/")
        assert (refused.status_code, "超过 0 行" in refused.content.decode()) == (409, True)


def test_every_paper_sets_its_sample_and_none_is_endless():
    ours = [one for one in papers if one.key.startswith("assets.")]
    assert len(ours) == 7
    assert preview(ours[0], None).startswith(b"%PDF")
    with pytest.raises(CampusError):
        printing.sheet([], "一", repeat(["x"]))


def test_who_printed_too_many_is_turned_away_before_the_paper_is_gathered(school, monkeypatch, clock):
    clock("2026-11-20")
    monkeypatch.setattr(printing, "PRINTS", Limit("print_assets", free=0, cap=3600, memory=timedelta(days=1)))
    monkeypatch.setattr(printing, "MOST_ROWS", 0)
    printed, keeper = f"/assets/unit/{school.thing().public_id}/print/", school.client("T1")
    assert [keeper.post(printed).status_code for _time in range(3)] == [409, 409, 429], "the third is not gathered"


def test_what_is_not_received_yet_has_no_paper(school):
    receipt = opened(school)
    page = school.client("T1").get(f"/assets/unit/receipts/{receipt.public_id}/").content.decode()
    assert "打印入库单" not in page
    printed = f"/assets/unit/receipts/{receipt.public_id}/print/"
    assert school.client("T1").post(printed).status_code == 409
    receiving.refuse(by=school.actor("T3"), receipt=receipt, person_id=school["T3"], answer="内存不符")
    assert school.client("T1").post(printed).status_code == 409
    assert not PrintedDocument.objects.exists()
