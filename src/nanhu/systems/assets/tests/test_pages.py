"""The desks of assets (我的资产、单位资产、资产管理): every page for who may and who may not, and the ways through them."""

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.ui import dates
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.identity import api as identity
from nanhu.systems.assets.errors import OutdatedTransferError
from nanhu.systems.assets.models import (
    Asset,
    CardImport,
    ClassRollback,
    Contest,
    Disposal,
    HandOver,
    Improvement,
    Loss,
    MonthClose,
    Receipt,
    Reversal,
    Rollback,
    Transfer,
)
from nanhu.systems.assets.numbers import in_bars
from nanhu.systems.assets.rules import month_of
from nanhu.systems.assets.services import (
    contesting,
    deciding,
    disposing,
    importing,
    keeping,
    lending,
    losing,
    transferring,
)
from nanhu.systems.assets.services.closing import close_month
from nanhu.systems.assets.services.depreciating import depreciate
from nanhu.systems.assets.tests.conftest import SYSTEM
from nanhu.systems.assets.tests.test_classes import RADARS
from nanhu.systems.assets.tests.test_classes import posted as posted_classes
from nanhu.systems.assets.tests.test_contests import FORGED, TRUE
from nanhu.systems.assets.tests.test_importing import PRINTER, posted
from nanhu.systems.assets.tests.test_invoice_files import hand_in
from nanhu.systems.assets.tests.test_losing import owned
from nanhu.systems.assets.tests.test_moving import asked, confirmed
from nanhu.systems.assets.tests.test_processes import argued, decide, task_of, to_let
from nanhu.systems.assets.tests.test_purchasing import granted, in_stock, paid, taken_back
from nanhu.systems.assets.tests.test_receiving import opened, sign
from nanhu.systems.assets.views import cases, contests, mine, office, unit
from nanhu.testing.pages import IntakeTests, PageTests, ProposalTests, assert_usable

CARDS = "资产编号,资产名称,分类代码,原值,累计折旧,取得日期,使用部门,领用人工号,存放地点\n"
GOOD = f"{CARDS}OLD1,激光打印机,A0202,3500.00,1000.00,2024-03-01,计算机学院,T2,b1-101\nOLD2,书柜,A0501,1200,,2020-01-02,13,,\n"
WRONG = f"{CARDS}OLD1,激光打印机,A02,0,1,2024-03-01,没有的院,T99,b9\n"
FAULTY = f"{CARDS}OLD1,激光打印机,A02,0,1,2024-03-01,没有的院,T99,b9\nOLD1,激光打印机,A0202,x,,明天,13,T2,\n"


class TestMine(PageTests):
    desk, is_for_everybody = mine.desk, True

    @pytest.fixture
    def holder(self, school):
        self.school = school
        return school.client("T2")

    def fill(self, count):
        for _each in range(count):
            self.school.thing(keeper="T2")

    def test_an_empty_form_is_refused_where_it_was_filled_in(self, holder):
        """Its form is made of what he has, and cannot be asked what it needs."""
        answer = holder.post("/assets/mine/hand-over/", {})
        assert answer.status_code == 422
        assert_usable(answer)


class TestUnit(PageTests):
    desk = unit.desk

    @pytest.fixture
    def holder(self, school):
        self.school = school
        return school.client("T1")

    @pytest.fixture
    def stranger(self, school):
        return school.client("T2")

    def fill(self, count):
        for _each in range(count):
            self.school.thing(keeper="T2")


class TestOffice(PageTests):
    desk = office.desk

    @pytest.fixture
    def holder(self, school):
        """Of both roles: what finance alone sets stands here too."""
        self.school = school
        identity.grant_role(by=SYSTEM, account_id=school.actor("T5").account_id, role="assets.finance")
        return school.client("T5")

    @pytest.fixture
    def stranger(self, school):
        return school.client("T1")

    def fill(self, count):
        for _each in range(count):
            asset = self.school.thing(keeper="T2")
        disposing.ask_to_scrap(by=SYSTEM, asset=asset, reason="老化")


class Cases(ProposalTests):
    @pytest.fixture
    def holder(self, school):
        self.school = school
        return school.client("T5")

    @pytest.fixture
    def second(self, school):
        return school.client("T6")

    @pytest.fixture
    def stranger(self, school):
        return school.client("T2")


class TestTransfers(Cases):
    desk = cases.transfers

    def submitted(self, client):
        transfer = asked(self.school, confirmed(self.school), by="T5")
        return f"/assets/transfers/{transfer.public_id}/"


class TestImprovements(Cases):
    desk = cases.improvements

    def submitted(self, client):
        thing = self.school.thing(keeper="T2", used=campus_today())
        said = {"token": str(uuid4()), "added": "1200", "months": "24", "reason": "加内存"}
        assert client.post(f"/assets/office/{thing.public_id}/improve/", said).status_code == 302
        return f"/assets/improvements/{Improvement.objects.get().public_id}/"


class TestLosses(Cases):
    desk = cases.losses
    seen = "statement"

    def submitted(self, client):
        asset = losing.report_lost(by=SYSTEM, asset=owned(self.school, keeper="T2"), reason="不见了")
        said = {"fault": "neglect", "findings": "调查过", "token": str(uuid4())}
        assert client.post(f"/assets/office/{asset.public_id}/ruling/", said).status_code == 302
        loss = Loss.objects.get()
        losing.answer(by=SYSTEM, loss=loss, person_id=loss.person_id, words="放在行李架上")
        return f"/assets/losses/{loss.public_id}/"


class TestLettings(Cases):
    desk = cases.lettings

    def submitted(self, client):
        return f"/assets/lettings/{to_let(self.school, confirmed(self.school), by='T5').public_id}/"


class TestArguments(Cases):
    desk = cases.arguments

    def submitted(self, client):
        argument = argued(self.school, by="T5")
        for number in ("T2", "T3"):
            assert decide(self.school.client(number), task_of(argument, self.school[number])).status_code == 302
        return f"/assets/arguments/{argument.public_id}/"


class TestDisposals(Cases):
    desk = cases.disposals

    def submitted(self, client):
        thing = self.school.thing(used=date(2010, 1, 1))
        depreciate(by=SYSTEM, month=date(2026, 10, 1))
        asset = disposing.ask_to_scrap(by=SYSTEM, asset=thing, reason="老化")
        said = {"chosen": str(asset.public_id), "confirmed": "1", "token": str(uuid4()), "title": "一批"}
        said |= {"kind": "scrap", "reason": "老化", "wiping": "已消磁"}
        assert client.post("/assets/office/scrap/lot/", said).status_code == 302
        return f"/assets/disposals/{Disposal.objects.get().public_id}/"


class TestImports(IntakeTests, Cases):
    desk = cases.imports
    good = GOOD
    faulty = WRONG
    said = {"title": "旧卡片"}


class TestRollbacks(Cases):
    desk = cases.rollbacks

    @pytest.fixture
    def second(self, school):
        """Neither of the two who brought the import in."""
        return school.client("T9")

    def submitted(self, client):
        batch = posted(self.school, PRINTER)
        said = {"token": str(uuid4()), "reason": "交错了文件"}
        assert client.post(f"/assets/imports/{batch.public_id}/undo/", said).status_code == 302
        return f"/assets/rollbacks/{Rollback.objects.get().public_id}/"


class TestClassRollbacks(Cases):
    desk = cases.class_rollbacks

    @pytest.fixture
    def second(self, school):
        """Neither of the two who brought the table in."""
        return school.client("T9")

    def submitted(self, client):
        batch = posted_classes(self.school, RADARS)
        said = {"token": str(uuid4()), "reason": "交错了版本"}
        assert client.post(f"/assets/classes/{batch.public_id}/undo/", said).status_code == 302
        return f"/assets/class-rollbacks/{ClassRollback.objects.get().public_id}/"


class TestReversals(Cases):
    desk = cases.reversals

    @pytest.fixture
    def holder(self, school):
        self.school = school
        return school.client("T9")

    def submitted(self, client):
        granted()
        address = in_stock(self.school)
        client.post(f"{address}pay/", paid("100"))
        assert taken_back(self.school, address)[0].status_code == 302
        return f"/assets/reversals/{Reversal.objects.get().public_id}/"


class TestContests(Cases):
    desk = contests.contests

    def submitted(self, client):
        hand_in(self.school.client("T7"), FORGED)
        contesting.contest(
            by=self.school.actor("T5"), token=uuid4(), content=TRUE, name="原件.xml", reason="税务平台下载"
        )
        found = Contest.objects.get()
        self.seen = contests.shown(found)
        return f"/assets/contests/{found.public_id}/"


class TestClasses(IntakeTests, Cases):
    desk = cases.classes
    good = "分类代码,分类名称\nA0233,雷达设备\n"
    faulty = "分类代码,分类名称\nA029901,没有上级\n"
    said = {"title": "国标分类"}


class TestCloses(IntakeTests, Cases):
    desk = cases.closes
    said: dict[str, str] = {}
    good = "资产编号,原值,累计折旧,差异说明\n2025-A02-000001-1,10.00,0,财务多记\n"
    faulty = "资产编号,原值,累计折旧,差异说明\n2025-A02-000001-1,10.00,0,\n"

    @pytest.fixture
    def holder(self, school, clock):
        self.school = school
        school.thing(used=date(2019, 1, 1), fen=100)
        Asset.objects.update(state="void")
        school.thing(used=date(2024, 1, 1), code="A0502", fen=180_000)
        depreciate(by=SYSTEM, month=(campus_today().replace(day=1) - timedelta(days=1)).replace(day=1))
        Asset.objects.filter(state="in_stock").update(state="void")
        return school.client("T5")


@pytest.mark.capability("A014.1")
def test_a_keeper_sees_the_things_of_the_unit_alone(school):
    school.thing("计算机学院的电脑")
    school.thing("化工学院的电脑", unit="13")
    page = school.client("T1").get("/assets/unit/").content.decode()
    assert "计算机学院的电脑" in page
    assert "化工学院的电脑" not in page


def test_a_card_says_what_a_thing_is_for_and_how_it_was_acquired(school):
    receipt = opened(school, head={"contract": "HT-0917"}, quantity=1, use="research")
    for number in ("T2", "T3"):
        sign(school, receipt, number)
    thing = Asset.objects.get()
    page = school.client("T1").get(f"/assets/unit/{thing.public_id}/").content.decode()
    said = ("科研", f"购置 {dates.short_day(thing.acquired_on, None)}", "HT-0917", thing.invoice)
    assert [words for words in said if not words or words not in page] == []


@pytest.mark.capability("A014.1")
def test_a_thing_of_another_unit_is_not_there(school):
    asset = school.thing(unit="13")
    client = school.client("T1")
    assert client.get(f"/assets/unit/{asset.public_id}/").status_code == 404
    answer = client.post(f"/assets/unit/{asset.public_id}/scrap/", {"reason": "老化"})
    assert answer.status_code == 404
    asset.refresh_from_db()
    assert asset.state == "in_stock"


@pytest.mark.capability("A014.1")
def test_a_thing_of_another_person_is_not_there(school):
    asset = school.thing(keeper="T3")
    client = school.client("T2")
    assert client.get(f"/assets/mine/{asset.public_id}/").status_code == 404
    assert client.post(f"/assets/mine/{asset.public_id}/lost/", {"reason": "不见了"}).status_code == 404


@pytest.mark.capability("A014.1")
def test_a_receipt_goes_from_the_keeper_to_two_inspectors_into_stock(school):
    said = {
        "token": str(uuid4()),
        "title": "机房电脑",
        "acquired": "bought",
        "acquired_on": "2026-09-01",
        "invoice": "2644",
        "invoice_fen": "13998.00",
        "unit": "12",
        "buyer": "T4",
        "first_inspector": "T2",
        "second_inspector": "T3",
        "classification": "A0201",
        "name": "台式计算机",
        "quantity": "2",
        "price_yuan": "6999",
        "put_into_use_on": "2026-09-17",
        "use": "teaching",
    }
    keeper = school.client("T1")
    assert keeper.post("/assets/unit/receipts/new/", said | {"second_inspector": "T4"}).status_code == 409
    assert keeper.post("/assets/unit/receipts/new/", said | {"unit": "13"}).status_code == 409
    assert keeper.post("/assets/unit/receipts/new/", said).status_code == 302
    receipt = Receipt.objects.get()
    assert keeper.get(f"/assets/unit/receipts/{receipt.public_id}/").status_code == 200
    for number in ("T2", "T3"):
        inspector = school.client(number)
        assert "机房电脑" in inspector.get("/assets/mine/receipts/").content.decode()
        assert inspector.post(f"/assets/mine/receipts/{receipt.public_id}/sign/", {"lines": "1"}).status_code == 302
    assert school.client("T4").get(f"/assets/mine/receipts/{receipt.public_id}/").status_code == 404
    assert Asset.objects.filter(state="in_stock").count() == 2


@pytest.mark.capability("A014.1")
def test_a_thing_passes_by_a_code_from_phone_to_phone(school, read_codes):
    asset = confirmed(school)
    giver, taker = school.client("T2"), school.client("T3")
    shown = giver.post("/assets/mine/hand-over/", {"things": [str(asset.public_id)]})
    address = shown["Location"]
    assert "确认接收" not in giver.get(address).content.decode()
    assert "确认接收" in taker.get(address).content.decode()
    assert giver.post(f"{address}take/").status_code == 409
    assert taker.post(f"{address}take/").status_code == 302
    asset.refresh_from_db()
    assert asset.keeper_id == school["T3"]
    assert taker.get(address).status_code == 404
    assert HandOver.objects.get().code in address


@pytest.mark.capability("A014.1")
def test_a_person_confirms_all_at_once(school):
    asset = keeping.assign(by=SYSTEM, asset=school.thing(), keeper_id=school["T2"], room_id=school.rooms["b1-101"])
    client = school.client("T2")
    page = client.get("/assets/mine/confirm/").content.decode()
    assert "1 件都在" in page
    assert f'name="shown" value="{asset.public_id}"' in page
    later = keeping.assign(by=SYSTEM, asset=school.thing(), keeper_id=school["T2"], room_id=school.rooms["b1-101"])
    assert client.post("/assets/mine/confirm/all/").status_code == 409
    assert client.post("/assets/mine/confirm/all/", {"shown": [str(asset.public_id)]}).status_code == 302
    asset.refresh_from_db()
    later.refresh_from_db()
    assert asset.confirmed_at is not None
    assert later.confirmed_at is None


def test_every_deed_of_a_keeper_opens(school):
    keeper = school.client("T1")
    for state, pages in unit.DEEDS.items():
        if state in {"disposed", "void"}:
            continue
        asset = school.thing(keeper="T2")
        if state != "in_use":
            with_state(asset, state)
        assert keeper.get(f"/assets/unit/{asset.public_id}/").status_code == 200
        for page in pages:
            assert keeper.get(page.address(public_id=asset.public_id)).status_code == 200


def test_a_form_says_about_which_thing_it_is_and_leads_back(school):
    """Also one that leads on elsewhere, and one of two hundred opened today."""
    asset = school.thing(keeper="T2")
    for number, page in (
        ("T1", "unit/{}/scrap/"),
        ("T2", "mine/{}/decline/"),
        ("T2", "mine/{}/lost/"),
        ("T5", "office/{}/improve/"),
    ):
        address = f"/assets/{page.format(asset.public_id)}"
        shown = school.client(number).get(address).content.decode()
        assert f"<b>{asset.name} {asset.number}</b>" in shown
        assert f'href="{address.rpartition("/")[0].rpartition("/")[0]}/"' in shown.partition("<form")[2]


@pytest.mark.capability("A014.1")
def test_nothing_goes_from_its_holder_to_another_without_his_code_or_a_reason(school):
    keeper, asset = school.client("T1"), confirmed(school, "T2")
    card = unit.thing.address(public_id=asset.public_id)
    assert f"{card}assign/" not in keeper.get(card).content.decode()
    answer = keeper.post(f"{card}assign/", {"keeper": "T3", "room": "b1-101"})
    assert (answer.status_code, "先“收回”" in answer.content.decode()) == (409, True)
    asset.refresh_from_db()
    assert (asset.keeper_id, asset.confirmed_at is None) == (school["T2"], False)
    assert keeper.post(f"{card}return/", {"reason": "换岗"}).status_code == 302
    assert f"{card}assign/" in keeper.get(card).content.decode()
    assert keeper.post(f"{card}assign/", {"keeper": "T3", "room": "b1-101"}).status_code == 302


def test_a_scanner_at_the_desk_finds_a_thing_by_the_bars_of_its_label(school):
    thing, other = school.thing(), school.thing()
    for number, path in (("T1", "/assets/unit/"), ("T5", "/assets/office/")):
        page = school.client(number).get(f"{path}?q={in_bars(thing.number)}").content.decode()
        assert (thing.number in page, other.number in page) == (True, False)


def with_state(asset, state):
    Asset.objects.filter(pk=asset.pk).update(state=state)


def test_old_cards_become_things_once_and_go_on_with_what_is_left(school, clock):
    clock("2026-11-20")
    office_one, office_two = school.client("T5"), school.client("T6")
    file = SimpleUploadedFile("old.csv", GOOD.encode())
    address = office_one.post("/assets/imports/new/", {"title": "旧", "token": str(uuid4()), "file": file})["Location"]
    assert office_one.post(f"{address}submit/").status_code == 302
    assert office_two.post(f"{address}approve/").status_code == 302
    batch = CardImport.objects.get()
    for _again in range(2):
        importing.take_cards(batch_id=batch.pk)
    printer = Asset.objects.get(former_number="OLD1")
    assert (printer.state, printer.carried_fen, printer.keeper_id) == ("in_use", 100_000, school["T2"])
    assert printer.plans.get().base_fen == 250_000
    assert printer.plans.get().months == 72 - 32
    assert Asset.objects.count() == 2
    again = SimpleUploadedFile("old.csv", GOOD.encode())
    refused = office_one.post("/assets/imports/new/", {"title": "旧", "token": str(uuid4()), "file": again})
    assert "已经登记过" in refused.content.decode()


def test_dirty_cards_are_told_line_by_line_and_nothing_is_kept(school):
    file = SimpleUploadedFile("old.csv", FAULTY.encode())
    answer = school.client("T5").post("/assets/imports/new/", {"title": "旧", "token": str(uuid4()), "file": file})
    text = answer.content.decode()
    assert answer.status_code == 422
    for what in ("最末一级", "没有这个单位", "没有这个工号", "没有这个地点", "原值须大于零"):
        assert what in text
    assert CardImport.objects.count() == 0


def test_a_long_name_is_told_when_it_comes_in_and_a_broken_line_is_one(school, clock):
    """The shared table of things has a hundred letters for a name."""
    clock("2026-11-20")

    def hand_in(text):
        file = SimpleUploadedFile("old.csv", text.encode())
        return school.client("T5").post("/assets/imports/new/", {"title": "旧", "token": str(uuid4()), "file": file})

    for wrong, what in (
        (GOOD.replace("激光打印机", "激" * 101), "最多 100 个字"),
        (GOOD.replace("OLD2", "O" * 41), "最多 40 个字"),
        (GOOD.replace("激光打印机", ""), "请写名称"),
        (GOOD.replace("OLD2", ""), "请写编号"),
    ):
        answer = hand_in(wrong)
        assert answer.status_code == 422
        assert what in answer.content.decode()
    assert hand_in(GOOD.replace("激光打印机", '"激光\n打印机"')).status_code == 302
    assert CardImport.objects.get().rows.first().name == "激光 打印机"


def test_a_month_is_closed_with_each_difference_named(school, clock):
    clock("2026-12-31")
    asset, other = school.thing(), school.thing("书柜", code="A0501", fen=180_000)
    depreciate(by=SYSTEM, month=date(2026, 12, 1))
    head = "资产编号,原值,累计折旧,差异说明\n"
    good = f"{head}{asset.number},6999.00,388.83,\n"

    def hand_in(text):
        file = SimpleUploadedFile("cards.csv", text.encode())
        return school.client("T5").post("/assets/closes/new/", {"token": str(uuid4()), "file": file})

    assert other.number in hand_in(good).content.decode()
    assert "请写差异说明" in hand_in(f"{good}{other.number},1700,40.00,\n").content.decode()
    address = hand_in(f"{good}{other.number},1700,40.00,财务少记一张发票\n")["Location"]
    close = MonthClose.objects.get()
    assert (close.difference_count, close.ours_value_fen) == (1, 879_900)
    assert school.client("T5").post(f"{address}submit/").status_code == 302
    assert school.client("T5").post(f"{address}approve/").status_code == 409
    assert school.client("T6").post(f"{address}approve/").status_code == 302
    close_month(batch_id=close.pk)
    close.refresh_from_db()
    assert close.state == "posted"
    assert close.lines.get().why == "财务少记一张发票"


def test_the_receipt_page_of_the_keeper_offers_another_line_until_somebody_signed(school):
    receipt = opened(school)
    page = school.client("T1").get(f"/assets/unit/receipts/{receipt.public_id}/").content.decode()
    assert "再加一行" in page


@pytest.mark.capability("A014.1")
def test_a_thing_lives_from_its_receipt_to_its_disposal_by_the_pages_of_each(school):
    keeper, office, second = school.client("T1"), school.client("T5"), school.client("T6")

    def sent(client, address, **said):
        answer = client.post(address, {"token": str(uuid4()), "reason": "老化了", **said})
        assert answer.status_code == 302, address
        return answer["Location"]

    bought = {
        "title": "机房电脑",
        "acquired": "bought",
        "acquired_on": "2010-01-05",
        "invoice": "26",
        "invoice_fen": "6999",
    }
    bought |= {"unit": "12", "buyer": "T4", "first_inspector": "T2", "second_inspector": "T3"}
    line = {"classification": "A0201", "name": "台式计算机", "quantity": "1", "price_yuan": "6999"}
    sent(keeper, "/assets/unit/receipts/new/", **bought, **line, put_into_use_on="2010-01-05", use="teaching")
    for number in ("T2", "T3"):
        sent(school.client(number), f"/assets/mine/receipts/{Receipt.objects.get().public_id}/sign/", lines="1")
    asset = Asset.objects.get()
    card = f"/assets/unit/{asset.public_id}/"

    sent(keeper, f"{card}assign/", keeper="T2", room="b1-101")
    assert asset.number in school.client("T2").get("/assets/mine/").content.decode()
    asset.refresh_from_db()
    assert (asset.keeper_id, asset.room_id) == (school["T2"], school.rooms["b1-101"])
    sent(school.client("T2"), "/assets/mine/confirm/all/", shown=[str(asset.public_id)])
    sent(keeper, f"{card}transfer/", unit="13", keeper="T8", room="b1-102")
    moved = Transfer.objects.get()
    assert keeper.post(f"/assets/transfers/{moved.public_id}/approve/").status_code == 404
    depreciate(by=SYSTEM, month=month_of(month_of(campus_today()) - timedelta(days=1)))
    sent(school.client("T7"), f"/assets/unit/transfers/{moved.public_id}/", is_accepted="1")
    sent(office, f"/assets/transfers/{moved.public_id}/approve/")
    asset.refresh_from_db()
    there = (school.units["13"], school["T8"], school.rooms["b1-102"])
    assert (asset.unit_id, asset.keeper_id, asset.room_id) == there
    assert keeper.get(card).status_code == 404
    sent(school.client("T8"), "/assets/mine/confirm/all/", shown=[str(asset.public_id)])
    sent(school.client("T7"), f"{card}scrap/")
    said = {"chosen": str(asset.public_id), "confirmed": "1", "title": "一批", "kind": "scrap", "wiping": "已消磁"}
    sent(office, "/assets/office/scrap/lot/", **said)
    lot = f"/assets/disposals/{Disposal.objects.get().public_id}/"
    assert office.post(f"{lot}approve/").status_code in {403, 409}
    sent(second, f"{lot}approve/")

    asset.refresh_from_db()
    assert (asset.state, asset.unit_id) == ("disposed", school.units["13"])
    page = office.get(f"/assets/office/{asset.public_id}/").content.decode()
    assert [words for words in ("入库", "领用", "调拨", "处置") if words not in page] == []


def test_its_author_takes_a_receipt_back_by_a_button(school):
    receipt = opened(school)
    keeper = school.client("T1")
    address = f"/assets/unit/receipts/{receipt.public_id}/"
    assert "撤回" in keeper.get(address).content.decode()
    assert keeper.post(f"{address}take-back/").status_code == 302
    receipt.refresh_from_db()
    assert receipt.state == "taken_back"
    assert "take-back" not in keeper.get(address).content.decode()


def test_who_borrowed_something_confirms_it_or_says_that_it_never_came(school):
    here, never = confirmed(school, "T3"), confirmed(school, "T3")
    loans = [
        lending.lend(by=school.actor("T1"), asset=one, borrower_id=school["T2"], due_on=campus_today())
        for one in (here, never)
    ]
    pages = [f"/assets/mine/borrowed/{one.public_id}/" for one in loans]
    last_seen_at = Asset.objects.get(pk=never.pk).last_seen_at
    borrower = school.client("T2")
    shown = borrower.get("/assets/mine/borrowed/").content.decode()
    assert [page in shown for page in pages] == [True, True]
    assert shown.count("待确认") >= 2
    assert school.client("T3").post(pages[0], {"is_here": "1"}).status_code == 404, "another's"
    assert borrower.post(pages[0], {"is_here": "1"}).status_code == 302
    assert borrower.post(pages[0], {"is_here": "0", "answer": "没有拿到"}).status_code == 409, "said already"
    assert borrower.post(pages[1], {"is_here": "0"}).status_code == 422, "for a reason"
    assert borrower.post(pages[1], {"is_here": "0", "answer": "没有拿到"}).status_code == 302
    here.refresh_from_db()
    never.refresh_from_db()
    assert (here.state, never.state) == ("lent", "in_use")
    assert here.loans.get().confirmed_at is not None
    assert never.movements.latest("pk").reason == "没有拿到"
    assert never.last_seen_at == last_seen_at, "nobody saw it"


@pytest.mark.parametrize("by", ["class", "unit", "building", "age"])
def test_sums_are_of_all_things_however_they_are_grouped(school, by):
    school.thing(keeper="T2", fen=300_000)
    school.thing("一号楼", code="A0101", fen=900_000)
    answer = school.client("T5").get(f"/assets/office/sums/?by={by}&export=csv")
    rows = answer.getvalue().decode("utf-8-sig").strip().splitlines()[1:]
    assert sum(float(row.split(",")[2].strip(chr(34))) for row in rows) == 12_000.0


def test_the_picture_shows_of_each_sum_what_is_left_and_what_is_written_off(school):
    school.thing(keeper="T2", fen=7_200_000, used=date(2026, 8, 17))
    school.thing("一号楼", code="A0101", fen=90_000_000)
    depreciate(by=SYSTEM, month=date(2026, 8, 1))
    page = school.client("T5").get("/assets/office/sums/").content.decode()
    (drawn,) = re.findall(r'<details class="chart-table">.*?</details>', page, re.DOTALL)
    assert re.findall(r'<th scope="col" class="num">(\S+)</th>', drawn) == ["净值", "累计折旧", "合计"]
    assert re.findall(r'<td class="num">(\S+)</td>', drawn) == ["7.1", "0.1", "7.2"], "in 万元, without houses"
    assert "¥ 71,000.00" in page


def test_an_idle_thing_is_asked_for_from_inside_and_comes_by_a_transfer(school):
    offered, kept = confirmed(school), confirmed(school)
    keeping.mark_idle(by=school.actor("T1"), asset=offered, reason="换新")
    asker = school.client("T8")
    shown = asker.get("/assets/mine/idle/").content.decode()
    assert str(offered.public_id) in shown
    assert str(kept.public_id) not in shown
    said = {"token": str(uuid4()), "room": "b1-102", "reason": "实验课"}
    assert asker.post(f"/assets/mine/idle/{kept.public_id}/", said).status_code == 404
    assert asker.post(f"/assets/mine/idle/{offered.public_id}/", said).status_code == 302
    asked = Transfer.objects.get()
    assert (asked.asset, asked.to_keeper_id, asked.to_unit_id) == (offered, school["T8"], school.units["13"])
    page = f"/assets/unit/transfers/{asked.public_id}/"
    assert school.client("T7").post(page, {"is_accepted": "1"}).status_code == 404, "not the one who needs it"
    assert school.client("T5").post(f"/assets/transfers/{asked.public_id}/approve/").status_code == 409
    assert school.client("T1").post(page, {"is_accepted": "1"}).status_code == 302
    assert school.client("T5").post(f"/assets/transfers/{asked.public_id}/approve/").status_code == 302
    offered.refresh_from_db()
    assert (offered.unit_id, offered.keeper_id, offered.is_idle) == (school.units["13"], school["T8"], False)


def test_what_nobody_saw_for_two_years_is_offered_as_well(school):
    unseen, seen = confirmed(school), confirmed(school)
    long_ago = now() - timedelta(days=800)
    Asset.objects.filter(pk=unseen.pk).update(last_seen_at=long_ago, created_at=long_ago)
    Asset.objects.filter(pk=seen.pk).update(created_at=long_ago)
    asker = school.client("T8")
    shown = asker.get("/assets/mine/idle/").content.decode()
    assert (str(unseen.public_id) in shown, str(seen.public_id) in shown) == (True, False)
    said = {"token": str(uuid4()), "room": "b1-102", "reason": "实验课"}
    assert asker.post(f"/assets/mine/idle/{unseen.public_id}/", said).status_code == 302
    [asked_for] = Transfer.objects.all()
    keeping.confirm(by=SYSTEM, person_id=school["T2"], public_ids=[unseen.public_id])
    Asset.objects.filter(pk=unseen.pk).update(last_seen_at=now())
    transferring.accept(by=school.actor("T1"), transfer=asked_for)
    with pytest.raises(OutdatedTransferError):
        transferring.agree(by=school.actor("T5"), transfer=asked_for)


def test_the_income_of_a_lot_is_paid_over_once_by_finance(school):
    old = school.thing("旧图书", code="A0401", used=date(2005, 1, 1))
    disposing.ask_to_scrap(by=SYSTEM, asset=old, reason="坏了")
    ask = {"by": school.actor("T5"), "token": uuid4(), "title": "一批", "kind": "sell", "reason": "坏了"}
    lot = disposing.ask(**ask, public_ids=[old.public_id], income_fen=5_000)
    page, finance = f"/assets/disposals/{lot.public_id}/", school.client("T9")
    said = {"token": str(uuid4()), "voucher": "记-12", "paid_on": campus_today().isoformat()}
    assert finance.post(f"{page}remit/", said).status_code == 409, "nothing is sold yet"
    assert finance.post(f"{page}approve/").status_code == 404, "finance sees it and decides nothing"
    deciding.agree(by=school.actor("T6"), found=lot)
    assert f"{page}remit/" in finance.get(page).content.decode()
    assert school.client("T5").post(f"{page}remit/", said).status_code == 404
    early = finance.post(f"{page}remit/", said | {"paid_on": "2005-01-01"})
    assert (early.status_code, "上缴日期不能早于处置的" in early.content.decode()) == (409, True)
    assert finance.post(f"{page}remit/", said | {"token": str(uuid4())}).status_code == 302
    assert finance.post(f"{page}remit/", said | {"token": str(uuid4())}).status_code == 409, "once"
    assert "记-12" in school.client("T5").get(page).content.decode()
    for change in ({"remittance": "记-13"}, {"income_fen": 1}, {"remitted_on": None, "remittance": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Disposal.objects.update(**change)


def test_who_keeps_an_idle_thing_does_not_ask_for_it(school):
    offered = confirmed(school)
    keeping.mark_idle(by=school.actor("T1"), asset=offered, reason="换新")
    said = {"token": str(uuid4()), "room": "b1-102", "reason": "实验课"}
    assert school.client("T2").post(f"/assets/mine/idle/{offered.public_id}/", said).status_code == 404
    assert school.client("T3").post(f"/assets/mine/idle/{offered.public_id}/", said).status_code == 409
    assert not Transfer.objects.exists()


def test_where_a_vendor_keeps_the_things_our_pages_are_read_and_take_nothing_in(school, monkeypatch):
    asset = school.thing()
    card, keeper = f"/assets/unit/{asset.public_id}/", school.client("T1")
    monkeypatch.setattr(datahub, "supplier", lambda table: "久其资产" if table == "assets.asset" else "")
    page = keeper.get(card)
    assert (page.status_code, "现由“久其资产”供给，本系统只读" in page.content.decode()) == (200, True)
    refused = keeper.post(f"{card}assign/", {"keeper": "T2", "room": "b1-101"})
    assert (refused.status_code, "久其资产" in refused.content.decode()) == (409, True)
    asset.refresh_from_db()
    assert asset.state == "in_stock"
    monkeypatch.undo()
    assert keeper.post(f"{card}assign/", {"keeper": "T2", "room": "b1-101"}).status_code == 302


@pytest.mark.django_db
def test_whoever_asked_for_something_is_led_back_to_the_card(school):
    thing, lost = confirmed(school), losing.report_lost(by=SYSTEM, asset=owned(school, keeper="T2"), reason="不见了")
    said = {"token": str(uuid4()), "reason": "专业调整", "unit": "13", "keeper": "T8", "room": "b1-102"}
    ruling = {"token": str(uuid4()), "fault": "neglect", "findings": "调查过"}
    for number, desk, asset, what, form in (
        ("T1", "unit", thing, "transfer", said),
        ("T5", "office", lost, "ruling", ruling),
    ):
        card, client = f"/assets/{desk}/{asset.public_id}/", school.client(number)
        assert client.post(f"{card}{what}/", form).headers["Location"] == card
        assert client.get(card).status_code == 200
