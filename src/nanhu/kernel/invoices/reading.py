"""Invoices read (数电票): the XML of the tax office, and the OFD and PDF that are printed of it, by one set of rules.

An OFD or PDF is opened by a process of its own (`extracting`). Where it carries the XML, that is what is read; else its words are, and
must add up. Whether the tax office knows the invoice is asked elsewhere.
"""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import Element

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.child_processes import dying_with_parent
from nanhu.kernel.clock import campus_today
from nanhu.kernel.folding import readable, unspaced
from nanhu.kernel.invoices import extracting
from nanhu.kernel.invoices.errors import InvoiceUnreadError
from nanhu.kernel.strict_xml import parsed
from nanhu.kernel.turns import elsewhere

MOST_LINES: Final = 2_000
MOST_PIECES: Final = 10_000
LONGEST: Final = 80
WAIT_SECONDS: Final = 6 * extracting.MOST_SECONDS
"""On a machine that has other things to do as well."""
CATEGORY: Final = re.compile(r"^\*[^*]+\*")
NUMBER: Final = re.compile(r"[0-9]{20}")
"""Of a 数电票, once in the country; the older ones of eight digits are several sellers'."""
UNTAXED: Final = frozenset({"", "*", "**", "***", "免税", "不征税"})
HEADS: Final = {
    "number": ("InvoiceNumber", "EIid"),
    "issued_on": ("IssueTime", "RequestTime"),
    "seller": ("SellerName",),
    "total": ("TotalTax-includedAmount",),
}
TAGS: Final = {
    "name": "ItemName",
    "model": "SpecMod",
    "measure": "MeaUnits",
    "quantity": "Quantity",
    "amount": "Amount",
    "tax": "ComTaxAm",
}
"""Of the tax office's XML: where it says it, and if it says nothing there, where else; then of a line."""
NOT_READ: Final = _("不是完整的数电票，或缺号码、日期、金额")


@dataclass(frozen=True, slots=True)
class Item:
    """A line with its tax and what was taken off it; `price_fen`: of one piece, rounded down."""

    name: str
    model: str
    measure: str
    quantity: int
    amount_fen: int
    tax_fen: int

    @property
    def price_fen(self) -> int:
        return self.amount_fen // self.quantity


@dataclass(frozen=True, slots=True)
class ReadInvoice:
    number: str
    issued_on: date
    seller: str
    total_fen: int
    items: list[Item]

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [asdict(one) for one in self.items]

    @property
    def said(self) -> tuple[object, ...]:
        return content_of(self.issued_on, self.seller, self.total_fen, self.lines)


def read_invoice(content: bytes) -> ReadInvoice:
    """Raises InvoiceUnreadError, with what is wrong."""
    try:
        found = from_file(content)
    except (ValueError, ArithmeticError, LookupError) as broken:
        raise InvoiceUnreadError(why=NOT_READ) from broken
    if found.issued_on > campus_today():
        raise InvoiceUnreadError(why=_("开票日期晚于今天"))
    is_told = NUMBER.fullmatch(found.number) and found.seller and found.items and all(one.name for one in found.items)
    if not is_told or found.total_fen <= 0:
        raise InvoiceUnreadError(why=_("没有读到号码、销售方、明细或价税合计；红字发票不收"))
    if sum(one.amount_fen for one in found.items) != found.total_fen or any(one.price_fen <= 0 for one in found.items):
        raise InvoiceUnreadError(why=_("各行合计与价税合计对不上"))
    return found


def content_of(issued_on: date, seller: str, total_fen: int, lines: Sequence[Mapping[str, Any]]) -> tuple[object, ...]:
    """By which two files are one invoice, whichever form they have: a print breaks its words anywhere, and has no columns but to the eye."""
    told = [(one["quantity"], one["amount_fen"], one["tax_fen"], unspaced(one["name"] + one["model"])) for one in lines]
    return issued_on, unspaced(seller), total_fen, tuple(told)


def from_file(content: bytes) -> ReadInvoice:
    if not content.startswith((b"%PDF", b"PK")):
        return from_xml(parsed(content))
    found = extracted(content)
    for within in found.get("xml", ()):
        with suppress(ValueError, ArithmeticError):
            return from_xml(parsed(within.encode()))
    return invoice_of(lambda name: said_plainly(found.get(name)), bounded(found["items"]))


def extracted(content: bytes) -> dict[str, Any]:
    """`number`, `issued_on`, `seller`, `total`, `items`; `xml`: what it carries. Raises ValueError where it cannot be read in its bounds."""
    command = dying_with_parent([sys.executable, "-I", str(Path(extracting.__file__))])
    try:
        with elsewhere():
            done = subprocess.run(command, input=content, capture_output=True, timeout=WAIT_SECONDS, check=True)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as failed:
        raise ValueError("not read") from failed
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def from_xml(root: Element) -> ReadInvoice:
    lines = list(called(root, "IssuItemInformation"))
    if any(one.find(".//{*}IssuItemInformation") is not None for one in lines[:MOST_LINES]):
        raise ValueError("a line within a line: each would be read again for all above it")
    return invoice_of(
        lambda name: next(filter(None, (said(root, tag) for tag in HEADS[name])), ""),
        [{name: said(one, tag) for name, tag in TAGS.items()} for one in bounded(lines)],
    )


def bounded[Line](lines: list[Line]) -> list[Line]:
    if len(lines) > MOST_LINES:
        raise InvoiceUnreadError(why=_("明细超过 2,000 行"))
    return lines


def called(element: Element, tag: str) -> Iterator[Element]:
    """In whichever namespace."""
    return (one for one in element.iter() if str(one.tag).rpartition("}")[2] == tag)


def said(element: Element, tag: str) -> str:
    return next((said_plainly(one.text) for one in called(element, tag)), "")


def said_plainly(text: str | None) -> str:
    """Readable: whoever compares two files sees in what they differ."""
    return " ".join(readable(text or "").split())


def invoice_of(head: Callable[[str], str], lines: Sequence[Mapping[str, str | None]]) -> ReadInvoice:
    return ReadInvoice(
        number=head("number"),
        issued_on=date.fromisoformat(head("issued_on")[:10]),
        seller=head("seller"),
        total_fen=fen(head("total")),
        items=items_of([{name: said_plainly(text) for name, text in one.items()} for one in lines]),
    )


def fen(yuan: str) -> int:
    """Exact; a tax office writes no parts of a fen."""
    value = Decimal(yuan or "0").scaleb(2)
    if not value.is_finite() or abs(value) > 10**13 or value != int(value):
        raise ValueError(yuan)
    return int(value)


def items_of(lines: Sequence[Mapping[str, str]]) -> list[Item]:
    """A line below nothing is what was taken off the one before it; of what was given away nothing is left."""
    items: list[Item] = []
    for line in lines:
        tax = fen("" if line["tax"] in UNTAXED else line["tax"])
        amount = fen(line["amount"]) + tax
        if amount < 0 and items:
            last = items.pop()
            items.append(replace(last, amount_fen=last.amount_fen + amount, tax_fen=last.tax_fen + tax))
        else:
            items.append(item_of(line, amount, tax))
    return [one for one in items if one.amount_fen]


def item_of(line: Mapping[str, str], amount: int, tax: int) -> Item:
    """What has no whole number of pieces is one."""
    count = Decimal(line["quantity"] or "1")
    return Item(
        name=CATEGORY.sub("", line["name"])[:LONGEST].strip(),
        model=line["model"][:LONGEST],
        measure=line["measure"][:LONGEST],
        quantity=int(count) if 1 <= count <= MOST_PIECES and count == int(count) else 1,
        amount_fen=amount,
        tax_fen=tax,
    )
