"""Text whose columns stand below each other (定宽文本), as card systems and hosts print it: blanks that the lines share part them.

A line that does not stand so is a row that says more than its columns, and is refused as such; where two headings cannot be parted the
file is."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, islice, pairwise, starmap
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _

from nanhu.kernel.sheets.errors import WorkbookBombError
from nanhu.kernel.sheets.guard import MOST_ROWS
from nanhu.platforms.datahub.cleaning.text import squeezed
from nanhu.platforms.datahub.errors import RunTogetherError
from nanhu.platforms.datahub.reading.headers import DEEPEST_HEADER, FEWEST_MATCHES, Headings, label_of
from nanhu.platforms.datahub.reading.rows import RawRow, unique_headings

FEWEST_COLUMNS: Final = 3
LONGEST_LINE: Final = 5000
FEW: Final = 5
ASIDE: Final = 10
"""Of so many lines one may stand otherwise, and of FEW."""
LOOKED_AT: Final = 2000
"""So many lines tell how wide the program took a character."""
TITLE: Final = re.compile(r"[\u3400-\u9fff][:：]")
WORD: Final = re.compile(r"[^ ]+")
DIGITS: Final = re.compile(r"\d+")
RULE: Final = re.compile(r"[-=_─━═ ]*")
OTHER: Final = re.compile(r"[^\x00-\x7f]")
FILL: Final = "\0"
"""Behind a character that is more than one column wide."""

type Measure = Callable[[str], int]
"""How many columns a character takes that is not ASCII."""


@dataclass(slots=True)
class Filled:
    """Where words stand, by one measure: in the header and on rules, and how often in lines."""

    measure: Measure
    steps: Counter[int] = field(default_factory=Counter)
    fixed: Counter[int] = field(default_factory=Counter)
    lines: int = 0

    def count(self, number: int, text: str) -> None:
        words = list(words_of(text, self.measure))
        is_rule = RULE.fullmatch(text) is not None
        if len(words) < FEWEST_COLUMNS or (number > 0 and TITLE.search(text)):
            return
        target = self.fixed if number == 0 or is_rule else self.steps
        for start, end, _word in words:
            target[start] += 1
            target[end] -= 1
        self.lines += number > 0 and not is_rule

    def spans(self) -> list[tuple[int, int]]:
        """Places that are filled in more than a few lines, or in the header."""
        most = max(self.lines // ASIDE, int(self.lines >= FEW))
        last = max([*self.steps, *self.fixed], default=0)
        often = accumulate(self.steps[place] for place in range(last + 1))
        always = accumulate(self.fixed[place] for place in range(last + 1))
        filled = [many > most or named > 0 for many, named in zip(often, always, strict=True)]
        edges = [place for place, (before, here) in enumerate(pairwise([False, *filled])) if before != here]
        return list(zip(edges[::2], edges[1::2], strict=True))


@dataclass(frozen=True, slots=True)
class Fixed:
    """Where each column stands: from its first place to the place behind its last."""

    top: int
    headers: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    measure: Measure

    def placed(self, text: str) -> Iterator[tuple[str, int, int, str]]:
        """Each word with the heading that it stands under, none where it stands aside."""
        behind, last_header = -1, ""
        for start, end, word in words_of(text, self.measure):
            where = [n for n, (first, last) in enumerate(self.spans) if start < last and end > first]
            header = self.headers[where[0]] if len(where) == 1 else ""
            if not where and start == behind + 1:
                header = last_header
            yield header, start, end, word
            behind, last_header = end, header

    def row(self, line: int, text: str) -> RawRow:
        cells: dict[str, str] = {}
        aside: list[str] = []
        for header, _start, _end, word in self.placed(text):
            if header:
                cells[header] = f"{cells[header]} {word}" if header in cells else word
            else:
                aside.append(word)
        if not cells and aside:
            cells[self.headers[0]] = text.strip()
        return RawRow(line, dict(cells), tuple(aside))


def fixed_columns(path: Path, encoding: str, headings: Headings) -> Fixed | None:
    """None where no line names our columns between blanks."""
    with path.open(encoding=encoding) as file:
        head = list(islice(file, DEEPEST_HEADER))
    scores = [headings.matches([label_of(word) for word in text.split()]) for text in head]
    best = max(scores, default=0)
    top = scores.index(best) if scores else 0
    if best < FEWEST_MATCHES or len(head[top].split()) < FEWEST_COLUMNS:
        return None
    run_together, fixed = "", list[Fixed]()
    counts = [Filled(measure) for measure in measures(encoding)]
    for number, text in enumerate(lines_of(path, encoding, top)):
        for one in counts:
            one.count(number, text)
    for one in counts:
        measure, spans = one.measure, merged(one.spans(), head[top], one.measure)
        labels = [labelled(head[top], span, measure) for span in spans]
        found = next((text for text in labels if are_several(text, headings)), "")
        if not found:
            names = [label_of(squeezed(text)) or _("第 %d 列") % n for n, text in enumerate(labels, start=1)]
            fixed.append(Fixed(top, unique_headings(names), tuple(spans), measure))
        run_together = run_together or found
    if not fixed:
        raise RunTogetherError(found=run_together)
    return min(fixed, key=lambda one: out_of_line(path, encoding, one))


def out_of_line(path: Path, encoding: str, fixed: Fixed) -> int:
    """How many words stand aside, or neither begin nor end where most of their column do: the fewest, where the measure is right."""
    starts, ends = defaultdict[str, Counter[int]](Counter), defaultdict[str, Counter[int]](Counter)
    words = 0
    for _line, text in islice(record_lines(path, encoding, fixed.top), LOOKED_AT):
        for header, start, end, _word in fixed.placed(text):
            words += 1
            if header:
                starts[header][start] += 1
                ends[header][end] += 1
    return words - sum(max(*starts[header].values(), *ends[header].values()) for header in starts)


def measures(encoding: str) -> tuple[Measure, ...]:
    """As programs fill up to a width: by bytes, by what is seen, by characters."""
    plain = encoding.removesuffix("-sig")
    return lambda character: len(character.encode(plain)), lambda _any: 2, lambda _any: 1


def merged(spans: Sequence[tuple[int, int]], header: str, measure: Measure) -> list[tuple[int, int]]:
    """What has no heading, one blank behind a column, is of that column: the time behind a day."""
    found: list[tuple[int, int]] = []
    for span in spans:
        if labelled(header, span, measure) or not found or span[0] - found[-1][1] > 1:
            found.append(span)
        else:
            found[-1] = (found[-1][0], span[1])
    return found


def labelled(header: str, span: tuple[int, int], measure: Measure) -> str:
    first, last = span
    return " ".join(word for start, _end, word in words_of(header, measure) if first <= start < last)


def are_several(label: str, headings: Headings) -> bool:
    """Two headings with nothing between their columns; 姓 名 is one."""
    words = [label_of(word) for word in label.split()]
    return len(words) > 1 and not headings.matches([label_of(squeezed(label))]) and bool(headings.matches(words))


def lines_of(path: Path, encoding: str, top: int) -> Iterator[str]:
    with path.open(encoding=encoding) as file:
        for count, text in enumerate(islice(file, top, None)):
            if count > MOST_ROWS or len(text) > LONGEST_LINE:
                raise WorkbookBombError(what=f"> {MOST_ROWS}")
            yield text.rstrip("\r\n")


def words_of(text: str, measure: Measure) -> Iterator[tuple[int, int, str]]:
    wide = OTHER.sub(lambda found: found[0] + FILL * (measure(found[0]) - 1), text.replace("\u3000", "  "))
    for found in WORD.finditer(wide):
        yield found.start(), found.end(), found[0].replace(FILL, "")


def fixed_rows(path: Path, encoding: str, fixed: Fixed) -> Iterator[RawRow]:
    return starmap(fixed.row, record_lines(path, encoding, fixed.top))


def record_lines(path: Path, encoding: str, top: int) -> Iterator[tuple[int, str]]:
    """Without rules, and without the titles that stand above the table again on each page."""
    titles: set[str] = set()
    for line, text in enumerate(lines_of(path, encoding, 0), start=1):
        if line <= top:
            titles.add(DIGITS.sub("#", text.strip()))
        elif line > top + 1 and not RULE.fullmatch(text) and DIGITS.sub("#", text.strip()) not in titles:
            yield line, text
