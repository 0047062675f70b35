"""A term of the service hall on a sample campus: requests of all kinds in all states, something waiting for everybody who works here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db import transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.ui import dates
from nanhu.platforms.campus import api as campus
from nanhu.services.requests.models import Crew, FaultClass, Request, TokenIssue
from nanhu.services.requests.offices import due_of_complaint, offices, unit_id
from nanhu.services.requests.replies import digest_of, key_of
from nanhu.services.requests.rules import TOKENS_A_TERM
from nanhu.services.requests.services import anonymous, answering, dispatching, opinions, working
from nanhu.services.requests.services.filing import (
    against,
    file_complaint,
    file_opinion,
    file_question,
    file_repair,
    follow,
)
from nanhu.services.requests.services.settings import set_crew, set_operator

CODE: Final = "NANHU7DEMQ2024AB"
"""The reply code of the sample's anonymous complaint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """Somebody who does it, by account and person."""

    actor: Actor
    person_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hall:
    """The student and the teacher who report, further students, the dispatcher, a worker, a plumber without a sign-in, who answers and who
    handles complaints. `rooms`: keys of the student's room, another and an office; `dormitories`: by operator; `crowd`: persons whose
    phones took tokens."""

    student: Hand
    teacher: Hand
    others: Sequence[Hand]
    dispatcher: Hand
    worker: Hand
    plumber: Hand
    affairs: Hand
    rooms: tuple[str, str, str]
    dormitories: Sequence[Sequence[str]]
    accused_unit: str
    photo: bytes
    crowd: Sequence[int]


@transaction.atomic
def begin_hall(order: Hall) -> int:
    """Again: nothing."""
    if Crew.objects.exists():
        return 0
    open_crews(order)
    repair_things(order)
    ask_things(order)
    complain(order)
    report_opinion(order)
    term, count = anonymous.key_of_term().term, TOKENS_A_TERM
    TokenIssue.objects.bulk_create(TokenIssue(person_id=one, term=term, count=count) for one in order.crowd)
    return Request.objects.count()


def classes(*keys: str) -> list[FaultClass]:
    return list(FaultClass.objects.filter(key__in=keys))


def open_crews(order: Hall) -> None:
    by = order.dispatcher.actor
    set_crew(
        by=by,
        name="水电班",
        phone="8640301",
        classes=classes("water", "power", "hot_water", "cooling"),
        leader=order.plumber.person_id,
    )
    set_crew(
        by=by,
        name="木瓦班",
        phone="8640302",
        classes=classes("wood", "wall", "furniture"),
        leader=order.plumber.person_id,
    )
    set_crew(
        by=by, name="弱电班", phone="8640996", classes=classes("network", "lock", "fire"), leader=order.worker.person_id
    )
    names = (("湖广宽带", "10099", "https://example.com/ticket"), ("岳阳移动校园网", "10086", ""))
    for (name, phone, url), buildings in zip(names, order.dormitories, strict=True):
        set_operator(by=by, name=name, phone=phone, url=url, words="报修时说宽带账号", buildings=buildings)


def place(key: str) -> campus.Place:
    return campus.Place.objects.get(key=key)


def repaired(who: Hand, room: str, key: str, words: str, *, days: int = 0, **facts: Any) -> Request:
    made = file_repair(
        by=who.actor,
        person_id=who.person_id,
        place=place(room),
        fault_class=FaultClass.objects.get(key=key),
        words=words,
        **facts,
    )
    return backdated(made, days)


def backdated(made: Request, days: int) -> Request:
    at = now() - timedelta(days=days)
    made.created_at, made.day = at, campus_today() - timedelta(days=days)
    made.due_at = made.due_at - timedelta(days=days) if made.due_at else None
    made.save(update_fields=["created_at", "day", "due_at"])
    made.entries.update(at=at)
    return made


def repair_things(order: Hall) -> None:
    room, other_room, office = order.rooms
    student, teacher, plumber, worker = order.student, order.teacher, order.plumber, order.worker
    of_plumber: dict[str, Any] = {"by": plumber.actor, "person_id": plumber.person_id}
    of_worker: dict[str, Any] = {"by": worker.actor, "person_id": worker.person_id}
    closed = repaired(student, room, "water", "水龙头关不紧", days=20, phone="13907300001")
    working.done(
        **of_plumber, request=closed, cause="wear", words="换了两个水龙头", minutes=25, materials=[("水龙头", 2, 1850)]
    )
    working.rate(by=student.actor, request=closed, person_id=student.person_id, rating=5, words="来得很快")
    done = repaired(student, room, "power", "书桌上的插座没电", days=2, phone="13907300001", photos=[order.photo])
    working.done(
        **of_plumber,
        request=done,
        cause="wear",
        words="换了空开，测过了",
        minutes=30,
        photos=[order.photo],
        materials=[("空气开关", 1, 4200)],
    )
    lock = repaired(student, room, "lock", "门锁卡住，要拧好几次", phone="13907300001", may_enter=True)
    for one in order.others[:2]:
        follow(by=one.actor, request=lock, person_id=one.person_id)
    waiting = repaired(order.others[0], other_room, "lock", "钥匙断在锁里", phone="13907300021")
    next_day = dates.short_day(campus_today() + timedelta(days=1), campus_today().year)
    working.cannot_enter(**of_worker, request=waiting, proposed=[f"{next_day} 上午", f"{next_day} 17:00"])
    at_work = repaired(teacher, office, "fire", "走廊的应急灯不亮", days=1)
    working.arrive(**of_worker, request=at_work)
    broken = repaired(order.others[1], other_room, "furniture", "床板断了", days=5)
    working.done(
        **of_plumber,
        request=broken,
        cause="misuse",
        words="两人在上面跳断的，换了床板",
        materials=[("床板", 1, 12_000)],
    )
    again = repaired(order.others[2], other_room, "hot_water", "没有热水", days=3)
    working.done(**of_plumber, request=again, cause="wear", words="调了温控")
    working.not_fixed(by=order.others[2].actor, request=again, person_id=order.others[2].person_id, words="还是凉的")
    repaired(order.others[0], other_room, "lift", "电梯停在三楼不动", is_urgent=True)
    twin = repaired(order.others[1], other_room, "lift", "电梯坏了", twin="other")
    first = Request.objects.get(place__key=other_room, fault_class__key="lift", person_id=order.others[0].person_id)
    dispatching.merge(by=order.dispatcher.actor, request=twin, into_number=first.number)
    withdrawn = repaired(student, room, "cooling", "空调不制冷", days=9)
    working.withdraw(by=student.actor, request=withdrawn, person_id=student.person_id)
    network: dict[str, Any] = {"kind": Request.Kind.NETWORK}
    repaired(teacher, office, "network", "插座灯不亮，整间断网", device="信息点 T1-LAB-07", **network)
    slow = repaired(teacher, office, "network", "下载很慢", days=8, twin="other", **network)
    working.done(**of_worker, request=slow, cause="outside", words="上联口限速，已放开", minutes=15)


def ask_things(order: Hall) -> None:
    student, teacher = order.student, order.teacher
    information, finance, affairs = unit_id(offices().information), unit_id("1012"), unit_id(offices().complaints)
    of_student: dict[str, Any] = {"by": student.actor, "person_id": student.person_id}
    file_question(
        **of_student, kind="service", unit_id=information, system="wecom", words="企业微信收不到选课通知，别人都收到了"
    )
    mail = file_question(
        by=teacher.actor,
        person_id=teacher.person_id,
        kind="service",
        unit_id=information,
        system="mail",
        words="手机上怎么加学校邮箱？",
    )
    answering.answer(
        by=order.dispatcher.actor, request=mail, words="服务器 mail.hnist.edu.cn，用应用专用密码，不是登录密码。"
    )
    fees = file_question(**of_student, kind="policy", unit_id=finance, words="助学贷款没到账，学费能缓交吗？")
    answering.answer(by=order.dispatcher.actor, request=fees, words="可以，在财务处网上申请缓缴，凭贷款合同。")
    working.rate(by=student.actor, request=fees, person_id=student.person_id, rating=4)
    wandering = file_question(
        by=teacher.actor,
        person_id=teacher.person_id,
        kind="policy",
        unit_id=information,
        words="外聘专家的住宿费从哪里出？",
    )
    answering.transfer(by=order.dispatcher.actor, request=wandering, unit=finance, reason="经费归财务处")
    answering.transfer(by=order.dispatcher.actor, request=wandering, unit=affairs, reason="接待标准归党政办")
    late = file_question(**of_student, kind="policy", unit_id=information, words="毕业以后校园网账号保留多久？")
    backdated(late, 9)


def complain(order: Hall) -> None:
    one, two, three = order.others[:3]
    office = unit_id(order.accused_unit)
    file_complaint(by=one.actor, person_id=one.person_id, accused_unit=office, words="办证窗口中午没人，排了一个小时")
    extended = file_complaint(by=two.actor, person_id=two.person_id, accused_unit=office, words="押金半年没退")
    answering.extend(by=order.affairs.actor, request=extended, reason="要调当年的收据核对")
    answered = file_complaint(
        by=three.actor, person_id=three.person_id, accused_unit=office, words="施工噪声到夜里十二点"
    )
    answering.answer(by=order.affairs.actor, request=answered, words="已要求 22 点后停工，违者停工整改。")
    day = campus_today() - timedelta(days=3)
    unsigned = unnamed(Request.Kind.COMPLAINT, "N7KQ2MTPX4", CODE, "有人让我们评奖前请客", against(office, None))
    Request.objects.filter(pk=unsigned.pk).update(day=day, due_at=due_of_complaint(day))
    answering.answer(by=order.affairs.actor, request=unsigned, words="已约谈，评奖重新公示。感谢您的反映。")


def unnamed(kind: str, number: str, code: str, words: str, facts: dict[str, Any]) -> Request:
    return Request.objects.create(
        kind=kind,
        number=number,
        is_anonymous=True,
        words=words,
        day=campus_today(),
        due_at=due_of_complaint(campus_today()),
        reply_digest=digest_of(code),
        reply_key=key_of(code).public_key().public_bytes_raw(),
        **facts,
    )


def report_opinion(order: Hall) -> None:
    first = file_opinion(
        by=order.others[0].actor, person_id=order.others[0].person_id, words="新生群里在传二食堂涨价一倍的图"
    )
    second = file_opinion(
        by=order.others[1].actor, person_id=order.others[1].person_id, words="微博有人发二食堂价目表，转发三百多"
    )
    by = order.affairs.actor
    topic = opinions.open_topic(by=by, title="二食堂涨价传言", severity=2)
    for one in (first, second):
        opinions.gather(by=by, request=one, topic=topic)
    opinions.act(by=by, topic=topic, words="后勤处公布成本和价目，辅导员在班级群说明", severity=2)
    unnamed(Request.Kind.OPINION, "N3WYBD8RCF", "NANHU8DEMQ2024CD", "朋友圈有人卖期末答案，截图里有校徽", {})
    over = file_opinion(by=order.others[2].actor, person_id=order.others[2].person_id, words="贴吧说校医院缺药")
    old = opinions.open_topic(by=by, title="校医院缺药", severity=1)
    opinions.gather(by=by, request=over, topic=old)
    opinions.close(by=by, topic=old, words="药品已到，公众号说明")
