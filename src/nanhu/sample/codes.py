"""How offices write codes: sex, ethnic group, country, document kind, category."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nanhu.sample.dirt import Dirt
    from nanhu.sample.persons import Human

SEX_WORDS = {"1": "男", "2": "女"}
SEX_CODES = {"1": ("男性", "M", "1", "male"), "2": ("女性", "F", "2", "female")}
SEX_UNKNOWN = ("不详", "", "未知", "-")
COUNTRIES = {
    "CHN": ("中国", "中国", "中国", "CHN", "156", "中华人民共和国"),
    "HKG": ("中国香港", "香港", "HKG"),
    "MAC": ("中国澳门", "澳门", "MAC"),
    "TWN": ("中国台湾", "台湾", "TWN"),
    "PAK": ("巴基斯坦", "PAK"),
    "BGD": ("孟加拉国", "孟加拉", "BGD"),
    "VNM": ("越南", "VNM"),
    "LAO": ("老挝", "LAO"),
    "THA": ("泰国", "THA"),
    "RUS": ("俄罗斯", "俄罗斯联邦", "RUS"),
    "KOR": ("韩国", "KOR"),
    "NPL": ("尼泊尔", "NPL"),
    "USA": ("美国", "USA"),
    "GBR": ("英国", "GBR"),
    "JPN": ("日本", "JPN"),
    "GHA": ("加纳", "GHA"),
    "NGA": ("尼日利亚", "NGA"),
    "KAZ": ("哈萨克斯坦", "KAZ"),
    "IDN": ("印度尼西亚", "印尼", "IDN"),
}
DOCUMENT_WORDS = {
    "resident_id": ("居民身份证", "身份证", "居民身份证", "二代身份证", "1"),
    "hmt_residence_permit": ("港澳台居民居住证", "港澳台居住证"),
    "foreign_permanent_residence": ("外国人永久居留身份证", "外国人永居证"),
    "passport": ("护照", "普通护照", "外国护照", "A"),
}
CATEGORY_WORDS = {
    "正式在编": ("在编", "事业编制", "正式"),
    "人事代理": ("代理", "人事代理制"),
    "劳务派遣": ("派遣", "劳务派遣制"),
    "研究生": ("硕士研究生", "硕士生"),
    "统招本科": ("本科", "普通本科", "本科生", "统招本科生"),
    "专升本": ("专科起点本科", "专升本学生"),
    "留学生": ("国际学生", "来华留学生"),
    "五年制": ("五年制本科", "本科（五年）"),
    "临聘": ("临时聘用", "临聘人员"),
    "讲学": ("短期讲学",),
    "公务": ("公务来访",),
    "培训": ("培训学员",),
    "访问": ("访问学者",),
    "交流": ("交流人员", "校际交流"),
}
CATEGORY_UNKNOWN = ("其他", "待定", "", "见附件", "99")


@cache
def ethnic_groups() -> dict[str, tuple[str, str]]:
    """GB/T 3304: number → letters and name."""
    text = (Path(__file__).parent / "names" / "ethnic.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return {code: (letters, name) for code, letters, name in rows}


def sex_cell(dirt: Dirt, human: Human) -> tuple[str, str | None]:
    """The cell, and what it says (from an ID number, where there is one, sex is known whatever the column says)."""
    has_number = human.document_number[:17].isdecimal() and len(human.document_number) == 18
    if dirt.happens("unknown_sex"):
        return dirt.rng.choice(SEX_UNKNOWN), human.sex if has_number else None
    if has_number and dirt.happens("contradicting_columns"):
        return SEX_WORDS["2" if human.sex == "1" else "1"], human.sex
    if dirt.happens("coded_sex"):
        return dirt.rng.choice(SEX_CODES[human.sex]), human.sex
    return SEX_WORDS[human.sex], human.sex


def ethnic_cell(dirt: Dirt, human: Human) -> tuple[str, str | None]:
    if human.ethnic is None:
        return dirt.rng.choice(("", "", "外国籍")), None
    if dirt.happens("unknown_ethnic"):
        return dirt.rng.choice(("不详", "", "—")), None
    letters, name = ethnic_groups()[human.ethnic]
    if dirt.happens("coded_ethnic"):
        return dirt.rng.choice((name.removesuffix("族"), human.ethnic, letters)), human.ethnic
    return dirt.text(name), human.ethnic


def country_cell(dirt: Dirt, human: Human) -> str:
    return dirt.text(dirt.rng.choice(COUNTRIES[human.nationality]))


def document_kind_cell(dirt: Dirt, human: Human) -> str:
    return dirt.rng.choice(DOCUMENT_WORDS[human.document_kind])


def category_cell(dirt: Dirt, category: str) -> str:
    return dirt.rng.choice(CATEGORY_WORDS[category]) if dirt.happens("coded_category") else dirt.text(category)
