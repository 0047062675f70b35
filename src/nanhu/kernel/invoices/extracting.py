"""What the words of an OFD or PDF invoice say, read by a process of its own whose memory and time are bounded, without a network's
libraries or the program's: a stranger's file is opened. Run as a script it takes the file and writes JSON.

An invoice's table has no lines that a reader could rely on, but its columns stand under their names: of a row the last three words are
amount, rate and tax; numbers before them price and quantity; what is left belongs to the name that it stands nearest. A row without an
amount goes on with the names of the one above. Layout of the 数电票: 国家税务总局公告 2024 年第 11 号, its annex.
"""

import io
import json
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import nan
from typing import Any, Final

MOST_MEMORY: Final = 1_500_000_000
MOST_SECONDS: Final = 20
MOST_PAGES: Final = 60
LARGEST_XML: Final = 2 * 1024 * 1024
COLUMNS: Final = {"项目名称": "name", "规格型号": "model", "单位": "measure", "数量": "quantity", "单价": "price"}
HEAD: Final = re.compile(r"项目名称.*规格型号.*单位.*数量.*单价.*金额.*税率.*税额")
MONEY: Final = re.compile(r"[¥￥]?-?[\d,]+\.\d{2}")
NUMBER: Final = re.compile(r"-?[\d,]+(?:\.\d+)?")
RATE: Final = re.compile(r"\d+(?:\.\d+)?%|免税|不征税|出口零税率|普通零税率|\*+|-")
NO_TAX: Final = re.compile(r"\*+|免税|不征税|-")
ENDS: Final = re.compile(r"^(?:小计|合计|价税合计)")
SAID: Final = {
    "number": re.compile(r"发票号码[:：](\d{20})"),
    "issued_on": re.compile(r"开票日期[:：](\d{4})年(\d{1,2})月(\d{1,2})日"),
    "total": re.compile(r"[（(]小写[）)][¥￥]?(-?[\d,]+\.\d{2})"),
    "seller": re.compile(r"名称[:：].*名称[:：](.+)$"),
}
GAP: Final = 0.25
"""In letters' widths: so far apart another word begins."""
CENT: Final = 0.011


@dataclass(frozen=True, slots=True)
class Letter:
    text: str
    left: float
    right: float
    middle: float
    height: float

    @property
    def width(self) -> float:
        return self.right - self.left


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    left: float
    right: float

    @property
    def centre(self) -> float:
        return (self.left + self.right) / 2


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    content = sys.stdin.buffer.read()
    json.dump(of_ofd(content) if content.startswith(b"PK") else of_pdf(content), sys.stdout)


def of_ofd(content: bytes) -> dict[str, Any]:
    from ofdkit import OFDDocument  # after the limits

    with OFDDocument(content) as document:
        found = document.invoice()
        carried = [text for text in map(text_of, attached_to(content)) if text]
        if found is None:
            return {"xml": carried, "items": []}
        return {
            "xml": carried,
            "number": found.invoice_number,
            "issued_on": found.issue_date,
            "seller": found.seller.name,
            "total": found.total_amount,
            "items": lines_of_tags(found),
        }


def attached_to(content: bytes) -> Iterator[bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for entry in archive.infolist():
            if "attach" in entry.filename.lower() and entry.filename.lower().endswith(".xml"):
                with archive.open(entry) as part:
                    yield part.read(LARGEST_XML)


def lines_of_tags(found: Any) -> list[dict[str, str]]:
    """Where each line's words are marked together, they stand as they are. Where every column is marked by itself, one that has gaps does
    not say of which lines: of those, whose pieces at their price are the amount of a line."""
    lines, columns = found.items, {"model": "specification", "measure": "unit", "quantity": "quantity"}
    told = {name: [getattr(one, column) for one in lines] for name, column in columns.items()}
    if found.raw.get("Item"):
        counted = counted_lines(lines)
        told = {name: placed([one for one in column if one], counted, len(lines)) for name, column in told.items()}
    return [
        {name: column[at] or "" for name, column in told.items()}
        | {"name": one.name or "", "amount": plain(one.amount or ""), "tax": plain(one.tax_amount or "")}
        for at, one in enumerate(lines)
    ]


def counted_lines(lines: list[Any]) -> list[int]:
    """Which of them have pieces, in their order."""
    amounts = [number_in(one.amount) for one in lines]
    found: list[int] = []
    for one in lines:
        pieces, price = number_in(one.quantity), number_in(one.unit_price)
        rest = range(found[-1] + 1 if found else 0, len(lines))
        found += [at for at in rest if abs(amounts[at] - pieces * price) < CENT][:1]
    return found


def number_in(said: str | None) -> float:
    """Of what is none, NaN: nothing is near it."""
    return float(said) if said and NUMBER.fullmatch(said) else nan


def placed(told: list[str], counted: list[int], count: int) -> list[str]:
    if len(told) == count:
        return told
    by_line = dict(zip(counted, told, strict=True)) if len(told) == len(counted) else {}
    return [by_line.get(at, "") for at in range(count)]


def of_pdf(content: bytes) -> dict[str, Any]:
    from pdfminer.high_level import extract_pages  # after the limits
    from pdfminer.layout import LAParams

    found: dict[str, Any] = {"xml": [text for text in map(text_of, carried_by(content)) if text], "items": []}
    pages = extract_pages(io.BytesIO(content), maxpages=MOST_PAGES, laparams=LAParams(all_texts=True))
    for page in pages:
        rows = list(rows_of(letters_in(page)))
        for row in rows:
            take_heads(letters_of(row), found)
        found["items"] += lines_of_table(rows)
    return found


def carried_by(content: bytes) -> Iterator[bytes]:
    from pdfminer.pdfdocument import PDFDocument
    from pdfminer.pdfparser import PDFParser
    from pdfminer.pdftypes import PDFStream, resolve1

    document = PDFDocument(PDFParser(io.BytesIO(content)))
    for xref in document.xrefs:
        for number in list(xref.get_objids())[:10_000]:
            stream = resolve1(document.getobj(number)) if number else None
            if isinstance(stream, PDFStream) and str(stream.get("Type")).strip("/'") == "EmbeddedFile":
                yield stream.get_data()[:LARGEST_XML]


def text_of(content: bytes) -> str:
    """Of an XML; another file says nothing."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding).strip()
        except UnicodeDecodeError:
            continue
        return re.sub(r"^<\?xml[^>]*\?>", "", text) if text.startswith("<") else ""
    return ""


def letters_in(item: Any) -> Iterator[Letter]:
    from pdfminer.layout import LTChar

    if isinstance(item, LTChar):
        if item.upright:
            yield Letter(item.get_text(), item.x0, item.x1, (item.y0 + item.y1) / 2, item.height)
    elif hasattr(item, "__iter__"):
        for one in item:
            yield from letters_in(one)


def rows_of(letters: Iterator[Letter]) -> Iterator[list[Word]]:
    """From the top; what stands less than half a letter higher or lower is of one row."""
    row: list[Letter] = []
    for one in sorted(letters, key=lambda one: -one.middle):
        if row and row[0].middle - one.middle > min(row[0].height, one.height) / 2:
            yield words_of(row)
            row = []
        row.append(one)
    if row:
        yield words_of(row)


def words_of(row: list[Letter]) -> list[Word]:
    words: list[Word] = []
    before: Letter | None = None
    for one in sorted(row, key=lambda one: one.left):
        if not one.text.strip():
            before = None
            continue
        if before is not None and one.left - before.right <= GAP * max(one.width, before.width):
            words[-1] = Word(words[-1].text + one.text, words[-1].left, one.right)
        else:
            words.append(Word(one.text, one.left, one.right))
        before = one
    return words


def letters_of(row: list[Word]) -> str:
    return "".join(one.text for one in row)


def take_heads(row: str, found: dict[str, Any]) -> None:
    for name, said in SAID.items():
        told = said.search(row)
        if told and name not in found:
            found[name] = "-".join(one.zfill(2) for one in told.groups()) if name == "issued_on" else plain(told[1])


def plain(amount: str) -> str:
    return re.sub(r"[¥￥,](?=[\d.-])", "", amount)


def lines_of_table(rows: list[list[Word]]) -> list[dict[str, str]]:
    at = next((at for at, row in enumerate(rows) if HEAD.search(letters_of(row))), None)
    if at is None:
        return []
    bounds = bounds_of(rows[at])
    lines: list[dict[str, str]] = []
    for row in rows[at + 1 :]:
        if ENDS.match(letters_of(row)):
            break
        if (line := line_of(row, bounds)) is not None:
            lines.append(line)
        elif lines:
            for name, text in named(row, bounds).items():
                lines[-1][name] = f"{lines[-1][name]}{text}"
    return lines


def bounds_of(head: list[Word]) -> list[tuple[float, str]]:
    """Up to where what stands under each name reaches: to the middle between it and the next. Of `head`, letters may stand apart (单 位)."""
    letters = [(letter, word.left, word.right) for word in head for letter in word.text]
    text = "".join(letter for letter, _left, _right in letters)
    edges = [
        (name, letters[text.index(words)][1], letters[text.index(words) + len(words) - 1][2])
        for words, name in COLUMNS.items()
    ]
    return [((right + left) / 2, name) for (name, _l, right), (_n, left, _r) in pairwise(edges)]


def line_of(row: list[Word], bounds: list[tuple[float, str]]) -> dict[str, str] | None:
    """None of a row that has no amount."""
    words = [one for one in row if one.text not in {"¥", "￥"}]
    texts = [one.text for one in words]
    if len(texts) < 3 or not (MONEY.fullmatch(texts[-3]) and RATE.fullmatch(texts[-2])):  # noqa: PLR2004 - amount, rate, tax
        return None
    if not (MONEY.fullmatch(texts[-1]) or NO_TAX.fullmatch(texts[-1])):
        return None
    amount, tax = plain(texts[-3]), plain(texts[-1]) if MONEY.fullmatch(texts[-1]) else ""
    words, counts = words[:-3], list[str]()
    while words and len(counts) < 2 and NUMBER.fullmatch(words[-1].text) and words[-1].centre > bounds[1][0]:  # noqa: PLR2004 - price, quantity
        counts.append(plain(words.pop().text))
    quantity = counts[1] if len(counts) == 2 else ""  # noqa: PLR2004 - both or none
    blank = {"name": "", "model": "", "measure": ""}
    return blank | named(words, bounds) | {"quantity": quantity, "amount": amount, "tax": tax}


def named(words: list[Word], bounds: list[tuple[float, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in words:
        name = next((name for bound, name in bounds[:2] if one.centre < bound), "measure")
        found[name] = f"{found[name]} {one.text}" if name in found else one.text
    return found


if __name__ == "__main__":
    main()
