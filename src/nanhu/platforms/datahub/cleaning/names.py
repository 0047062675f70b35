"""Names of persons: how they are kept, and how they are compared."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from nanhu.platforms.datahub.cleaning.text import Cell, text_of
from nanhu.platforms.datahub.codes import name_variants
from nanhu.platforms.people.api import pinyin_of

DOTS: Final = "·．.•‧・∙⋅"
HAN: Final = r"\u3007\u3400-\u9fff\U00020000-\U000323af"
DOT_BETWEEN: Final = re.compile(rf"(?<=[{HAN}]) ?[{re.escape(DOTS)}] ?(?=[{HAN}])")
REMARKS: Final = (
    "大|小|男|女|老|甲|乙|丙|丁|上|下|[a-z]|[0-9]{1,2}|[一二三四五六]|新|旧|本|研|博|硕|借调|返聘|外聘|退休|实习"
    rf"|(?:曾用名|原名|又名):?[{HAN}]{{0,4}}"
)
SUFFIX: Final = re.compile(rf"(?<=[{HAN}])(\((?:{REMARKS})?\)|\d{{1,2}})$", re.IGNORECASE)
"""What else stands in brackets may be the parts of a character that could not be typed: 孟(女洁) is no 孟."""
COMMON: Final = re.compile(r"[\u3400-\u9fff]*")
"""Of which nothing is taken away and nothing joins."""
HAN_NAME: Final = re.compile(rf"^[{HAN}](?:[{HAN}·]*[{HAN}])?$")
LATIN_NAME: Final = re.compile(r"^[^\W\d_](?:[^\W\d_]|[ '’.,\-])*$")
NO_NAMES: Final = ("测试", "姓名", "合计", "无名", "未知")
LONGEST: Final = 60


def clean_name(cell: Cell) -> str:
    """张 伟（大） → 张伟; 阿迪力．买买提 → 阿迪力·买买提; Latin names keep their case."""
    text = text_of(cell)
    if not COMMON.fullmatch(text) and any(is_han(c) for c in text):
        text = unicodedata.normalize("NFC", "".join(text.split()))  # a mark that stood apart joins its letter
        text = DOT_BETWEEN.sub("·", text)
        while (shorter := SUFFIX.sub("", text)) != text:
            text = shorter
    return text


def is_name(name: str) -> bool:
    """Characters of one script family, nothing lost ('?', '□'), no digits, no test entry."""
    if not name or len(name) > LONGEST or any(word in name for word in NO_NAMES):
        return False
    return bool(HAN_NAME.match(name) or LATIN_NAME.match(name))


def is_han(character: str) -> bool:
    return character == "〇" or "㐀" <= character <= "鿿" or character >= "\U00020000"


@lru_cache(maxsize=200_000)
def folded(name: str) -> str:
    """For comparing only: no dots, no spaces, usual characters, lower case."""
    plain = "".join(c for c in name.casefold() if c not in DOTS and not c.isspace())
    return plain.translate(name_variants())


def sounds_like(left: str, right: str) -> bool:
    return sound_of(left) == sound_of(right)


@lru_cache(maxsize=20_000)
def sound_of(name: str) -> str:
    return pinyin_of(folded(name)).replace(" ", "")


def differs_in_one(left: str, right: str) -> bool:
    """One character replaced by another, the rest the same; a name of one character has no rest."""
    a, b = folded(left), folded(right)
    return len(a) == len(b) > 1 and sum(x != y for x, y in zip(a, b, strict=True)) == 1


def same_name(left: str, right: str) -> bool:
    return folded(left) == folded(right)


def is_near(left: str, right: str) -> bool:
    return same_name(left, right) or differs_in_one(left, right) or sounds_like(left, right)
