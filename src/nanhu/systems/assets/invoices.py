"""Invoices as a file (数电票): what the XML of the tax office says, and how its original is kept. A PDF or OFD of one is not read."""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final
from xml.etree.ElementTree import Element  # the type alone: what is read goes through defusedxml

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today
from nanhu.kernel.files.models import StoredFile
from nanhu.kernel.files.purposes import MEGABYTE, Purpose, Retention, purposes
from nanhu.kernel.folding import readable
from nanhu.kernel.registry import Viewer
from nanhu.systems.assets.errors import InvoiceUnreadError
from nanhu.systems.assets.models import InvoiceFile, Receipt
from nanhu.systems.assets.policies import FINANCE, OFFICE, units_kept_by

LARGEST: Final = 2 * MEGABYTE
MOST_LINES: Final = 2_000
LONGEST: Final = 80
CATEGORY: Final = re.compile(r"^\*[^*]+\*")
NUMBER: Final = re.compile(r"[0-9]{20}")
"""Of a 数电票, once in the country; the older ones of eight digits are several sellers'."""


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
class Read:
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
        """By which two files are one invoice, as `Invoice.said`."""
        return self.issued_on, self.seller, self.total_fen, self.lines


def read_invoice(content: bytes) -> Read:
    """Raises InvoiceUnreadError, with what is wrong."""
    try:
        root = ElementTree.fromstring(content, forbid_dtd=True)
        found = Read(
            number=said(root, "InvoiceNumber") or said(root, "EIid"),
            issued_on=date.fromisoformat((said(root, "IssueTime") or said(root, "RequestTime"))[:10]),
            seller=said(root, "SellerName"),
            total_fen=fen(said(root, "TotalTax-includedAmount")),
            items=items_of(root),
        )
    except (ElementTree.ParseError, DefusedXmlException, ValueError, ArithmeticError, LookupError) as broken:
        raise InvoiceUnreadError(why=_("不是数电票的 XML，或缺号码、日期、金额")) from broken
    if found.issued_on > campus_today():
        raise InvoiceUnreadError(why=_("开票日期晚于今天"))
    is_told = NUMBER.fullmatch(found.number) and found.seller and found.items and all(one.name for one in found.items)
    if not is_told or found.total_fen <= 0:
        raise InvoiceUnreadError(why=_("没有读到号码、销售方、明细或价税合计；红字发票不收"))
    if sum(one.amount_fen for one in found.items) != found.total_fen or any(one.price_fen <= 0 for one in found.items):
        raise InvoiceUnreadError(why=_("各行合计与价税合计对不上"))
    return found


def called(element: Element, tag: str) -> Iterator[Element]:
    """In whichever namespace."""
    return (one for one in element.iter() if str(one.tag).rpartition("}")[2] == tag)


def said(element: Element, tag: str) -> str:
    """Readable: whoever compares two files sees in what they differ."""
    return next((" ".join(readable(one.text or "").split()) for one in called(element, tag)), "")


def fen(yuan: str) -> int:
    """Exact; a tax office writes no parts of a fen."""
    value = Decimal(yuan or "0").scaleb(2)
    if not value.is_finite() or abs(value) > 10**13 or value != int(value):
        raise ValueError(yuan)
    return int(value)


def items_of(root: Element) -> list[Item]:
    """A line below nothing is what was taken off the one before it; of what was given away nothing is left."""
    items: list[Item] = []
    found = list(called(root, "IssuItemInformation"))
    if len(found) > MOST_LINES:
        raise InvoiceUnreadError(why=_("明细超过 2,000 行"))
    for one in found:
        if one.find(".//{*}IssuItemInformation") is not None:
            raise ValueError("a line within a line: each would be read again for all above it")
        tax = fen(said(one, "ComTaxAm"))
        amount = fen(said(one, "Amount")) + tax
        if amount < 0 and items:
            last = items.pop()
            items.append(Item(**asdict(last) | {"amount_fen": last.amount_fen + amount, "tax_fen": last.tax_fen + tax}))
        else:
            items.append(item_of(one, amount, tax))
    return [one for one in items if one.amount_fen]


def item_of(one: Element, amount: int, tax: int) -> Item:
    """What has no whole number of pieces is one."""
    count = Decimal(said(one, "Quantity") or "1")
    return Item(
        name=CATEGORY.sub("", said(one, "ItemName"))[:LONGEST],
        model=said(one, "SpecMod")[:LONGEST],
        measure=said(one, "MeaUnits")[:LONGEST],
        quantity=int(count) if 1 <= count <= 10_000 and count == int(count) else 1,  # noqa: PLR2004 - as a receipt's line
        amount_fen=amount,
        tax_fen=tax,
    )


def may_open(viewer: Viewer, file: StoredFile) -> bool:
    """Who handed it in, the office and finance, and whoever keeps, bought or inspects what he entered by it: the number alone, which anybody
    may write on a receipt of his own, opens nothing."""
    if viewer.roles & {OFFICE, FINANCE}:
        return True
    me, found = viewer.person_id or 0, InvoiceFile.objects.filter(file=file)
    asked = Q(unit__in=units_kept_by(viewer)) | Q(buyer=me) | Q(first_inspector=me) | Q(second_inspector=me)
    numbers, authors = found.values("invoice__number"), found.values("author")
    entered = Receipt.objects.filter(asked, invoice__in=numbers, author__in=authors)
    return found.filter(author=viewer.account_id).exists() or entered.exists()


ORIGINALS: Final = Purpose(
    key="assets.invoice",
    name=_("发票原件"),
    kinds=frozenset({"xml"}),
    retention=Retention(name=_("会计凭证三十年"), days=10_958),
    may_open=may_open,
    largest_bytes=LARGEST,
    needed=lambda: Exists(InvoiceFile.objects.filter(file=OuterRef("pk"))),
)
purposes.add(ORIGINALS)
"""Byte for byte: the law asks for the original."""
