"""Invoices handed in (数电票): kept as they came, once each; what a receipt is filled in with, and the class proposed by what the like is."""

from collections import Counter
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet, Value
from django.db.models.functions import Length

from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.files import services as files
from nanhu.kernel.invoices.reading import Item, ReadInvoice, read_invoice
from nanhu.kernel.money import plain_yuan
from nanhu.kernel.once import lock_key
from nanhu.kernel.registry import Viewer
from nanhu.systems.assets.errors import NumberUsedError
from nanhu.systems.assets.invoices import ORIGINALS
from nanhu.systems.assets.models import Asset, Contest, Invoice, InvoiceFile, Receipt, ReceiptFlag, ReceiptLine


def hand_in(*, by: Actor, content: bytes, name: str) -> tuple[InvoiceFile, list[InvoiceFile]]:
    """With those of the same invoice that were handed in before, one's own among them, which is given again. What says otherwise than the one
    that stands under its number is refused, without a word of that one: it may be contested (`contesting`)."""
    found = read_invoice(content)  # before the transaction: a PDF takes a second
    return handed_in(by, found, content, name)


@transaction.atomic
def handed_in(by: Actor, found: ReadInvoice, content: bytes, name: str) -> tuple[InvoiceFile, list[InvoiceFile]]:
    invoice = standing(found.number) or entered(found, Invoice.State.STANDING)
    if invoice.said != found.said:
        raise NumberUsedError(number=found.number)
    before = list(invoice.files.select_related("file", "invoice").order_by("pk"))
    mine = next((one for one in before if one.author_id == by.account_id), None)
    return mine or kept(by, invoice, content, name), before


def standing(number: str) -> Invoice | None:
    """What is entered or judged by its number is one after another, until the transaction ends."""
    lock_key(f"assets.invoice:{number}")
    return Invoice.objects.filter(number=number, state=Invoice.State.STANDING).first()


def entered(found: ReadInvoice, state: Invoice.State) -> Invoice:
    return Invoice.objects.create(
        number=found.number,
        issued_on=found.issued_on,
        seller=found.seller,
        total_fen=found.total_fen,
        lines=found.lines,
        state=state,
    )


def kept(by: Actor, invoice: Invoice, content: bytes, name: str) -> InvoiceFile:
    target = f"invoice_file:{invoice.number}"
    file = files.keep(by=by, purpose=ORIGINALS, content=content, name=name, target=target)
    return InvoiceFile.objects.create(invoice=invoice, file=file, author_id=account_of(by), author_name=by.name)


def receipts_with(number: str) -> QuerySet[Receipt]:
    """That stand, of what was bought; not those whose invoice was judged void, which are none of the one that stands now."""
    flagged = ReceiptFlag.objects.exclude(result=ReceiptFlag.Result.BELONGS).values("receipt")
    rows = Receipt.objects.filter(invoice=number, acquired=Asset.Acquired.BOUGHT).exclude(state__in=Receipt.ENDED)
    return rows.exclude(pk__in=flagged)


def is_of_others(invoice: Invoice, receipt: Receipt) -> bool:
    """It was judged to be of those who have its file (发票争议), of whom the author is none; nor did the office say that this one belongs."""
    judged = Contest.objects.filter(claimed=invoice, state=Contest.State.DONE)
    is_theirs = judged.exists() and not invoice.files.filter(author=receipt.author_id).exists()
    return is_theirs and not receipt.flags.filter(result=ReceiptFlag.Result.BELONGS).exists()


def handed_in_by(viewer: Viewer, named: str) -> InvoiceFile | None:
    """Of an invoice that stands. `named`: as an address says it."""
    with suppress(ValueError):
        mine = InvoiceFile.objects.filter(author=viewer.account_id, invoice__state=Invoice.State.STANDING)
        return mine.filter(public_id=UUID(named)).select_related("invoice").first()
    return None


def head_of(found: InvoiceFile) -> dict[str, Any]:
    return {
        "title": "、".join(dict.fromkeys(one.name for one in items_of(found)))[:80],
        "acquired_on": found.invoice.issued_on,
        "supplier": found.invoice.seller[:80],
        "invoice": found.invoice.number,
        "invoice_fen": plain_yuan(found.invoice.total_fen),
    }


def line_of(item: Item) -> dict[str, Any]:
    return {
        "classification": proposed_class(item.name),
        "name": item.name,
        "model": item.model,
        "quantity": item.quantity,
        "price_yuan": plain_yuan(item.price_fen),
    }


def items_of(found: InvoiceFile) -> list[Item]:
    return [Item(**one) for one in found.invoice.lines]


def items_left(found: InvoiceFile) -> list[tuple[int, Item]]:
    """With their places: those whose name and model stand in no line that came by it, each line for one of them."""
    rows = ReceiptLine.objects.filter(receipt__in=receipts_with(found.invoice.number))
    entered, left = Counter(rows.values_list("name", "model")), []
    for at, one in enumerate(items_of(found)):
        if entered[one.name, one.model]:
            entered[one.name, one.model] -= 1
        else:
            left.append((at, one))
    return left


def proposed_class(name: str) -> str:
    """Under which class most things stand that are called alike, as the form takes it; nothing where none is. The keeper decides."""
    alike = Q(name__icontains=name) | Q(said__icontains=F("name"), long__gte=2)
    rows = Asset.objects.annotate(said=Value(name), long=Length("name")).filter(alike, classification__children=None)
    codes = rows.values_list("classification__code", "classification__name").annotate(count=Count("pk"))
    found = codes.order_by("-count", "classification__code").first()
    return f"{found[0]} {found[1]}" if found else ""
