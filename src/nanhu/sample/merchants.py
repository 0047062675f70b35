"""Where campus cards are used: canteen windows and shops with their terminals."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

type Trade = Literal["meal", "shower", "laundry", "water", "shop", "printing", "clinic"]

CANTEENS = {
    "南院一食堂": ("N1", "南", "早点 自选快餐 浏阳蒸菜 岳阳米粉 湘味小炒 兰州拉面 麻辣烫 煲仔饭 教工餐 水果捞"),
    "南院二食堂": ("N2", "南", "早点 自选快餐 铁板饭 黄焖鸡 津市牛肉粉 重庆小面 石锅拌饭 清真窗口"),
    "东院三食堂": ("D3", "东", "早点 自选快餐 浏阳蒸菜 湘味小炒 长沙米粉 饺子馄饨 烤鸭饭 麻辣香锅 轻食沙拉"),
    "北院食堂": ("B1", "北", "早点 自选快餐 湘味小炒 岳阳米粉 瓦罐汤 盖码饭"),
}
BREAKFAST_WINDOWS = {"早点", "岳阳米粉", "津市牛肉粉", "长沙米粉", "饺子馄饨", "教工餐"}
BREAKFAST_ONLY = {"早点"}
PRICE_FACTORS = {
    "自选快餐": 0.9,
    "浏阳蒸菜": 0.85,
    "麻辣香锅": 1.35,
    "石锅拌饭": 1.1,
    "烤鸭饭": 1.15,
    "教工餐": 0.8,
    "轻食沙拉": 1.2,
    "水果捞": 0.7,
}
OTHERS: tuple[tuple[str, str, str, Trade, str, int], ...] = (
    ("shower.nan", "南苑浴室", "南苑", "shower", "南", 6),
    ("shower.dong", "东苑浴室", "东苑", "shower", "东", 4),
    ("shower.bei", "北苑浴室", "北苑", "shower", "北", 4),
    ("laundry.nan", "南苑自助洗衣", "南苑", "laundry", "南", 3),
    ("laundry.dong", "东苑自助洗衣", "东苑", "laundry", "东", 2),
    ("laundry.bei", "北苑自助洗衣", "北苑", "laundry", "北", 2),
    ("water.nan", "南苑直饮水", "南苑", "water", "南", 4),
    ("water.dong", "东苑直饮水", "东苑", "water", "东", 3),
    ("water.bei", "北苑直饮水", "北苑", "water", "北", 2),
    ("shop.nan", "南院教育超市", "南院", "shop", "南", 3),
    ("shop.dong", "东院教育超市", "东院", "shop", "东", 2),
    ("shop.bei", "北院便利店", "北院", "shop", "北", 1),
    ("shop.books", "南湖书店", "南院", "shop", "", 1),
    ("printing.library", "图书馆自助文印", "图书馆", "printing", "", 4),
    ("clinic", "校医院", "校医院", "clinic", "", 1),
)


BUS_FARE_FEN = 100
BUS_LINES = (("BUS01", "1 号线 湘F·A1001"), ("BUS02", "1 号线 湘F·A1002"), ("BUS03", "2 号线 湘F·A1003"))


@dataclass(frozen=True, slots=True)
class Terminal:
    number: str
    place: str


@dataclass(frozen=True, slots=True)
class Merchant:
    """`canteen` is the place it belongs to; `yard` the part of the campus it serves (南, 东, 北, empty for all)."""

    key: str
    name: str
    canteen: str
    trade: Trade
    yard: str
    terminals: tuple[Terminal, ...]
    serves_breakfast: bool = False
    serves_meals: bool = False
    price_factor: float = 1.0


@cache
def merchants() -> tuple[Merchant, ...]:
    return (*_windows(), *_others())


def _windows() -> list[Merchant]:
    found = []
    for canteen, (prefix, yard, names) in CANTEENS.items():
        for number, name in enumerate(names.split(), start=1):
            terminals = tuple(Terminal(f"{prefix}{number:02d}{side}", f"{canteen}{number}号窗口") for side in "AB")
            found.append(
                Merchant(
                    f"canteen.{prefix.lower()}.{number:02d}",
                    name,
                    canteen,
                    "meal",
                    yard,
                    terminals,
                    serves_breakfast=name in BREAKFAST_WINDOWS,
                    serves_meals=name not in BREAKFAST_ONLY,
                    price_factor=PRICE_FACTORS.get(name, 1.0),
                )
            )
    return found


def _others() -> list[Merchant]:
    found = []
    for number, (key, name, place, trade, yard, count) in enumerate(OTHERS, start=1):
        terminals = tuple(Terminal(f"S{number:02d}{one:02d}", f"{name}{one}号机") for one in range(1, count + 1))
        found.append(Merchant(key, name, place, trade, yard, terminals))
    return found
