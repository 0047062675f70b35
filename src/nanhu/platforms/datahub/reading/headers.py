"""Finding the header, and which column is which: by a source's own headings, by what stewards said of such a file, by synonyms."""

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from django.utils.translation import gettext as _

from nanhu.platforms.datahub.cleaning.masking import masked
from nanhu.platforms.datahub.cleaning.text import Cell, squeezed
from nanhu.platforms.datahub.errors import MissingHeadersError
from nanhu.platforms.datahub.reading.rows import unique_headings
from nanhu.platforms.datahub.reading.synonyms import ranks_of
from nanhu.platforms.datahub.sources import SOURCES, SourceSpec

DEEPEST_HEADER: Final = 20
FEWEST_MATCHES: Final = 2
CONSTANT: Final = "="
"""Before what all lines say of a field for which the file has no column."""
ELSE: Final = " ⇢ "
"""Between two headings of one field: the first that is filled counts. No heading has a space."""
SECOND: Final = re.compile(r"·\d+$")
"""After a heading that stands a second time."""
BETWEEN: Final = re.compile(r"[\s_\-.·/\\]+")
TWO_LANGUAGES: Final = re.compile(r"^([\u3400-\u9fff]+)[A-Za-z.'/\- ]+$")
OTHERS: Final = re.compile(r"父|母|家长|家庭|监护|亲属|配偶|紧急|联系人|导师|辅导员|班主任|负责人|经办")
"""Whose names and phones are not those of whom a line is about."""
OWN: Final = "本人"
"""Before a heading that is surely of whom a line is about; where it stands, 联系电话 may be that of his family."""
PARTS: Final = frozenset(
    ["类型", "类别", "种类", "号码", "代码", "编码", "编号", "名称", "日期", "时间", "年月", "状态"]
)
"""What says nothing without the name of its group: 证件 over 类型 and 号码."""
OF_ALL: Final = re.compile(r"^(基本|个人|人员|学生|教工|教职工|其他)")
GROUP: Final = re.compile(r"^([^:\d]{1,6}?)(?<![表册单录])(?:信息|情况|资料)?$")
NUMBERED: Final = re.compile(r"^\d{1,2}[.、]")


@lru_cache(maxsize=50_000)
def label_of(cell: Cell) -> str:
    """A header without spaces, width, the star of a required column and a remark in brackets."""
    return squeezed(cell).strip("*：:").split("(")[0]


def plain_label(text: str) -> str:
    return BETWEEN.sub("", text).casefold()


def ways_of(header: str) -> Iterator[str]:
    """As a heading may be meant: whole, without its number, before a stroke, its Chinese part."""
    text = NUMBERED.sub("", header)
    yield plain_label(text)
    if "/" in text:
        yield plain_label(text.split("/", maxsplit=1)[0])
    if (both := TWO_LANGUAGES.match(text)) is not None:
        yield plain_label(both.group(1))


def signature_of(headers: Sequence[str]) -> str:
    return hashlib.sha256("\x1f".join(map(label_of, unique_headings(headers))).encode()).hexdigest()


def parts_of(heading: str) -> list[str]:
    """The columns of the file behind it, in the order in which they count."""
    return heading.split(ELSE)


@dataclass(frozen=True, slots=True)
class Claims:
    """`columns`: our field → the heading in the file, as far as it is known, each heading of one field alone; `contested`: fields
    that several columns claim, which nobody decided yet: a steward says."""

    columns: dict[str, str] = field(default_factory=dict)
    contested: dict[str, list[str]] = field(default_factory=dict)

    @property
    def fields(self) -> set[str]:
        return self.columns.keys() | self.contested.keys()


@dataclass(frozen=True, slots=True)
class Headings:
    """What the columns of a source may be called. `remembered`: by signature, what stewards said of such headings."""

    spec: SourceSpec
    remembered: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def known(self) -> dict[str, str]:
        """The source's own headings. What is the first name of one field and a later one of another is the first's."""
        named = [
            (place, label_of(header), column.field)
            for column in self.spec.columns
            for place, header in enumerate(column.headers)
        ]
        return {label: name for _place, label, name in sorted(named, key=lambda one: -one[0])}

    def synonyms(self) -> dict[str, dict[str, int]]:
        """By field, how sure each other name is."""
        return {
            name: {plain_label(text): rank for rank, text in enumerate(texts)}
            for name, texts in ranks_of(self.spec.key).items()
            if name in self.spec.fields
        }

    def claims(self, headers: Sequence[str]) -> Claims:
        """As was said of such headings; else by 本人, by the source's own headings, by synonyms, in this order."""
        if (said := self.remembered.get(signature_of(headers))) is not None:
            return Claims(dict(said))
        own = self.guessed([header for header in headers if label_of(header).startswith(OWN)], {})
        bearing = self.bearing(headers, own)
        chosen = own | {name: found[0] for name, found in bearing.items()}
        rivals = {label_of(one) for found in bearing.values() if len(found) > 1 for one in found}
        guessed = self.guessed([header for header in headers if label_of(header) not in rivals], chosen)
        places = {name: twins_of(header, headers) for name, header in (own | guessed).items()}
        contested = {name: found for name, found in (bearing | places).items() if len(found) > 1}
        known = {name: header for name, header in (chosen | guessed).items() if name not in contested}
        return Claims(known, contested)

    def bearing(self, headers: Sequence[str], own: Mapping[str, str]) -> dict[str, list[str]]:
        """By field the columns that bear one of the source's own headings; of equal headings each by its place (电话, 电话·2)."""
        known, found = self.known(), dict[str, list[str]]()
        for header, unique in zip(headers, unique_headings(headers), strict=True):
            name = known.get(SECOND.sub("", label_of(header)))
            if name is not None and name not in own and header not in own.values():
                found.setdefault(name, []).append(unique)
        return found

    def guessed(self, headers: Sequence[str], chosen: Mapping[str, str]) -> dict[str, str]:
        """By synonyms: of several that fit a field the surest, of several fields that fit a heading the one it fits best."""
        used = set(chosen.values())
        fits = sorted(
            (rank, place, name, header)
            for name, ranks in self.synonyms().items()
            if name not in chosen
            for place, header in enumerate(headers)
            if header and header not in used
            for rank in [min((ranks[way] for way in ways_of(header) if way in ranks), default=-1)]
            if rank >= 0
        )
        found: dict[str, str] = {}
        for _rank, _place, name, header in fits:
            if name not in found and header not in used:
                found[name] = header
                used.add(header)
        return found

    def matches(self, headers: Sequence[str]) -> int:
        if signature_of(headers) in self.remembered:
            return len(headers)
        known, ranks = self.known(), self.synonyms()
        others = {way for one in ranks.values() for way in one}
        return sum(label in known or any(way in others for way in ways_of(label)) for label in headers if label)

    def find(self, grid: Sequence[Sequence[Cell]]) -> int | None:
        """The row of the first lines that names most of the source's columns."""
        scores = [self.matches(labels_at(grid, row)) for row in range(min(len(grid), DEEPEST_HEADER))]
        best = max(scores, default=0)
        return scores.index(best) if best >= FEWEST_MATCHES else None

    def missing(self, columns: Collection[str]) -> list[str]:
        return [column.headers[0] for column in self.spec.required() if column.field not in columns]


def twins_of(heading: str, headers: Sequence[str]) -> list[str]:
    """All columns of this heading, each by its place."""
    wanted = SECOND.sub("", heading)
    return [
        one for header, one in zip(headers, unique_headings(headers), strict=True) if SECOND.sub("", header) == wanted
    ]


def labels_at(grid: Sequence[Sequence[Cell]], row: int) -> tuple[str, ...]:
    """The labels of a header row; a blank cell below a merged one takes the label above it, and one that means nothing or
    somebody else without the name of its group has that before it."""
    width = max(len(grid[row]), len(grid[row - 1]) if row else 0)
    labels = [_label(grid, row, place) for place in range(width)]
    above = [_label(grid, row - 1, place) if row else "" for place in range(width)]
    is_title = bool(above) and bool(above[0]) and sum(map(bool, above)) == 1
    found, group = [], ""
    for place, (own, over) in enumerate(zip(labels, above, strict=True)):
        is_wide = any(labels[place + 1 : place + 2]) and not any(above[place + 1 : place + 2])
        group = "" if is_title or own in {"", over} or (over and not is_wide) else over or group
        found.append(group_of(group, own) + own or over)
    return tuple(found)


def group_of(group: str, own: str) -> str:
    """What of the name of a group belongs before a label below it."""
    named = GROUP.match(group)
    if named is None or OF_ALL.match(group) or not (OTHERS.search(group) or own in PARTS):
        return ""
    return "" if own.startswith(named.group(1)) else named.group(1)


def _label(grid: Sequence[Sequence[Cell]], row: int, place: int) -> str:
    return label_of(grid[row][place]) if place < len(grid[row]) else ""


def missing_headers(headers: Sequence[str], missing: Sequence[str], spec: SourceSpec) -> MissingHeadersError:
    """Of a file without a header the first line is somebody's: nothing of it is said."""
    named = [header for header in headers if header]
    shown = "、".join(named)[:300] or _("（没有）")
    if any(masked(header) != header for header in named):
        shown = _("（第一行是数据，不是表头）")
    return MissingHeadersError(missing="、".join(missing), found=shown, hint=other_source_hint(headers, spec))


def other_source(headers: Sequence[str], spec: SourceSpec) -> SourceSpec | None:
    """The source whose own headings these are."""
    labels = {label_of(header) for header in headers}
    for other in SOURCES.values():
        needed = [{label_of(h) for h in column.headers} for column in other.required()]
        if other is not spec and all(names & labels for names in needed):
            return other
    return None


def other_source_hint(headers: Sequence[str], spec: SourceSpec) -> str:
    """A file given to the wrong source is the commonest mistake: say which one it fits."""
    other = other_source(headers, spec)
    if other is not None:
        return _("它像是“%(office)s · %(title)s”的文件，请换成这个来源。") % {
            "office": other.office,
            "title": other.title,
        }
    return _("请核对表头，或换一个来源。")
