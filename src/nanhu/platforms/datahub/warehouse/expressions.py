"""Cleaning expressions: what the functions of `cleaning/` do to a cell, in the SQL of DuckDB. Spark's is made of it (`dialects.py`).

The functions are the measure: a test holds each kind against its function, cell by cell. A kind is a list of steps, each an
expression over `{x}`, the cell after the step before; what cannot be read is NULL. Where a function reads more, the cell is NULL
here and never another value."""

import unicodedata
from collections.abc import Mapping
from functools import cache, reduce
from typing import Final

from nanhu.platforms.datahub.cleaning.contacts import LENGTH
from nanhu.platforms.datahub.cleaning.dates import FIRST_OF_1900, SERIALS
from nanhu.platforms.datahub.cleaning.names import DOTS, LONGEST, NO_NAMES
from nanhu.platforms.datahub.cleaning.text import EMPTY_WORDS, TEXT_MARKS

HAN: Final = "〇㐀-鿿\U00020000-\U000323af"
UNUSUAL: Final = f"[^!-~ ·—“”、。《》{HAN}]"
"""What folding may change; most cells hold none of it."""
LONGER: Final = "…ⅡⅢⅣⅥⅦⅧⅨⅪⅫ㎡㎝㎜㎏㎎㎞℃№℡⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
"""Signs that NFKC makes several of, as far as offices write them."""
FULL_WIDTH: Final = {chr(ord(one) + 0xFEE0): one for one in map(chr, range(0x21, 0x7F))}
SURROGATES: Final = range(0xD800, 0xE000)
NUMERALS: Final = "〇零○一二三四五六七八九"
TEN: Final = "¤"
TENS: Final = (
    *((f"{ten}十", f"{ten}{TEN}") for ten in "一二三"),
    ("十", f"一{TEN}"),
    *((f"{TEN}{one}", one) for one in "一二三四五六七八九"),
    (TEN, "0"),
)
"""二十一 is 21, 二十 is 20, 十一 is 11."""
REMARKS: Final = (
    "大|小|男|女|老|甲|乙|丙|丁|上|下|[a-zA-Z]|[0-9]{1,2}|[一二三四五六]|新|旧|本|研|博|硕|借调|返聘|外聘|退休|实习"
    f"|(曾用名|原名|又名):?[{HAN}]{{0,4}}"
)
SUFFIX: Final = f"([(]({REMARKS})?[)]|[0-9]{{1,2}})$"
WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
type Steps = tuple[str, ...]


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def within(expression: str, x: str) -> str:
    """Not by `format`: patterns are full of braces."""
    return expression.replace("{x}", x)


@cache
def folds() -> tuple[tuple[str, str], tuple[str, str]]:
    """(what is folded, to what): what is usual, and all single signs that NFKC makes others. Spaces are one, invisible marks go."""
    signs = [chr(one) for one in range(1, 0x10000) if one not in SURROGATES]
    invisible = "".join(one for one in signs if unicodedata.category(one) in {"Cf", "Cc"} and not one.isspace())
    every = {one: folded for one in signs if len(folded := unicodedata.normalize("NFKC", one)) == 1}
    spaces = {one: " " for one in signs if one != " " and every.get(one, one).isspace()}
    usual = FULL_WIDTH | spaces
    rare = {one: folded for one, folded in every.items() if folded != one} | usual
    return ("".join(usual) + invisible, "".join(usual.values())), ("".join(rare) + invisible, "".join(rare.values()))


def translated(x: str, fold: tuple[str, str]) -> str:
    return f"translate({x}, {quoted(fold[0])}, {quoted(fold[1])})"


def text() -> Steps:
    """`cleaning.text.text_of`; what says that it is empty is NULL."""
    usual, rare = folds()
    longer = reduce(
        lambda sql, sign: f"replace({sql}, '{sign}', {quoted(unicodedata.normalize('NFKC', sign))})", LONGER, "{x}"
    )
    folded = (
        f"CASE WHEN NOT regexp_matches({{x}}, {quoted(UNUSUAL)}) THEN {{x}}"
        f" WHEN NOT regexp_matches({translated('{x}', usual)}, {quoted(UNUSUAL)}) THEN {translated('{x}', usual)}"
        f" ELSE {translated(longer, rare)} END"
    )
    marks = quoted(TEXT_MARKS.replace("\t", "") + " ")
    single = f"trim(CASE WHEN {{x}} LIKE '%  %' THEN regexp_replace({{x}}, ' +', ' ', 'g') ELSE {{x}} END, {marks})"
    empty = ", ".join(quoted(one) for one in sorted(EMPTY_WORDS))
    unwrapped = (
        "CASE WHEN {x} LIKE '=%' AND regexp_matches({x}, '^= *\".*\"$')"
        " THEN nullif(trim(regexp_extract({x}, '^= *\"(.*)\"$', 1), ' '), '')"
        f" WHEN lower({{x}}) IN ({empty}) THEN NULL ELSE {{x}} END"
    )
    return (folded, single, unwrapped)


def whole(x: str) -> str:
    """`cleaning.text.whole`."""
    return (
        f"CASE WHEN regexp_matches({x}, '[0-9][.]0{{1,2}}$') THEN regexp_replace({x}, '[.]0{{1,2}}$', '') ELSE {x} END"
    )


def code() -> Steps:
    """`cleaning.text.squeezed`."""
    return ("replace({x}, ' ', '')",)


def number(pattern: str, width: int = 0) -> Steps:
    """`cleaning.numbers.NumberShape`. `pattern`: what RE2 and Java read alike."""
    short = "^[0-9]{1," + str(max(width - 1, 1)) + "}$"
    filled = f"CASE WHEN regexp_matches({{x}}, '{short}') THEN lpad({{x}}, {width}, '0') ELSE {{x}} END"
    return (
        f"upper({whole("replace({x}, ' ', '')")})",
        *([filled] if width > 1 else []),
        f"CASE WHEN regexp_matches({{x}}, {quoted(f'^({pattern})$')}) THEN {{x}} END",
    )


def phone() -> Steps:
    """`cleaning.contacts.clean_phone`."""
    mobile = "'^1[3-9][0-9]{9}$'"
    digits = f"list_transform(string_split_regex({{x}}, '[/,;、|或]'), lambda p: regexp_replace({whole('trim(p)')}, '[^0-9]', '', 'g'))"
    shorter = (
        f"list_transform({digits}, lambda d: CASE WHEN length(d) = {LENGTH + 4} AND d LIKE '0086%' THEN substr(d, 5)"
        f" WHEN length(d) = {LENGTH + 2} AND d LIKE '86%' THEN substr(d, 3)"
        f" WHEN length(d) = {2 * LENGTH} THEN substr(d, 1, {LENGTH}) ELSE d END)"
    )
    found = f"list_filter({shorter}, lambda m: regexp_matches(m, {mobile}))[1]"
    return (f"CASE WHEN {{x}} IS NULL THEN NULL WHEN regexp_matches({{x}}, {mobile}) THEN {{x}} ELSE {found} END",)


def check_sign(digits: list[str]) -> str:
    """The eighteenth sign of GB 11643."""
    total = " + ".join(f"{weight} * {one}" for weight, one in zip(WEIGHTS, digits, strict=True))
    return f"substr('10X98765432', CAST(({total}) % 11 AS INTEGER) + 1, 1)"


def digit(place: int) -> str:
    return f"TRY_CAST(substr({{x}}, {place}, 1) AS INTEGER)"


def document(today: str) -> Steps:
    """The number of `cleaning.documents.clean_document`, of what is a document without a word of its kind."""
    old = [*(digit(n) for n in range(1, 7)), "1", "9", *(digit(n) for n in range(7, 16))]
    longer = f"concat(substr({{x}}, 1, 6), '19', substr({{x}}, 7), {check_sign(old)})"
    birth = "TRY_CAST(concat(substr({x}, 7, 4), '-', substr({x}, 11, 2), '-', substr({x}, 13, 2)) AS DATE)"
    sound = (
        f"{birth} >= CAST('1900-01-01' AS DATE) AND {birth} <= CAST({quoted(today)} AS DATE)"
        f" AND substr({{x}}, 18, 1) = {check_sign([digit(n) for n in range(1, 18)])}"
    )
    held = (
        f"CASE WHEN regexp_matches({{x}}, '^[0-9]{{17}}[0-9X]$') THEN CASE WHEN {sound} THEN {{x}} END"
        " WHEN regexp_matches({x}, '^([A-Z]{1,2}[0-9]{6,9}|[A-Z]{3}[0-9]{12})$') THEN {x} END"
    )
    return (
        "upper(regexp_replace(replace({x}, '×', 'X'), '[^\\pL\\pN]', '', 'g'))",
        f"CASE WHEN regexp_matches({{x}}, '^[0-9]{{15}}$') THEN {longer} ELSE {{x}} END",
        held,
    )


def iso(year: str, month: str, day: str = "'1'") -> str:
    return f"concat({year}, '-', lpad({month}, 2, '0'), '-', lpad({day}, 2, '0'))"


def serial(x: str) -> str:
    count = f"TRY_CAST({x} AS INTEGER)"
    return (
        f"CASE WHEN {count} >= {SERIALS.start} AND {count} < {SERIALS.stop}"
        f" THEN CAST(CAST('1899-12-30' AS DATE) + {count} AS VARCHAR) END"
    )


def day() -> Steps:
    """`cleaning.dates.clean_date`, as ISO text."""
    midnight = "replace({x}, ' 00:00:00', '')"
    close = f"CASE WHEN {midnight} LIKE '%T%' OR {midnight} LIKE '%:%' THEN {midnight} ELSE replace({midnight}, ' ', '') END"
    tens = reduce(lambda sql, pair: f"replace({sql}, '{pair[0]}', '{pair[1]}')", TENS, "{x}")
    digits = (
        f"CASE WHEN {{x}} LIKE '%年%' THEN translate(CASE WHEN {{x}} LIKE '%十%' THEN {tens} ELSE {{x}} END,"
        f" '{NUMERALS}', '000123456789')"
        " WHEN regexp_matches({x}, '^([0-9]{8}|[0-9]{6})[.]0{1,2}$') THEN regexp_replace({x}, '[.]0{1,2}$', '') ELSE {x} END"
    )
    full = "'^([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})[日号]?([T ][0-9]{1,2}:[0-9]{2}.*)?$'"
    month = "'^([0-9]{4})[-/.年]([0-9]{1,2})月?$'"
    points = "'^([0-9]{2})[.]([0-9]{1,2})[.]([0-9]{1,2})$'"
    short = "'^([0-9]{2})年([0-9]{1,2})月([0-9]{1,2})[日号]$'"
    short_month = "'^([0-9]{2})年([0-9]{1,2})月$'"

    def part(pattern: str, place: int) -> str:
        return f"regexp_extract({{x}}, {pattern}, {place})"

    def century(pattern: str) -> str:
        two = part(pattern, 1)
        return f"concat(CASE WHEN {two} >= '{FIRST_OF_1900}' THEN '19' ELSE '20' END, {two})"

    read = (
        f"CASE WHEN regexp_matches({{x}}, '^[0-9]{{8}}$') THEN {iso('substr({x}, 1, 4)', 'substr({x}, 5, 2)', 'substr({x}, 7, 2)')}"
        f" WHEN regexp_matches({{x}}, '^[0-9]{{6}}$') THEN {iso('substr({x}, 1, 4)', 'substr({x}, 5, 2)')}"
        f" WHEN regexp_matches({{x}}, '^[0-9]{{1,5}}$') THEN {serial('{x}')}"
        f" WHEN regexp_matches({{x}}, {full}) THEN {iso(part(full, 1), part(full, 2), part(full, 3))}"
        f" WHEN regexp_matches({{x}}, {month}) THEN {iso(part(month, 1), part(month, 2))}"
        f" WHEN regexp_matches({{x}}, {points}) THEN {iso(century(points), part(points, 2), part(points, 3))}"
        f" WHEN regexp_matches({{x}}, {short}) THEN {iso(century(short), part(short, 2), part(short, 3))}"
        f" WHEN regexp_matches({{x}}, {short_month}) THEN {iso(century(short_month), part(short_month, 2))}"
        f" WHEN regexp_matches({{x}}, '^[0-9]{{5}}[.][0-9]+$') THEN {serial('substr({x}, 1, 5)')} END"
    )
    held = "TRY_CAST({x} AS DATE)"
    bounded = (
        f"CASE WHEN {held} >= CAST('1900-01-01' AS DATE) AND {held} <= CAST('2100-01-01' AS DATE)"
        f" THEN CAST({held} AS VARCHAR) END"
    )
    return (close, digits, read, bounded)


def name() -> Steps:
    """`cleaning.names.clean_name`, where it is a name at all. A mark that stands apart from its letter is read by the function alone."""
    close = f"CASE WHEN regexp_matches({{x}}, '[{HAN}]') THEN replace({{x}}, ' ', '') ELSE {{x}} END"
    dotted = f"CASE WHEN regexp_matches({{x}}, '[{HAN}][{DOTS}][{HAN}]') THEN translate({{x}}, '{DOTS}', '{'·' * len(DOTS)}') ELSE {{x}} END"
    shorter = (
        f"CASE WHEN regexp_matches({{x}}, '[{HAN}]{SUFFIX}') THEN regexp_replace({{x}}, '{SUFFIX}', '') ELSE {{x}} END"
    )
    tests = " AND ".join(f"{{x}} NOT LIKE '%{one}%'" for one in NO_NAMES)
    is_name = (
        f"length({{x}}) <= {LONGEST} AND {tests} AND (regexp_matches({{x}}, '^[{HAN}]([{HAN}·]*[{HAN}])?$')"
        " OR regexp_matches({x}, '^\\pL(\\pL|[ ''’.,-])*$'))"
    )
    return (close, dotted, shorter, shorter, f"CASE WHEN {is_name} THEN {{x}} END")


def count() -> Steps:
    """A whole number as text, without leading zeros."""
    plain = whole("replace(replace({x}, ' ', ''), ',', '')")
    return (plain, "CASE WHEN regexp_matches({x}, '^-?[0-9]{1,18}$') THEN CAST(CAST({x} AS BIGINT) AS VARCHAR) END")


def yuan() -> Steps:
    """Money in fen, as text: ¥1,203.5 is 120350."""
    plain = "replace(replace(replace(replace({x}, ' ', ''), ',', ''), '¥', ''), '元', '')"
    cents = "rpad(coalesce(regexp_extract({x}, '[.]([0-9]{1,2})$', 1), ''), 2, '0')"
    fen = (
        "CASE WHEN regexp_matches({x}, '^-?[0-9]{1,13}([.][0-9]{1,2})?$')"
        f" THEN CAST(CAST(concat(regexp_extract({{x}}, '^(-?[0-9]+)', 1), {cents}) AS BIGINT) AS VARCHAR) END"
    )
    return (plain, fen)


def word(values: Mapping[str, str]) -> Steps:
    """A code by the source's word for it, or as it is."""
    said = " ".join(f"WHEN {quoted(one)} THEN {quoted(known)}" for one, known in values.items())
    own = " ".join(
        f"WHEN {quoted(one)} THEN {quoted(one)}" for one in dict.fromkeys(values.values()) if one not in values
    )
    return ("replace({x}, ' ', '')", f"CASE {{x}} {said} {own} END")


SEALED: Final = frozenset({"phone", "document"})
"""Of these kinds what is kept is a keyed digest."""
