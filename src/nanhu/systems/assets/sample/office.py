"""A working day of the asset office on a sample campus: what waits to be signed, agreed, found, brought back and confirmed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.ui import dates
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.assets.counting.models import StockTake
from nanhu.systems.assets.counting.services import planning, uploading
from nanhu.systems.assets.labels import room_code
from nanhu.systems.assets.models import Asset, Classification, Loan, Movement
from nanhu.systems.assets.processes import PANEL
from nanhu.systems.assets.rules import Terms
from nanhu.systems.assets.sample.past import book_what_ended
from nanhu.systems.assets.services import (
    arguing,
    deciding,
    disposing,
    keeping,
    lending,
    letting,
    losing,
    photographing,
    purchasing,
    receiving,
    transferring,
)
from nanhu.systems.assets.services.moving import AT_HAND, locked, move

OVERDUE = timedelta(days=12)
LEAST_AGE = timedelta(days=366 * 6)
"""Of a computer that is scrapped without an appraisal."""
COUNTED = 40
"""How many things of the count that is open were seen."""
PICTURED = 120
"""Of how many of them it is looked whether there is a picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """Somebody who does it, by account and person."""

    actor: Actor
    person_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Two of the asset office, the keepers of a unit and of a college, and the teacher who has things to confirm, to sign for and to
    bring back. `picture`: of a thing by its name. `helpers`: campus numbers of the count's team; `room_id`: where what is new stands."""

    clerk: Hand
    second: Hand
    keeper: Hand
    college_keeper: Hand
    teacher: Hand
    inspector: Hand
    buyer: Hand
    picture: Callable[[str], bytes | None]
    helpers: Sequence[str]
    unit_id: int
    college_id: int
    room_id: int

    @property
    def hands(self) -> list[int]:
        """Whose own things are left out: nobody decides his own case."""
        return [one.person_id for one in (self.clerk, self.second, self.keeper, self.teacher, self.inspector)]


@transaction.atomic
def begin_office(order: Office) -> int:
    """Again: nothing."""
    if StockTake.objects.exists():
        return 0
    reserve_something(order)
    receive_something(order)
    move_something(order)
    lend_and_mend(order)
    let_and_argue(order)
    book_what_ended(order.clerk.actor)
    lose_something(order)
    scrap_something(order)
    hand_to_the_teacher(order)
    return count_something(order)


def in_use(order: Office, unit_id: int, name: str) -> list[Asset]:
    """The oldest first."""
    rows = Asset.objects.filter(unit=unit_id, state=Asset.State.IN_USE, name=name).exclude(keeper__in=order.hands)
    return list(rows.order_by("put_into_use_on", "pk"))


def head(order: Office, title: str, fen: int, invoice: str) -> dict[str, Any]:
    return {
        "title": title,
        "acquired": Asset.Acquired.BOUGHT,
        "acquired_on": campus_today() - timedelta(days=3),
        "supplier": "岳阳市云梦信息技术有限公司",
        "invoice": invoice,
        "invoice_fen": fen,
        "contract": f"XXZX-{campus_today():%Y}-018",
        "funds": "信息化建设专项",
        "unit_id": order.unit_id,
        "buyer_id": order.buyer.person_id,
        "first_inspector_id": order.inspector.person_id,
        "second_inspector_id": order.teacher.person_id,
    }


def line(order: Office, name: str, model: str, fen: int, quantity: int) -> dict[str, Any]:
    return {
        "classification": Classification.objects.get(code="A0201"),
        "name": name,
        "model": model,
        "maker": "新华三",
        "quantity": quantity,
        "price_fen": fen,
        "put_into_use_on": campus_today(),
        "use": Asset.Use.OFFICE,
        "room_id": order.room_id,
        "warranty_until": campus_today().replace(day=1) + timedelta(days=1096),
    }


def fund_of(order: Office) -> str:
    code = Asset.objects.filter(unit=order.unit_id).values_list("unit__code", flat=True)[0]
    return f"unit:{code}:equipment"


def reserve_something(order: Office) -> None:
    """The unit's budget; one purchase waits for its goods, one was given up."""
    fund = fund_of(order)
    ledger.open_fund(by=order.second.actor, code=fund, name="设备购置费")
    reason = f"{campus_today():%Y} 年部门预算"
    ledger.grant(by=order.second.actor, fund=fund, amount_fen=60_000_000, key=f"sample:{fund}", reason=reason)
    purchases = [
        purchasing.order(
            by=order.keeper.actor,
            token=uuid4(),
            title=title,
            unit_id=order.unit_id,
            fund=fund,
            amount_fen=fen,
            is_idle_seen=True,
        )
        for title, fen in (("机房精密空调", 18_600_000), ("会议平板", 2_580_000))
    ]
    purchasing.cancel(by=order.keeper.actor, purchase=purchases[1], reason="从别的单位调剂到一台")


def receive_something(order: Office) -> None:
    """One waits for its second inspector, one for both; one was refused, one taken back by its author."""
    orders = (
        ("机房核心交换机", "核心交换机", "S10508X-G", 11_860_000, 2, "26443000000018230071"),
        ("校园网无线接入点扩容", "无线接入点", "WA6330", 218_000, 30, "26443000000018230094"),
        ("值班室电脑", "台式计算机", "OptiPlex 7010", 569_900, 4, "26443000000018230112"),
        ("备用投影", "投影仪", "CB-L520U", 1_280_000, 1, "26443000000018230120"),
    )
    made = [
        receiving.open_receipt(
            by=order.keeper.actor,
            token=uuid4(),
            head=head(order, title, fen * quantity, invoice),
            line=line(order, name, model, fen, quantity),
        )
        for title, name, model, fen, quantity, invoice in orders
    ]
    receiving.take_back(by=order.keeper.actor, receipt=made[3])
    receiving.sign(by=order.inspector.actor, receipt=made[0], person_id=order.inspector.person_id, lines="1")
    receiving.refuse(
        by=order.teacher.actor,
        receipt=made[2],
        person_id=order.teacher.person_id,
        answer="到货是 3 台，少 1 台，请供应商补齐",
    )


def move_something(order: Office) -> None:
    """One transfer was agreed, one refused, one waits."""
    projectors = in_use(order, order.unit_id, "投影仪")[:3]
    reasons = ("教室改造，移交学院使用", "学院多媒体教室备用", "学院实验室需要")
    asked = [
        transferring.ask(
            by=order.keeper.actor,
            token=uuid4(),
            asset=thing,
            to_unit_id=order.college_id,
            to_keeper_id=order.teacher.person_id,
            to_room_id=order.room_id,
            reason=reason,
        )
        for thing, reason in zip(projectors, reasons, strict=False)
    ]
    for transfer in (one for one in (*asked[:1], *asked[2:]) if one.accepted_at is None):
        transferring.accept(by=order.college_keeper.actor, transfer=transfer)
    for transfer in asked[:1]:
        transferring.agree(by=order.second.actor, transfer=transfer)
    for transfer in asked[1:2]:
        transferring.refuse(by=order.clerk.actor, transfer=transfer, answer="本单位机房还缺投影，先自用")


def lend_and_mend(order: Office) -> None:
    """A loan that is overdue, one that is not; three in repair, one that could not be mended."""
    late, lent = in_use(order, order.unit_id, "笔记本电脑")[:1], in_use(order, order.unit_id, "笔记本电脑")[1:2]
    borrower_id, due_on = order.teacher.person_id, campus_today() + timedelta(days=30)
    for thing in lent:
        lending.lend(by=order.keeper.actor, asset=thing, borrower_id=borrower_id, due_on=due_on)
    for thing in late:
        lend_long_ago(order, thing)
    computers = in_use(order, order.unit_id, "台式计算机")
    for thing, fault in zip(computers, ("不开机", "蓝屏", "硬盘异响", "主板烧毁"), strict=False):
        lending.report_broken(by=order.keeper.actor, asset=thing, fault=fault)
    for thing in computers[3:4]:
        lending.end_repair(by=order.keeper.actor, asset=thing, is_repaired=False, cost_fen=0, reason="厂家答复不再供货")


def let_and_argue(order: Office) -> None:
    """A letting waits for the office, another is out and its first rent is billed to the teacher who answers for it there; an argument
    that two experts agreed to waits for the office, another for its experts."""
    lettings = (
        ("岳阳市第一中学 0730-8222001", 14, 0, 60_000, "031", "联合举办青少年信息学竞赛，场地缺投影"),
        ("岳阳市科普协会 0730-8222140", 180, 1, 20_000, "027", "协会租用电脑办科普讲座，联系人由学院老师兼任"),
    )
    things = [*in_use(order, order.unit_id, "投影仪")[3:4], *in_use(order, order.unit_id, "台式计算机")[:1]]
    asked = [
        letting.ask_to_let(
            by=order.keeper.actor,
            token=uuid4(),
            asset=thing,
            taker=taker,
            terms=Terms(
                due_on=campus_today() + timedelta(days=days),
                contract=f"XXZX-{campus_today():%Y}-{contract}",
                rent_fen=fen,
                rent_months=months,
                payer_id=order.teacher.person_id,
            ),
            reason=reason,
        )
        for thing, (taker, days, months, fen, contract, reason) in zip(things, lettings, strict=False)
    ]
    for agreed in asked[1:]:
        deciding.agree(by=order.second.actor, found=agreed)
    experts = [order.inspector, order.teacher, order.buyer]
    made = [
        arguing.argue(
            by=order.keeper.actor,
            token=uuid4(),
            title=title,
            unit_id=order.unit_id,
            quantity=1,
            price_fen=fen,
            reason="现有设备已用满八年，故障率高，科研任务排队超过两个月",
            sharing="装在信息中心机房，专人值守，全校师生可以预约",
            experts=[one.person_id for one in experts],
        )
        for title, fen in (("高性能计算节点", 86_000_000), ("网络流量分析仪", 52_000_000))
    ]
    for one in experts[:2]:
        deciding.say(by=one.actor, found=made[0], step=PANEL, decision="agree")


def lend_long_ago(order: Office, thing: Asset) -> None:
    found, due_on = locked(thing, AT_HAND), campus_today() - OVERDUE
    Loan.objects.create(
        asset=found,
        borrower_id=order.teacher.person_id,
        lent_on=due_on - timedelta(days=30),
        due_on=due_on,
        by_name=order.keeper.actor.name,
    )
    reason = dates.short_day(due_on, None)
    move(by=order.keeper.actor, asset=found, kind=Movement.Kind.LENT, reason=reason, state=Asset.State.LENT)


def lose_something(order: Office) -> None:
    """Two are missing; on one of them a ruling waits."""
    reason = "出差回来发现包里没有，当天已报保卫处"
    lost = [
        losing.report_lost(by=hand.actor, asset=thing, reason=reason)
        for hand, unit_id in ((order.keeper, order.unit_id), (order.college_keeper, order.college_id))
        for thing in in_use(order, unit_id, "笔记本电脑")[:1]
    ]
    for thing in lost[:1]:
        losing.propose_ruling(
            by=order.clerk.actor,
            token=uuid4(),
            asset=thing,
            fault="neglect",
            findings="本人放在高铁行李架上遗失，12306 查找无果，有报案回执",
        )


def scrap_something(order: Office) -> None:
    """A lot left the books, a lot waits, and more things wait for the next."""
    least = campus_today() - LEAST_AGE
    computers = [one for one in in_use(order, order.college_id, "台式计算机") if one.put_into_use_on < least][:14]
    for thing in computers:
        disposing.ask_to_scrap(by=order.college_keeper.actor, asset=thing, reason="超过使用年限，配置不能满足教学")
    for title, things in (("第一批报废计算机", computers[:5]), ("第二批报废计算机", computers[5:10])):
        if not things:
            continue
        lot = disposing.ask(
            by=order.clerk.actor,
            token=uuid4(),
            title=f"{campus_today():%Y} 年{title}",
            kind="scrap",
            public_ids=[one.public_id for one in things],
            reason="超过最低使用年限，经学院和国资处查验",
            wiping="硬盘已拆除，集中物理销毁，清单附后",
            income_fen=18_000,
        )
        if title.startswith("第一"):
            deciding.agree(by=order.second.actor, found=lot)


def hand_to_the_teacher(order: Office) -> None:
    """Newly handed out, so that there is something to confirm; and a card that was entered twice is void."""
    for thing in Asset.objects.filter(unit=order.college_id, state=Asset.State.IN_STOCK).order_by("-pk")[:2]:
        keeping.assign(
            by=order.college_keeper.actor,
            asset=thing,
            keeper_id=order.teacher.person_id,
            room_id=thing.room_id or order.room_id,
        )
    twice = Asset(
        name="台式计算机",
        classification=Classification.objects.get(code="A0201"),
        value_fen=569_900,
        acquired_on=campus_today(),
        put_into_use_on=campus_today(),
        unit_id=order.unit_id,
        room_id=order.room_id,
    )
    receiving.enter_thing(by=order.keeper.actor, asset=twice, kind=Movement.Kind.RECEIVED)
    keeping.void_number(by=order.clerk.actor, asset=twice, reason="重复登记")


def count_something(order: Office) -> int:
    """The unit's things, the first of them seen."""
    take = planning.plan(
        by=order.clerk.actor,
        title=f"{campus_today():%Y} 年度盘点",
        starts_on=campus_today() - timedelta(days=1),
        ends_on=campus_today() + timedelta(days=27),
        unit_id=order.unit_id,
    )
    for thing in Asset.objects.filter(unit=order.unit_id, state__in=AT_HAND).order_by("room", "pk")[:PICTURED]:
        if (picture := order.picture(thing.name)) is not None:
            photographing.photograph(by=order.keeper.actor, asset=thing, picture=picture)
    planning.set_team(by=order.clerk.actor, take=take, name="信息中心一组", members=order.helpers)
    planning.open_take(by=order.clerk.actor, take=take)
    StockTake.objects.filter(pk=take.pk).update(opened_at=now() - timedelta(hours=26))
    seen = Asset.objects.filter(unit=order.unit_id, state=Asset.State.IN_USE, room__isnull=False)
    rows = [
        seen_row(thing, number)
        for number, thing in enumerate(seen.select_related("room").order_by("room", "pk")[:COUNTED])
    ]
    batch = uploading.Batch(sent_at=now(), rows=rows)
    return len(uploading.take_rows(person_id=order.inspector.person_id, take=take, batch=batch).ids)


def seen_row(thing: Asset, number: int) -> uploading.SentRow:
    at = now() - timedelta(minutes=COUNTED - number)
    room = thing.room.key if thing.room else ""
    return uploading.SentRow(
        client_id=uuid4(),
        session=uuid4(),
        number=thing.number,
        seen_at=at,
        method="scan",
        round=1,
        room=room_code(room),
        room_at=at - timedelta(minutes=1),
    )
