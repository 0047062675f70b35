"""Old cards (旧卡片): no month lost between check and approval, none twice, none that stops the job."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from nanhu.kernel import intake
from nanhu.systems.assets import jobs
from nanhu.systems.assets.checking import check_cards
from nanhu.systems.assets.errors import CardsTwiceError
from nanhu.systems.assets.models import Asset, CardImport, ServiceLife
from nanhu.systems.assets.services import importing
from nanhu.systems.assets.sheets import CARDS
from nanhu.systems.assets.tests.conftest import token

HEAD = "资产编号,资产名称,分类代码,原值,累计折旧,取得日期,投入使用日期,使用部门\n"
PRINTER = "OLD1,激光打印机,A0202,3500.00,1000.00,2024-03-01,2024-03-01,12\n"


def checked(*lines):
    return check_cards(CARDS.read((HEAD + "".join(lines)).encode()))


def handed_in(school, *lines, by="T5"):
    return importing.make_import(by=school.actor(by), token=token(), title="旧卡片", rows=checked(*lines).rows)


def approved(school, batch):
    batch = intake.submit(by=school.actor("T5"), batch=batch)
    return intake.approve(by=school.actor("T6"), batch=batch)


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
