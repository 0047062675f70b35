"""Old cards (旧卡片): no month lost between check and approval, none twice, none that stops the job."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from nanhu.kernel import intake
from nanhu.kernel.clock import now
from nanhu.kernel.errors import SamePersonError
from nanhu.kernel.numbering.models import TakenNumber
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity.models import SsoSession
from nanhu.platforms.people import api as people
from nanhu.systems.assets import jobs
from nanhu.systems.assets.checking import check_cards
from nanhu.systems.assets.counting.tests.counts import backdated, bring, opened, row
from nanhu.systems.assets.errors import CardsTwiceError, FormerNumberError
from nanhu.systems.assets.models import Asset, CardImport, Rollback, ServiceLife
from nanhu.systems.assets.services import importing, keeping, receiving
from nanhu.systems.assets.services.depreciating import depreciate
from nanhu.systems.assets.sheets import CARDS
from nanhu.systems.assets.tests.conftest import SYSTEM, token
from nanhu.systems.assets.tests.test_moving import asked
from nanhu.systems.assets.tests.test_receiving import line_of, sign
from nanhu.systems.assets.tests.test_receiving import opened as with_receipt

HEAD = "资产编号,资产名称,分类代码,原值,累计折旧,取得日期,投入使用日期,使用部门\n"
PRINTER = "OLD1,激光打印机,A0202,3500.00,1000.00,2024-03-01,2024-03-01,12\n"


def checked(*lines):
    return check_cards(CARDS.read((HEAD + "".join(lines)).encode()))


def handed_in(school, *lines, by="T5"):
    return importing.make_import(by=school.actor(by), token=token(), title="旧卡片", rows=checked(*lines).rows)


def approved(school, batch):
    batch = intake.submit(by=school.actor("T5"), batch=batch)
    return intake.approve(by=school.actor("T6"), batch=batch)


def test_a_line_without_a_number_is_told_that_alone_and_a_unit_is_written_as_in_forms(school):
    school.thing()
    assert [str(one.what) for one in checked(PRINTER.replace("OLD1", "")).faults] == ["请写编号"]
    unit = next(one.as_typed for one in people.unit_choices() if one.code == "12")
    assert checked(PRINTER.replace(",12\n", f",{unit}\n")).faults == []


def test_no_month_is_lost_between_the_check_and_the_approval(school, clock):
    clock("2026-11-28")
    batch = handed_in(school, PRINTER)
    clock("2026-12-03")
    importing.take_cards(batch_id=approved(school, batch).pk)
    plan = Asset.objects.get().plans.get()
    assert (plan.from_month, plan.months, plan.base_fen) == (date(2026, 11, 1), 72 - 32, 250_000)


def test_one_list_that_breaks_keeps_no_other(school, clock, monkeypatch):
    clock("2026-11-28")
    broken, whole = (approved(school, handed_in(school, PRINTER.replace("OLD1", one))) for one in ("OLD1", "OLD2"))

    def fail_for_the_first(batch_id):
        if batch_id == broken.pk:
            raise IntegrityError("planted")
        importing.take_cards(batch_id=batch_id)

    monkeypatch.setattr(jobs, "take_cards", fail_for_the_first)
    assert jobs.resume() == 1
    assert list(CardImport.objects.filter(state="posted")) == [whole]


def test_one_card_is_not_in_two_files_at_once(school):
    first = handed_in(school, PRINTER)
    with pytest.raises(CardsTwiceError):
        handed_in(school, PRINTER, by="T6")
    intake.discard(by=school.actor("T5"), batch=first)
    handed_in(school, PRINTER, by="T6")
    assert CardImport.objects.count() == 2


def test_a_file_checked_before_the_other_was_entered_is_refused_too(school):
    rows = checked(PRINTER).rows
    importing.take_cards(batch_id=approved(school, handed_in(school, PRINTER)).pk)
    with pytest.raises(CardsTwiceError):
        importing.make_import(by=school.actor("T6"), token=token(), title="再来", rows=rows)


def test_the_database_holds_one_living_card_a_former_number(school):
    one, other = school.thing(), school.thing()
    Asset.objects.filter(pk=one.pk).update(former_number="OLD1")
    with pytest.raises(IntegrityError), transaction.atomic():
        Asset.objects.filter(pk=other.pk).update(former_number="OLD1")
    Asset.objects.filter(pk=one.pk).update(state="void")
    Asset.objects.filter(pk=other.pk).update(former_number="OLD1")


def test_nothing_is_put_into_use_in_the_future(school):
    faults = checked(PRINTER.replace("2024-03-01,12", "9999-01-01,12")).faults
    assert [fault.column for fault in faults] == ["投入使用日期"]


def test_a_class_without_a_life_is_told_at_the_check(school):
    ServiceLife.objects.filter(code="A0202").update(code="A0299")
    faults = checked(PRINTER).faults
    assert [fault.what for fault in faults] == ["这个分类还没有规定使用年限"]


def test_a_life_withdrawn_after_the_check_does_not_stop_the_job(school):
    batch = approved(school, handed_in(school, PRINTER, PRINTER.replace("OLD1", "OLD2").replace("1000.00", "")))
    ServiceLife.objects.filter(code="A0202").update(code="A0299")
    importing.take_cards(batch_id=batch.pk)
    assert Asset.objects.count() == 2


def posted(school, *lines):
    batch = approved(school, handed_in(school, *lines))
    importing.take_cards(batch_id=batch.pk)
    batch.refresh_from_db()
    return batch


def asked_back(school, batch, *, by="T5"):
    """The page of the roll-back that was asked for."""
    answer = school.client(by).post(f"/assets/imports/{batch.public_id}/undo/", reason("交错了文件"))
    assert answer.status_code == 302
    return f"/assets/rollbacks/{Rollback.objects.get(state='asked').public_id}/"


def reason(words):
    return {"token": str(uuid4()), "reason": words}


def test_a_list_is_rolled_back_as_a_whole_while_nothing_stands_on_it(school, clock):
    clock("2026-11-28")
    batch = posted(school, PRINTER, PRINTER.replace("OLD1", "OLD2"))
    address, office = f"/assets/imports/{batch.public_id}/", school.client("T6")
    assert f"{address}undo/" in office.get(address).content.decode()
    assert office.post(f"{address}undo/", reason(" ")).status_code == 422
    form = reason("交错了文件")
    for _twice in range(2):
        assert office.post(f"{address}undo/", form).status_code == 302
    case = f"/assets/rollbacks/{Rollback.objects.get().public_id}/"
    assert office.post(f"{address}undo/", reason("再来一次")).status_code == 409
    assert case in office.get(address).content.decode()
    assert school.client("T9").post(f"{case}approve/").status_code == 302

    assert set(Asset.objects.values_list("state", flat=True)) == {"void"}
    numbers = set(Asset.objects.values_list("number", flat=True))
    void = TakenNumber.objects.filter(voided_at__isnull=False)
    assert set(void.values_list("number", flat=True)) == numbers
    assert "已回滚" in office.get(address).content.decode()
    assert office.post(f"{address}undo/", reason("再来一次")).status_code == 409
    clock("2026-12-02")
    assert depreciate(by=SYSTEM, month=date(2026, 11, 1)) == 0
    posted(school, PRINTER)
    assert Asset.objects.filter(former_number="OLD1", state="in_stock").count() == 1


@pytest.mark.parametrize("asker", ["T5", "T6"])
def test_none_of_those_who_brought_a_list_in_decides_its_roll_back(school, clock, asker):
    clock("2026-11-28")
    case = asked_back(school, posted(school, PRINTER), by=asker)
    for number in ("T5", "T6"):
        clerk = school.client(number)
        assert f"{case}approve/" not in clerk.get(case).content.decode()
        assert clerk.post(f"{case}approve/").status_code == SamePersonError.http_status
        assert clerk.post(f"{case}refuse/", {"answer": "不"}).status_code == SamePersonError.http_status
        assert not Rollback.waiting_for(school.actor(number).account_id).exists()
    assert not Asset.objects.filter(state="void").exists()
    third = school.client("T9")
    assert f"{case}approve/" in third.get(case).content.decode()
    assert third.post(f"{case}refuse/", {"answer": "没有错"}).status_code == 302
    assert third.post(f"{case}approve/").status_code == 409
    assert not Asset.objects.filter(state="void").exists()


def test_whoever_asks_for_a_roll_back_does_not_decide_it_nor_does_an_open_browser(school, clock):
    clock("2026-11-28")
    batch = posted(school, PRINTER)
    account = identity.account_of(school["T4"])
    identity.grant_role(by=SYSTEM, account_id=account.pk, role="assets.office")
    case = asked_back(school, batch, by="T4")
    assert school.client("T4").post(f"{case}approve/").status_code == SamePersonError.http_status
    third = school.client("T9")
    SsoSession.objects.update(authenticated_at=now() - timedelta(minutes=11))
    assert third.post(f"{case}approve/").status_code == 403
    assert not Asset.objects.filter(state="void").exists()
    SsoSession.objects.update(authenticated_at=now())
    assert third.post(f"{case}approve/").status_code == 302


def test_the_database_lets_no_import_be_undone_by_those_who_brought_it_in(school, clock):
    clock("2026-11-28")
    batch = posted(school, PRINTER)
    with pytest.raises(IntegrityError), transaction.atomic():
        CardImport.objects.filter(pk=batch.pk).update(state="undone")
    asked_back(school, batch)
    asker = school.actor("T6").account_id
    Rollback.objects.update(state="done", approver_id=asker, approver_name="孙科长", decided_at=now())
    with pytest.raises(IntegrityError), transaction.atomic():
        CardImport.objects.filter(pk=batch.pk).update(state="undone")


@pytest.mark.parametrize("touch", ["moved", "asked", "booked", "scanned"])
def test_what_one_card_was_used_for_keeps_the_whole_list(school, clock, touch):
    clock("2026-11-28")
    batch = posted(school, PRINTER, PRINTER.replace("OLD1", "OLD2"))
    asset = Asset.objects.latest("pk")
    case = asked_back(school, batch)
    if touch == "moved":
        keeping.assign(by=school.actor("T1"), asset=asset, keeper_id=school["T2"], room_id=school.rooms["b1-101"])
    elif touch == "asked":
        asked(school, asset)
    elif touch == "scanned":
        school.thing()
        bring(school, backdated(opened(school)), [row(asset.number)])
    else:
        clock("2026-11-30")
        depreciate(by=SYSTEM, month=date(2026, 11, 1))
    answer = school.client("T9").post(f"{case}approve/")
    assert answer.status_code == 409
    assert asset.number in answer.content.decode() or touch == "booked"
    assert not Asset.objects.filter(state="void").exists()
    batch.refresh_from_db()
    assert (batch.state, Rollback.objects.get().state) == ("posted", "asked")
    assert school.client("T9").post(f"{case}refuse/", {"answer": "已经在用"}).status_code == 302
    again = school.client("T6").post(f"/assets/imports/{batch.public_id}/undo/", reason("交错了文件"))
    assert again.status_code == 409, "not asked for in vain"


def test_whoever_decided_is_led_to_what_waits_next(school, clock):
    clock("2026-11-28")
    lists = [handed_in(school, PRINTER.replace("OLD1", one)) for one in ("OLD1", "OLD2")]
    cases = [f"/assets/imports/{one.public_id}/" for one in lists]
    for one in lists:
        intake.submit(by=school.actor("T5"), batch=one)
    clerk = school.client("T6")
    assert "下一件待复核" not in clerk.get(cases[0]).content.decode(), "this one first"
    assert clerk.post(f"{cases[0]}approve/").status_code == 302
    page = clerk.get(cases[0]).content.decode()
    assert f'href="{cases[1]}"' in page.partition("</nav>")[2]
    assert "下一件待复核" in page
    assert "下一件待复核" not in school.client("T5").get(cases[0]).content.decode(), "its author's, who decides neither"
    assert clerk.post(f"{cases[1]}refuse/", {"answer": "重复"}).status_code == 302
    assert "下一件待复核" not in clerk.get(cases[1]).content.decode()


def test_a_label_of_old_cards_that_wait_or_of_another_line_goes_on_no_card_by_a_receipt(school, clock):
    clock("2026-11-28")
    first = received(school, "OLD3")
    with pytest.raises(FormerNumberError):
        receiving.add_line(by=school.actor("T1"), receipt=first, line=line_of(quantity=1, former_number="OLD3"))
    late = received(school, "OLD2", invoice="2")
    batch = handed_in(school, PRINTER, PRINTER.replace("OLD1", "OLD2"))
    with pytest.raises(FormerNumberError):
        received(school, "OLD1", invoice="3")
    sign(school, late, "T2")
    with pytest.raises(FormerNumberError):
        sign(school, late, "T3")
    importing.take_cards(batch_id=approved(school, batch).pk)
    for number in ("T2", "T3"):
        sign(school, first, number)
    found = Asset.objects.exclude(former_number="").values_list("former_number", flat=True)
    assert sorted(found) == ["OLD1", "OLD2", "OLD3"]


def received(school, label, invoice="1"):
    return with_receipt(school, head={"acquired": "found", "invoice": invoice}, quantity=1, former_number=label)


def test_cards_go_out_in_the_columns_in_which_they_come_in(school, clock):
    clock("2026-10-31")
    school.thing(keeper="T2")
    school.thing("实验凳", code="A0501", fen=200_000, quantity=10)
    depreciate(by=SYSTEM, month=date(2026, 10, 1))
    answer = school.client("T5").get("/assets/office/cards.xlsx")
    found = check_cards(CARDS.read(b"".join(answer.streaming_content)))
    assert found.faults == []
    first, second = found.rows
    kept = ("value_fen", "carried_fen", "quantity", "keeper_id", "room_id")
    assert [first.card[key] for key in kept] == [699_900, 19_441, 1, school["T2"], school.rooms["b1-101"]]
    assert [second.card[key] for key in kept] == [200_000, 2_222, 10, None, school.rooms["b1-101"]]
    assert first.former_number == Asset.objects.order_by("pk").first().number
    assert school.client("T1").get("/assets/office/cards.xlsx").status_code == 404
