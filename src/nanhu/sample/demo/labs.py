"""The laboratories of the sample campus: instruments to be booked, chemicals and small parts on cards, and what the law has inspected."""

from random import Random
from typing import Final

from nanhu.platforms.people import api as people
from nanhu.sample.demo.venues import instrument_rooms
from nanhu.sample.things import Stage, hand_of, rooms_of
from nanhu.systems.assets.sample import Goods, Hand, Inspected, Laboratory, Shared

INSTRUMENTS: Final = (
    (
        "扫描电子显微镜",
        "场发射扫描电子显微镜",
        "工作日 8:30—17:30",
        20_000,
        "初次使用先培训两小时；样品干燥、不导电的先喷金。",
    ),
    ("气相色谱-质谱联用仪", "气相色谱-质谱联用仪", "工作日 8:30—17:30", 12_000, "自带色谱柱；样品过 0.22 μm 滤膜。"),
    ("高性能计算集群", "高性能计算集群", "每天 8:00—22:00", 0, "先在信息中心开通账号；单个作业不超过 72 小时。"),
)
"""The venue, the thing, when, fen an hour, on what terms."""
CARDS: Final = (
    (
        "1032",
        "consumable",
        "超五类水晶头",
        "个",
        200,
        ((70, 1000, "季度采购"), (41, -380, "宿舍网口改造"), (6, -460, "机房布线")),
    ),
    ("1032", "consumable", "单模光纤跳线 3 m", "根", 20, ((70, 120, "季度采购"), (30, -40, "接入点扩容"))),
    ("1032", "consumable", "硒鼓 CF277A", "支", 3, ((50, 12, "采购"), (12, -4, "窗口打印机"))),
    (
        "1032",
        "hazardous",
        "无水乙醇 500 mL",
        "瓶",
        6,
        ((60, 12, "采购，擦拭光纤端面"), (20, -5, "光缆熔接"), (3, -3, "光缆熔接")),
    ),
    ("1014", "consumable", "资产标签纸 60 × 40 mm", "卷", 4, ((60, 20, "年度采购"), (15, -9, "秋季盘点补签"))),
    ("15", "hazardous", "无水乙醇 500 mL", "瓶", 20, ((50, 80, "采购"), (9, -24, "有机化学实验"))),
    ("15", "hazardous", "浓硫酸 500 mL", "瓶", 10, ((50, 16, "采购，双人双锁"), (4, -8, "无机化学实验，两人领用"))),
    ("15", "consumable", "一次性丁腈手套", "盒", 30, ((40, 100, "采购"), (2, -35, "基础化学实验周"))),
)
"""The unit, its kind, what, in what it is counted, fewer than how many are too few, and what moved."""
INSTITUTE: Final = "湖南省特种设备检验检测研究院"
INSPECTIONS: Final = (
    ("1016", "乘客电梯", "safety", 12, (12, 160), INSTITUTE, "passed"),
    ("1032", "气体灭火瓶组", "safety", 36, (12, 400), INSTITUTE, "passed"),
    ("1032", "不间断电源", "upkeep", 6, (-5, 50), "科华数据", "passed"),
    ("15", "立式压力蒸汽灭菌器", "safety", 12, (-2,), INSTITUTE, "failed"),
    ("15", "电子天平", "metrology", 12, (25, 90), "岳阳市计量检定所", "passed"),
    ("16", "数字示波器", "calibration", 12, (40,), "中国计量科学研究院", ""),
)
"""The unit, the thing, what for, each how many months, in how many days it ends, by whom, and how it went last."""


def laboratory_of(stage: Stage) -> Laboratory:
    """Of the units that are there."""
    keepers = {code: keeper for code in stage.unit_ids if (keeper := keeper_of(stage, code)) is not None}
    rooms = instrument_rooms()
    return Laboratory(
        keepers={stage.unit_ids[code]: keeper for code, keeper in keepers.items()},
        office=hand_of("assets"),
        shared=[
            Shared(name=name, room_id=stage.rooms[rooms[venue]], hours=hours, fee_fen=fen, conditions=terms)
            for venue, name, hours, fen, terms in INSTRUMENTS
            if rooms[venue] in stage.rooms
        ],
        goods=[
            Goods(
                unit_id=stage.unit_ids[code],
                room_id=rooms_of(stage, code, Random(code)),
                kind=kind,
                name=name,
                measure=measure,
                least=least,
                moves=moves,
            )
            for code, kind, name, measure, least, moves in CARDS
            if code in stage.unit_ids
        ],
        inspected=[
            Inspected(
                unit_id=stage.unit_ids[code],
                name=name,
                kind=kind,
                every_months=months,
                ends_in=days,
                inspector=inspector,
                result=result,
            )
            for code, name, kind, months, days, inspector, result in INSPECTIONS
            if code in stage.unit_ids
        ],
    )


def keeper_of(stage: Stage, code: str) -> Hand | None:
    post = people.find_post(stage.unit_ids[code], "asset_keeper")
    return Hand(actor=stage.keepers[code], person_id=post.person_ids[0]) if post is not None else None
