"""批量办理汇总表 as .xlsx: an empty form to fill in, a filled one to read, and the same layout out again."""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Final

from django.utils.translation import gettext as _

from nanhu.kernel.school import school
from nanhu.kernel.sheets import Column, FileRefusedError, Lines, Sheet
from nanhu.kernel.sheets.cells import head_of
from nanhu.kernel.sheets.declared import HEADER_WITHIN, grid_of
from nanhu.systems.card.issuing.errors import SheetRefusedError
from nanhu.systems.card.issuing.layout import (
    CLASS_NAMES,
    COLUMNS,
    DOCUMENT_KINDS,
    NUMBER_NAMES,
    SEXES,
    categories_of,
    headers_of,
)

LARGEST: Final = 5 * 1024 * 1024
MOST_ROWS: Final = 1000
LONGEST: Final = 200
NEEDED: Final = frozenset({"name", "campus_no", "document", "category"})
ALSO: Final = {"campus_no": (*NUMBER_NAMES.values(), "工号"), "document": ("证件号码",)}
HANDED_IN: Final = Sheet(
    *(Column(one.key, one.header, also=ALSO.get(one.key, ()), needed=one.key in NEEDED) for one in COLUMNS),
    most=MOST_ROWS,
    largest=LARGEST,
)


def form_of(card_class: str) -> Sheet:
    """As the office of this class of cards calls its columns and what may stand in them."""
    choices = {"sex": tuple(SEXES), "document_kind": DOCUMENT_KINDS, "category": categories_of(card_class)}
    named = zip(COLUMNS, headers_of(card_class), strict=True)
    columns = (Column(one.key, head, choices=choices.get(one.key, ()), width=one.width) for one, head in named)
    return Sheet(*columns, most=MOST_ROWS)


def written(card_class: str, rows: Iterable[Mapping[str, str]] = (), *, unit: str = "") -> bytes:
    """The office's form: title, unit, header."""
    title = f"{school().name}校园卡批量办理汇总表（{CLASS_NAMES[card_class]}）"
    return form_of(card_class).form(rows, name=CLASS_NAMES[card_class], above=(title, f"填报单位：{unit}"))


def read(content: bytes) -> Lines:
    """The filled lines. Refused as a whole where it is no such form, too large or a bomb."""
    check_kind(content)
    try:
        return HANDED_IN.read(content)
    except FileRefusedError as refused:
        raise SheetRefusedError(why=refused.message) from refused


def rows_of(lines: Lines) -> list[dict[str, str]]:
    """As typed, trimmed."""
    return [{key: said[:LONGEST] for key, said in line.said.items()} for line in lines]


def class_of(content: bytes) -> str:
    """Which of the three forms this is: its title says it, or what it calls the number."""
    check_kind(content)
    try:
        filled = [cells for _number, cells in islice(grid_of(content), HEADER_WITHIN * 2) if any(cells)]
        top, _places = HANDED_IN.header_of(filled[:HEADER_WITHIN])
    except FileRefusedError as refused:
        raise SheetRefusedError(why=refused.message) from refused
    title = "".join(cell for row in filled[:top] for cell in row)
    heads = {head_of(cell) for cell in filled[top]}
    by_title = {key for key, name in CLASS_NAMES.items() if name in title}
    by_number = {key for key, name in NUMBER_NAMES.items() if name in heads}
    found = by_title if len(by_title) == 1 else by_number
    if len(found) != 1:
        raise SheetRefusedError(why=_("看不出是哪一类卡，请用下载的模板。"))
    return found.pop()


def check_kind(content: bytes) -> None:
    if not content or len(content) > LARGEST:
        raise SheetRefusedError(why=_("文件是空的，或超过 5 MB。"))
    if not content.startswith(b"PK"):
        raise SheetRefusedError(why=_("请用下载的模板，存成 .xlsx。"))
