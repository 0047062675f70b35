"""The rest of the asset office's desk on a sample campus: an improvement, a payment to be taken back, sheets that wait, a count whose result
waits, and what strangers found."""

from datetime import timedelta
from uuid import uuid4

from django.db import transaction

from nanhu.kernel import intake
from nanhu.kernel.clock import campus_today, now
from nanhu.systems.assets.counting import found as finding
from nanhu.systems.assets.counting.models import FoundReport, StockTake
from nanhu.systems.assets.counting.services import concluding, planning, uploading
from nanhu.systems.assets.models import Asset, CardRow, ClassRow
from nanhu.systems.assets.models.things import HERE
from nanhu.systems.assets.sample.office import Office, fund_of, head, in_use, line, seen_row
from nanhu.systems.assets.sample.past import book_what_ended
from nanhu.systems.assets.services import classes, importing, improving, purchasing, receiving, reversing, transferring


@transaction.atomic
def fill_desk(order: Office) -> None:
    """After the office began (`begin_office`). Again: nothing."""
    if FoundReport.objects.exists():
        return
    offer_something(order)
    book_what_ended(order.clerk.actor)
    improve_something(order)
    pay_something(order)
    hand_in_sheets(order)
    conclude_a_count(order)
    find_something(order)


def offer_something(order: Office) -> None:
    """The college gives one away; the unit's keeper has not answered."""
    for thing in in_use(order, order.college_id, "笔记本电脑")[-1:]:
        transferring.ask(
            by=order.college_keeper.actor,
            token=uuid4(),
            asset=thing,
            to_unit_id=order.unit_id,
            to_keeper_id=order.inspector.person_id,
            to_room_id=order.room_id,
            reason="学院换新，移交信息中心值班用",
        )


def improve_something(order: Office) -> None:
    """One agreed to, one waits."""
    for thing, reason in zip(
        in_use(order, order.unit_id, "服务器")[-2:], ("加装内存和固态硬盘", "更换主板，扩充显卡"), strict=False
    ):
        asked = improving.ask(
            by=order.clerk.actor, token=uuid4(), asset=thing, added_fen=3_860_000, months=48, reason=reason
        )
        if reason.startswith("加装"):
            improving.agree(by=order.second.actor, improvement=asked)


def pay_something(order: Office) -> None:
    """Bought, received and paid; one of its payments was entered wrongly, which another is asked to agree to."""
    fen = 328_000
    purchase = purchasing.order(
        by=order.keeper.actor,
        token=uuid4(),
        title="机柜温湿度采集器",
        unit_id=order.unit_id,
        fund=fund_of(order),
        amount_fen=2 * fen,
        is_idle_seen=True,
    )
    receipt = receiving.open_receipt(
        by=order.keeper.actor,
        token=uuid4(),
        head={**head(order, "机柜温湿度采集器", 2 * fen, "26443000000018230133"), "purchase": purchase, "funds": ""},
        line=line(order, "温湿度采集器", "TH-20", fen, 2),
    )
    for hand in (order.inspector, order.teacher):
        receiving.sign(by=hand.actor, receipt=receipt, person_id=hand.person_id, lines="1")
    paid = [
        purchasing.pay(
            by=order.second.actor,
            token=uuid4(),
            purchase=purchase,
            amount_fen=amount_fen,
            voucher=voucher,
            paid_on=campus_today(),
        )
        for amount_fen, voucher in ((fen, "记-0218"), (fen // 2, "记-0219"))
    ]
    reversing.ask(by=order.second.actor, token=uuid4(), payment=paid[1], reason="金额录错，应为 3,280.00 元")


def hand_in_sheets(order: Office) -> None:
    """Cards of a unit that joined and a part of the national classes, each waiting for the second person."""
    cards = [
        CardRow(
            line=number + 2,
            former_number=f"YZ2019{number:04}",
            name="实训工位",
            card={
                "classification": "A0501",
                "model": "SX-02",
                "value_fen": 186_000,
                "carried_fen": 86_800,
                "quantity": 1,
                "acquired_on": "2019-09-02",
                "put_into_use_on": "2019-09-02",
                "unit_id": order.college_id,
                "room_id": order.room_id,
                "keeper_id": None,
                "months": 180,
            },
        )
        for number in range(1, 9)
    ]
    made = importing.make_import(
        by=order.clerk.actor, token=uuid4(), title="原实训中心旧卡片", rows=cards, file_name="实训中心资产.xlsx"
    )
    intake.submit(by=order.clerk.actor, batch=made)
    rows = [
        ClassRow(line=number, code=code, name=name, measure="台", is_depreciable=True, holds_data=False)
        for number, (code, name) in enumerate(
            (("A0207", "雷达、无线电和卫星导航设备"), ("A0209", "广播、电视、电影设备")), start=2
        )
    ]
    table = classes.make_import(
        by=order.clerk.actor, token=uuid4(), title="设备分类补充", rows=rows, file_name="分类补充.xlsx"
    )
    intake.submit(by=order.clerk.actor, batch=table)


def conclude_a_count(order: Office) -> None:
    """Of the college: most of it seen, its result waits for somebody who did not count."""
    take = planning.plan(
        by=order.clerk.actor,
        title=f"学院实验室专项盘点（{campus_today():%Y} 年秋）",
        starts_on=campus_today() - timedelta(days=9),
        ends_on=campus_today() - timedelta(days=1),
        unit_id=order.college_id,
    )
    planning.set_team(by=order.clerk.actor, take=take, name="学院组", members=order.helpers)
    planning.open_take(by=order.clerk.actor, take=take)
    StockTake.objects.filter(pk=take.pk).update(opened_at=now() - timedelta(days=3))
    there = Asset.objects.filter(unit=order.college_id, state__in=HERE, room__isnull=False).select_related("room")
    things = list(there.order_by("room", "pk")[:30])
    rows = [seen_row(thing, number) for number, thing in enumerate(things)]
    batch = uploading.Batch(sent_at=now(), rows=rows)
    uploading.take_rows(person_id=order.inspector.person_id, take=take, batch=batch)
    concluding.ask(by=order.clerk.actor, take=take, note="三间实验室装修，暂未进场")


def find_something(order: Office) -> None:
    said = (
        ("图书馆三楼东侧楼梯口的长椅上", "13800000021"),
        ("东院篮球场边，键盘和主机放在一起", ""),
        ("快递站旁的杂物堆里，标签还在", "qq 10001"),
    )
    numbers = Asset.objects.filter(state=Asset.State.IN_USE).order_by("pk").values_list("number", flat=True)
    for days, (number, (words, contact)) in enumerate(zip(numbers[: len(said)], said, strict=False), 1):
        report = FoundReport.objects.create(
            number=number, words=words, contact=contact, created_at=now() - timedelta(days=days)
        )
        if not contact:
            finding.settle(by=order.clerk.actor, report=report)
