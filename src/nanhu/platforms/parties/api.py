"""The door of parties: ask, hand over, read what came back. Nothing here waits for anybody outside; `PartyAnswered` says when to look again."""

from nanhu.platforms.parties.adapters.degrees import DegreeQuestion
from nanhu.platforms.parties.adapters.degrees import check as check_degree
from nanhu.platforms.parties.adapters.invoices import Invoice, InvoiceCheck, check_of
from nanhu.platforms.parties.adapters.invoices import check as check_invoice
from nanhu.platforms.parties.adapters.works import look_up as look_up_work
from nanhu.platforms.parties.events import PartyAnswered
from nanhu.platforms.parties.models import Batch, BatchLine, Inquiry, QuotaLine
from nanhu.platforms.parties.queries import answer_of, lines_of_batch, quotas_of
from nanhu.platforms.parties.services.batches import make_batch, take_return

__all__ = [
    "Batch",
    "BatchLine",
    "DegreeQuestion",
    "Inquiry",
    "Invoice",
    "InvoiceCheck",
    "PartyAnswered",
    "QuotaLine",
    "answer_of",
    "check_degree",
    "check_invoice",
    "check_of",
    "lines_of_batch",
    "look_up_work",
    "make_batch",
    "quotas_of",
    "take_return",
]
