"""Lost and found on the sample campus: umbrellas, cards, books in every state, something waiting for each who works there."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db import transaction
from PIL import Image, ImageDraw

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.platforms.campus import api as campus
from nanhu.platforms.people import api as people
from nanhu.sample.cast import CAST
from nanhu.sample.passes import actor_of
from nanhu.services.lostfound import sample as lostfound

type Hands = dict[str, Actor]
type Fate = Callable[[lostfound.Item, Actor, Hands, list[Actor]], None]
COLLEGE: Final = "12"
ROLES: Final = ("student", "teacher", "clerk", "security")
MOST: Final = 18
"""Other students that take part."""
SIZE: Final = (800, 600)
LIBRARY, SOUTH, EAST = "south.library", "south.t1", "east.t1"


@dataclass(frozen=True, slots=True)
class Thing:
    """`author`: the cast's student, or the how-manieth of the college. `fate`: how far it went."""

    kind: str
    category: str
    words: str
    place: str
    days: int
    fate: str = "open"
    author: int | str = 0
    drawn: str = ""
    place_words: str = ""
    phone: str = ""
    mark: str = ""
    keeper: str = "self"
    yuan: int = 0


THINGS: Final = (
    Thing(
        "found",
        "umbrella",
        "黑色折叠伞，木柄，伞套还在",
        LIBRARY,
        1,
        "talked",
        1,
        "#2b3a42",
        "三楼东侧书架旁",
        mark="柄上刻了 LXH",
    ),
    Thing("lost", "umbrella", "黑色折叠伞，木柄", LIBRARY, 1, "open", "student", "", "三楼自习区", "13907300001"),
    Thing(
        "found", "book", "《数据结构》，夹着一张借书条", SOUTH, 2, "open", 2, "#7a4b2a", "203 教室第三排", "13907300021"
    ),
    Thing(
        "found",
        "key",
        "一串三把钥匙，挂着蓝色小鲸鱼",
        EAST,
        0,
        "claimed",
        "student",
        "#8a8f98",
        "一楼饮水机旁",
        mark="其中一把贴了红胶带",
    ),
    Thing(
        "found", "device", "白色蓝牙耳机，充电盒上有贴纸", LIBRARY, 3, "desk", 3, "#d8dde2", "门口储物柜", keeper="desk"
    ),
    Thing("lost", "phone", "蓝色手机，透明壳，屏幕右上角有裂", SOUTH, 2, "open", 4, "", "去食堂路上", "13907300022"),
    Thing("found", "clothes", "灰色运动外套，L 码", EAST, 4, "open", 5, "#5b6770", "篮球场看台"),
    Thing("found", "card", "身份证一张，姓什么请您说", SOUTH, 5, "open", 6, "", "二楼楼梯口"),
    Thing("lost", "book", "高等数学笔记本，绿色封面", SOUTH, 6, "found", "student", "#2a6b46", "105 教室"),
    Thing("found", "umbrella", "红色长柄伞", LIBRARY, 8, "returned", 7, "#b0261d", "一楼伞架"),
    Thing(
        "found", "other", "粉色保温杯，杯底有名字缩写", EAST, 9, "locked", 8, "#d98aa6", "阶梯教室", mark="底上写了 ZY"
    ),
    Thing("lost", "device", "计算器，背面贴了课表", SOUTH, 34, "expired", 9, "", "考场外"),
    Thing("found", "cash", "一沓现金，牛皮纸信封装着", EAST, 0, "guarded", 10, "", "自助终端旁", yuan=1200),
    Thing("found", "other", "黑框眼镜，放在绿色盒子里", LIBRARY, 0, "waits", 11, "#2a6b46", "四楼窗边"),
    Thing("lost", "key", "宿舍钥匙一把，钥匙扣是南湖纪念牌", "south.d1", 0, "waits", 12, "", "南院1栋楼下"),
    Thing("lost", "other", "加微信领资料", SOUTH, 1, "rejected", "student", "", "校园"),
    Thing("found", "book", "考研英语单词书，封面写了座右铭", LIBRARY, 2, "reported", 13, "#0f6292", "五楼"),
    Thing("found", "umbrella", "透明伞，伞骨断了一根", SOUTH, 7, "handed", 14, "#9fc3d1", "报告厅", keeper="desk"),
)


@transaction.atomic
def fill_the_board() -> int:
    """Once: where there is something, somebody has begun."""
    persons = people.find_people_by_campus_no([CAST[role].campus_no for role in ROLES])
    students = [one for one in people.members_of([COLLEGE], kind="student") if one not in persons.values()]
    others = [found for one in students[:MOST] if (found := actor_of(one)).account_id is not None]
    if not lostfound.is_empty() or len(others) < MOST or len(persons) < len(ROLES):
        return 0
    hands = {role: actor_of(persons[CAST[role].campus_no]) for role in ROLES}
    for thing in THINGS:
        author = hands["student"] if thing.author == "student" else others[int(thing.author)]
        let_go(thing, author, hands, others)
    lostfound.expire()
    lostfound.receive_card(by=hands["security"], number="", name="无名氏", tail="0000", shelf="卡盒 1")
    return len(THINGS) + 1


def let_go(thing: Thing, author: Actor, hands: Hands, others: list[Actor]) -> None:
    post = lostfound.Post(
        category=thing.category,
        words=thing.words,
        happened_at=now() - timedelta(days=thing.days, hours=3),
        place=campus.place_with(thing.place),
        place_words=thing.place_words,
        keeper=thing.keeper,
        amount_fen=thing.yuan * 100 or None,
        phone=thing.phone,
        mark=thing.mark,
        photos=[drawing(thing)] if thing.drawn else [],
    )
    item = lostfound.publish(by=author, kind=thing.kind, post=post)
    reviewer = hands["clerk"]
    if thing.fate == "rejected":
        lostfound.reject(by=reviewer, item=item, reason="像是广告，不是丢了东西")
    elif thing.fate not in {"waits", "guarded"}:
        lostfound.approve(by=reviewer, item=item)
        if thing.fate in FATES:
            FATES[thing.fate](item, author, hands, others)
    lostfound.age(item, days=thing.days)


def talked(item: lostfound.Item, author: Actor, hands: Hands, _others: list[Actor]) -> None:
    """The cast's student asked whether it is hers, and was answered."""
    talk = lostfound.begin(by=hands["student"], item=item, words="您好，这把伞很像我的，昨天晚上落在三楼了。")
    lostfound.send(by=author, talk=talk, words="可以在这里点“认领”，说说柄上有什么。")


def claimed(item: lostfound.Item, _author: Actor, _hands: Hands, others: list[Actor]) -> None:
    """A claim that waits for the cast's student, who found it."""
    lostfound.claim(by=others[15], item=item, mark="有一把贴着红色胶带，是实验柜的")
    lostfound.begin(by=others[16], item=item, words="请问钥匙上有没有门牌号？")


def at_desk(item: lostfound.Item, _author: Actor, hands: Hands, others: list[Actor]) -> None:
    lostfound.hand_in(by=hands["security"], item=item, shelf="A-12")
    lostfound.claim(by=others[17], item=item, mark="贴纸是一只橘猫，左耳那只有划痕")


def handed(item: lostfound.Item, _author: Actor, hands: Hands, _others: list[Actor]) -> None:
    """To the teacher of the cast, who has not signed yet."""
    lostfound.hand_in(by=hands["security"], item=item, shelf="B-03")
    teacher = people.find_person_by_campus_no(CAST["teacher"].campus_no)
    lostfound.hand_over(by=hands["security"], item=item, document="campus_card", receiver=teacher)


def locked(item: lostfound.Item, author: Actor, _hands: Hands, others: list[Actor]) -> None:
    for claimer, mark in zip(others[15:18], ("杯盖有划痕", "里面有茶叶", "底上有贴纸"), strict=True):
        lostfound.decide(by=author, one=lostfound.claim(by=claimer, item=item, mark=mark), is_right=False)


def found_again(item: lostfound.Item, author: Actor, _hands: Hands, _others: list[Actor]) -> None:
    lostfound.settle(by=author, item=item, state="found")


def returned(item: lostfound.Item, author: Actor, _hands: Hands, _others: list[Actor]) -> None:
    lostfound.settle(by=author, item=item, state="returned")


def reported(item: lostfound.Item, _author: Actor, hands: Hands, _others: list[Actor]) -> None:
    lostfound.report(by=hands["teacher"], item=item, reason="这是图书馆的书，不是失物")


FATES: Final[dict[str, Fate]] = {
    "talked": talked,
    "claimed": claimed,
    "desk": at_desk,
    "handed": handed,
    "locked": locked,
    "reported": reported,
    "found": found_again,
    "returned": returned,
}


def drawing(thing: Thing) -> bytes:
    """A picture of it, drawn: on a desk, by its category."""
    picture = Image.new("RGB", SIZE, "#e9e1d2")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 420, 800, 600), fill="#cdbfa6")
    colour, edge = thing.drawn, "#10303e"
    if thing.category == "umbrella":
        pen.pieslice((170, 90, 630, 550), 180, 360, fill=colour, outline=edge, width=4)
        pen.line((400, 320, 400, 500), fill=edge, width=12)
        pen.arc((340, 460, 400, 530), 0, 180, fill=edge, width=12)
    elif thing.category == "book":
        pen.rectangle((240, 130, 560, 500), fill=colour, outline=edge, width=4)
        pen.rectangle((560, 145, 580, 490), fill="#fffefb", outline=edge, width=2)
        pen.rectangle((290, 200, 510, 260), fill="#fffefb")
    elif thing.category == "key":
        pen.ellipse((220, 180, 380, 340), outline=colour, width=34)
        pen.line((370, 290, 600, 440), fill=colour, width=34)
        pen.ellipse((250, 340, 350, 440), fill="#0f6292")
    elif thing.category == "clothes":
        pen.polygon(
            (
                (260, 160),
                (540, 160),
                (660, 300),
                (590, 350),
                (540, 290),
                (540, 520),
                (260, 520),
                (260, 290),
                (210, 350),
                (140, 300),
            ),
            fill=colour,
        )
    else:
        pen.rounded_rectangle((280, 200, 520, 500), 60, fill=colour, outline=edge, width=4)
        pen.rounded_rectangle((320, 150, 480, 220), 20, fill=edge)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85)
    return out.getvalue()
