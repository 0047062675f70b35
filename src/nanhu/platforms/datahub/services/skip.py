"""Lines of a file that are no records: repeated headers, totals, blank lines and notes below the table."""

import re
from collections.abc import Mapping
from typing import Final

from nanhu.platforms.datahub.cleaning.text import Cell, squeezed
from nanhu.platforms.datahub.reading.headers import ELSE, label_of, parts_of, plain_label
from nanhu.platforms.datahub.reading.synonyms import OF_SOURCE

TOTALS: Final = ("合计", "总计", "小计", "共计", "总数")
FEET: Final = re.compile(
    r"^(制表|填表|审核|复核|打印|导出|经办|负责人|单位负责人|联系人|填报|报送|说明|备注|注)[人日单时期]{0,2}(间|期|位)?[:：]",
    re.MULTILINE,
)
"""How the lines below a table begin: who made it, when it was printed."""
SECOND_HEADS: Final = frozenset(
    plain_label(text) for names in OF_SOURCE.values() for text in names.get("campus_no", "").split()
) | {"必填", "必填项", "选填"}
"""In the column of the campus number: abbreviations under the Chinese headings, or whether a column must be filled."""
ENDS_IN_DIGIT: Final = any(text[-1:].isdecimal() for text in SECOND_HEADS)
PLAIN_CELLS: Final = re.compile(r"[0-9A-Za-z.@_/+\-\u3400-\u9fff]*")
"""Without colons, and without what is taken away when a cell is read."""
FEWEST_REPEATS: Final = 2
FEWEST_VALUES: Final = 2
MOST_KNOWN: Final = 20_000
FEWEST_CELLS: Final = 3
"""A line with more is a row, and what a remark of it begins with is of no account."""


class Skips:
    """`is_no_record` of many lines of a file, whose columns mostly say the same again and again: of a cell that says nothing of the
    kind, in any place, that is known."""

    def __init__(self, columns: Mapping[str, str]) -> None:
        self.columns = columns
        self.read = [(header, label_of(parts_of(header)[0])) for header in columns.values()]
        self.labels = {label for _header, label in self.read}
        self.number = columns.get("campus_no", "")
        self.is_simple = not any(ELSE in header for header in columns.values()) and not ENDS_IN_DIGIT
        self.plain: set[str] = set()

    def __call__(self, cells: Mapping[str, Cell]) -> bool:
        found = 0
        for header, cell in cells.items():
            if cell is None or cell == "":
                continue
            if not isinstance(cell, str) or not (cell in self.plain or self.is_plain(cell)):
                return self.is_none(cells)
            found += ELSE not in header
        return found < FEWEST_VALUES and self.is_none(cells)

    def is_none(self, cells: Mapping[str, Cell]) -> bool:
        """The same of one line, whatever was seen before."""
        return not self.is_surely_one(cells) and self.is_none_at_length(cells)

    def is_surely_one(self, cells: Mapping[str, Cell]) -> bool:
        """Nearly all are: several plain cells, none of which is a heading or can be of a total or a foot, and a number that ends in a digit."""
        values = [cell for cell in cells.values() if cell]
        number = cells.get(self.number)
        if (
            not self.is_simple
            or len(values) < FEWEST_VALUES
            or not isinstance(number, str)
            or not number[-1:].isdecimal()
        ):
            return False
        try:
            text = "".join(values)  # type: ignore[arg-type]  # of others than text it is not known at once
        except TypeError:
            return False
        is_plain = PLAIN_CELLS.fullmatch(text) is not None and not any(word in text for word in TOTALS)
        return is_plain and self.labels.isdisjoint(values)

    def is_none_at_length(self, cells: Mapping[str, Cell]) -> bool:
        columns, texts = self.columns, {header: squeezed(cell) for header, cell in cells.items()}
        values = [text for header, text in texts.items() if text and ELSE not in header]
        if not values or any(text.startswith(TOTALS) for text in values[:3]):
            return True
        people = ("campus_no", "name", "unit_name")
        if "campus_no" in columns and is_subtotal(*(texts.get(columns.get(name, ""), "") for name in people)):
            return True
        where = values if len(values) <= FEWEST_CELLS else [texts.get(header, "") for header, _label in self.read]
        if FEET.search("\n".join(where)):
            return True
        if plain_label(texts.get(columns.get("campus_no", ""), "")) in SECOND_HEADS:
            return True
        repeats = sum(label_of(cells.get(header)) == label for header, label in self.read)
        if repeats >= FEWEST_REPEATS:
            return True
        return len(values) == 1 and not any(texts.get(header) for header, _label in self.read)

    def is_plain(self, cell: str) -> bool:
        text = squeezed(cell)
        is_odd = not text or text.startswith(TOTALS) or text.endswith(TOTALS) or FEET.match(text) is not None
        if is_odd or plain_label(text) in SECOND_HEADS or label_of(cell) in self.labels:
            return False
        if len(self.plain) < MOST_KNOWN:
            self.plain.add(cell)
        return True


def is_subtotal(number: str, name: str, unit: str) -> bool:
    """计算机学院小计, in the place of a number, or of a name where no number is."""
    return number.endswith(TOTALS) or (not number and (name.endswith(TOTALS) or unit.endswith(TOTALS)))


def is_no_record(cells: Mapping[str, Cell], columns: Mapping[str, str]) -> bool:
    return Skips(columns).is_none(cells)
