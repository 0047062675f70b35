"""Originals of invoices (数电票): kept byte for byte, and who may open them. They are read by `nanhu.kernel.invoices`."""

from typing import Final

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.files.models import StoredFile
from nanhu.kernel.files.purposes import MEGABYTE, Purpose, Retention, purposes
from nanhu.kernel.registry import Viewer
from nanhu.systems.assets.models import InvoiceFile, Receipt
from nanhu.systems.assets.policies import FINANCE, OFFICE, units_kept_by

LARGEST: Final = 2 * MEGABYTE


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
    kinds=frozenset({"xml", "ofd", "pdf"}),
    retention=Retention(name=_("会计凭证三十年"), days=10_958),
    may_open=may_open,
    largest_bytes=LARGEST,
    needed=lambda: Exists(InvoiceFile.objects.filter(file=OuterRef("pk"))),
)
purposes.add(ORIGINALS)
"""Byte for byte: the law asks for the original."""
