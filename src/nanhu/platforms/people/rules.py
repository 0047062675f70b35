"""Names, numbers and pinyin: pure functions, no database."""

import re
from datetime import date
from functools import lru_cache
from operator import mul
from typing import Final

from nanhu.kernel.folding import halfwidth, unspaced

COMPOUND_SURNAMES: Final = frozenset(
    [
        "欧阳",
        "太史",
        "端木",
        "上官",
        "司马",
        "东方",
        "独孤",
        "南宫",
        "万俟",
        "闻人",
        "夏侯",
        "诸葛",
        "尉迟",
        "公羊",
        "赫连",
        "澹台",
        "皇甫",
        "宗政",
        "濮阳",
        "公冶",
        "太叔",
        "申屠",
        "公孙",
        "慕容",
        "仲孙",
        "钟离",
        "长孙",
        "宇文",
        "司徒",
        "鲜于",
        "司空",
        "闾丘",
        "子车",
        "亓官",
        "司寇",
        "巫马",
        "公西",
        "颛孙",
        "壤驷",
        "公良",
        "漆雕",
        "乐正",
        "宰父",
        "谷梁",
        "拓跋",
        "夹谷",
        "轩辕",
        "令狐",
        "段干",
        "百里",
        "呼延",
        "东郭",
        "南门",
        "羊舌",
        "微生",
        "公户",
        "公玉",
        "公仪",
        "梁丘",
        "公仲",
        "公上",
        "公门",
        "公山",
        "公坚",
        "左丘",
        "公伯",
        "西门",
        "公祖",
        "第五",
        "公乘",
        "贯丘",
        "公皙",
        "南荣",
        "东里",
        "东宫",
        "仲长",
        "子书",
        "子桑",
        "即墨",
        "达奚",
        "褚师",
    ]
)
"""Two-character surnames (复姓)."""

SURNAME_READINGS: Final[dict[str, str]] = {
    "曾": "zeng",
    "单": "shan",
    "解": "xie",
    "仇": "qiu",
    "区": "ou",
    "查": "zha",
    "任": "ren",
    "盖": "ge",
    "朴": "piao",
    "乐": "yue",
    "缪": "miao",
    "尉": "wei",
    "华": "hua",
    "翟": "zhai",
    "召": "shao",
    "员": "yun",
    "种": "chong",
    "冼": "xian",
    "隗": "wei",
    "秘": "bi",
    "折": "she",
    "黑": "he",
    "繁": "po",
    "佴": "nai",
    "逄": "pang",
    "覃": "qin",
    "谌": "chen",
    "宓": "mi",
    "那": "na",
    "钭": "tou",
    "麻": "ma",
    "车": "che",
    "过": "guo",
    "相": "xiang",
    "洗": "xian",
    "葛": "ge",
    "燕": "yan",
    "宁": "ning",
    "应": "ying",
    "於": "yu",
    "句": "gou",
    "晟": "cheng",
    "呙": "guo",
    "祭": "zhai",
    "郇": "xun",
    "郗": "xi",
    "郄": "qie",
    "阚": "kan",
    "芮": "rui",
    "牟": "mu",
    "卜": "bu",
    "万": "wan",
    "俞": "yu",
    "兴": "xing",
    "干": "gan",
    "纪": "ji",
    "哈": "ha",
    "眭": "sui",
    "曲": "qu",
    "盛": "sheng",
    "石": "shi",
    "沈": "shen",
    "柏": "bai",
    "贾": "jia",
    "省": "xing",
    "少": "shao",
    "冯": "feng",
    "重": "chong",
    "万俟": "mo qi",
    "尉迟": "yu chi",
    "长孙": "zhang sun",
    "澹台": "tan tai",
    "鲜于": "xian yu",
    "单于": "chan yu",
    "亓官": "qi guan",
    "令狐": "ling hu",
    "呼延": "hu yan",
    "乐正": "yue zheng",
    "仲长": "zhong chang",
    "夏侯": "xia hou",
    "谷梁": "gu liang",
    "宰父": "zai fu",
    "漆雕": "qi diao",
    "拓跋": "tuo ba",
    "达奚": "da xi",
}
"""Characters that read otherwise as a surname; the dictionary of pypinyin knows words, not families."""

SEXES: Final = ("0", "1", "2", "9")  # GB/T 2261.1
RESIDENT_ID: Final = "1"  # SFZJLX 居民身份证
WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS: Final = "10X98765432"
OLD_ID_LENGTH: Final = 15
ID_LENGTH: Final = 18
MOBILE_LENGTH: Final = 11
MOBILE: Final = re.compile(r"1[3-9][0-9]{9}")
COMMON: Final = re.compile(r"[\u3400-\u9fff]*")
"""A name as nearly all are."""
SHORTEST_ABROAD, LONGEST_ABROAD = 7, 15  # E.164


def state_on(today: date, *, state: str, starts_on: date, ends_on: date | None) -> str:
    """What an affiliation that an office calls `state` is on this day: its last day is over, or its first is to come."""
    if state == "ended" or (ends_on is not None and ends_on < today):
        return "ended"
    return "planned" if starts_on > today else state


def id_check_character(first_seventeen: str) -> str:
    """The eighteenth character of GB 11643."""
    if len(first_seventeen) != len(WEIGHTS):
        raise ValueError("seventeen digits are needed")
    return CHECK_CHARACTERS[sum(map(mul, map(int, first_seventeen), WEIGHTS)) % 11]


def normalise_campus_no(typed: str) -> str:
    """As it is looked for, whichever width and case it was typed in."""
    return halfwidth(typed).strip().upper()


def normalise_document(number: str) -> str:
    """One spelling per document number: half width, upper case, no spaces or dashes, fifteen digits made eighteen."""
    is_plain = number.isascii() and number.isalnum()
    plain = number.upper() if is_plain else "".join(c for c in halfwidth(number).upper() if c.isalnum())
    if len(plain) == OLD_ID_LENGTH and plain.isascii() and plain.isdigit():
        longer = plain[:6] + "19" + plain[6:]
        return longer + id_check_character(longer)
    return plain


def normalise_phone(number: str) -> str:
    """Digits only, without the country's 86. "+1 312 555 0199" has as many as a mobile of the mainland: it keeps a 00, as it is
    dialled from here."""
    is_plain = number.isascii() and number.isdigit()
    digits = number if is_plain else "".join(c for c in halfwidth(number) if c in "0123456789")
    if digits.startswith("86") and len(digits) == MOBILE_LENGTH + 2:
        return digits[2:]
    is_abroad = not is_plain and halfwidth(number).lstrip().startswith("+")
    return f"00{digits}" if is_abroad and MOBILE.fullmatch(digits) else digits


def is_phone(typed: str) -> bool:
    """A mobile number of the mainland, with or without 86; one of another country with its + or 00 before it (E.164)."""
    spelt, digits = halfwidth(typed).strip(), normalise_phone(typed)
    if MOBILE.fullmatch(digits):
        return True
    is_abroad = spelt.startswith(("+", "00")) and not digits.removeprefix("00").startswith(("0", "86"))
    return is_abroad and SHORTEST_ABROAD <= len(digits.removeprefix("00")) <= LONGEST_ABROAD


def normalise_name(name: str) -> str:
    """For comparing: half width, no spaces and dots, lower case."""
    return "".join(c for c in halfwidth(name).lower() if c not in " ·•‧・.．")


def comparable_name(name: str) -> str:
    """As a list of an office and our record write the same name: half width, no spaces, one dot."""
    return unspaced(name).casefold().replace("•", "·")


def is_han(character: str) -> bool:
    return "㐀" <= character <= "鿿" or "\U00020000" <= character <= "\U000323af" or character == "〇"


def split_surname(name: str) -> tuple[str, str]:
    """欧阳修 → (欧阳, 修); 曾国藩 → (曾, 国藩)."""
    if len(name) > 2 and name[:2] in COMPOUND_SURNAMES:  # noqa: PLR2004  (a compound surname has two characters)
        return name[:2], name[2:]
    return name[:1], name[1:]


@lru_cache(maxsize=50_000)
def _reading(text: str) -> tuple[str, ...]:
    from pypinyin import Style, lazy_pinyin  # has a large dictionary

    return tuple(lazy_pinyin(text, style=Style.NORMAL, errors="ignore", v_to_u=False))


def pinyin_of(name: str) -> str:
    """Lower-case pinyin, surname and given name apart: 曾国藩 → "zeng guofan". A foreign name stays, in lower case."""
    plain = name if COMMON.fullmatch(name) else without_dots(name)
    if not plain:
        return " ".join(name.lower().split())
    surname, given = split_surname(plain) if "·" not in name else (plain, "")
    read = SURNAME_READINGS.get(surname, "").replace(" ", "") or "".join(_reading(surname))
    return " ".join(part for part in (read, "".join(_reading(given))) if part)


def own_reading(name: str, typed: str) -> tuple[str, str] | None:
    """Pinyin and initials of a Chinese name as its bearer reads it, where each of its characters can be read so; else None."""
    plain = without_dots(name)
    letters = "".join(c for c in typed.lower().replace("ü", "v") if c not in " '’-")
    if not plain or not all(map(is_han, plain)) or not (letters.isascii() and letters.isalpha()):
        return None
    syllables = syllables_of(plain, letters)
    if syllables is None:
        return None
    surname = len(split_surname(plain)[0]) if "·" not in name else len(plain)
    parts = ("".join(syllables[:surname]), "".join(syllables[surname:]))
    return " ".join(filter(None, parts)), "".join(one[0] for one in syllables)


def syllables_of(characters: str, letters: str) -> list[str] | None:
    """`letters` cut into one reading for each character, if they are that."""
    if not characters:
        return None if letters else []
    for one in all_readings(characters[0]):
        rest = syllables_of(characters[1:], letters.removeprefix(one)) if letters.startswith(one) else None
        if rest is not None:
            return [one, *rest]
    return None


def all_readings(character: str) -> list[str]:
    """The longest first; ü as v, and as passports write it."""
    from pypinyin import Style, pinyin  # has a large dictionary

    [known] = pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore", v_to_u=False) or [[]]
    found = {*known, *SURNAME_READINGS.get(character, "").split()}
    return sorted(found | {one.replace("v", "yu") for one in found}, key=lambda one: (-len(one), one))


def without_dots(name: str) -> str:
    """ "" where no character of it is Chinese."""
    return "".join(c for c in name if c not in "·•‧・ ") if any(map(is_han, name)) else ""


def initials_of(name: str) -> str:
    """First letters, for a clerk in a hurry: 曾国藩 → "zgf"."""
    han = name if COMMON.fullmatch(name) else [c for c in name if is_han(c)]
    if not han:
        return "".join(word[0] for word in name.lower().split())
    surname, given = split_surname("".join(han))
    first = SURNAME_READINGS.get(surname, "").split() or [r for c in surname for r in _reading(c)]
    return "".join(reading[:1] for reading in [*first, *(r for c in given for r in _reading(c))])


def masked_name(name: str) -> str:
    """A name on a screen that others can see: 林*满, 陈*; of a foreign one the first letter of each word."""
    if name.isascii():
        return " ".join(f"{word[0]}***" for word in name.split())
    return name[:1] + "*" * max(1, len(name) - 2) + (name[-1] if len(name) > len("张三") else "")
