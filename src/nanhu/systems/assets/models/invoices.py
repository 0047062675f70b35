"""Invoices (数电票) as their originals say them, the originals that were handed in, and what is contested about a number (发票争议)."""

from collections.abc import Collection
from typing import Any, Self
from uuid import uuid4

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.invoices.reading import content_of
from nanhu.kernel.proposals import Proposal, proposal_constraints
from nanhu.systems.assets.models.receiving import SIGNED, Receipt


class Invoice(models.Model):
    """What a file says; `lines` with their tax. Of a number one stands. What says otherwise is claimed (`Contest`), and stands only where a
    third person has judged so: the other one is void then, for a reason and for good."""

    class State(models.TextChoices):
        STANDING = "standing", _("使用中")
        CLAIMED = "claimed", _("待核对")
        VOID = "void", _("已作废")

    number = models.TextField()
    issued_on = models.DateField()
    seller = models.TextField()
    total_fen = models.BigIntegerField()
    lines: Any = models.JSONField()
    state = models.TextField(choices=State, default=State.STANDING)
    void_reason = models.TextField(default="", blank=True)

    class Meta:
        db_table = "assets_invoice"
        constraints = [
            models.UniqueConstraint(
                fields=["number"], condition=Q(state="standing"), name="assets_invoice_stands_once"
            ),
            models.CheckConstraint(
                condition=Q(number__regex=r"^[0-9]{8,20}$", total_fen__gt=0) & ~Q(seller=""),
                name="assets_invoice_says_what",
            ),
            models.CheckConstraint(
                condition=Q(state="void") & ~Q(void_reason="") | Q(state__in=["standing", "claimed"], void_reason=""),
                name="assets_invoice_void_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def said(self) -> tuple[object, ...]:
        """By which two files are one invoice."""
        return content_of(self.issued_on, self.seller, self.total_fen, self.lines)


class InvoiceFile(models.Model):
    """The original as it was handed in, in whichever form. Who hands in the same one has it as well."""

    public_id = models.UUIDField(default=uuid4, unique=True)
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="files")
    file = models.OneToOneField("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    author_name = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "assets_invoice_file"
        constraints = [models.UniqueConstraint(fields=["invoice", "author"], name="assets_invoice_file_once")]


class Contest(Proposal):
    """A number is used by another's file (`against`), and its author has one that says otherwise (`claimed`), or others typed the number of
    his, which stands, and have no file of it (`against` none): a third person, who handed in none of them and entered nothing by that
    number, nor bought or inspected it, judges."""

    what = _("这件发票争议")

    class State(models.TextChoices):
        ASKED = "asked", _("待核对")
        DONE = "done", _("以后交的为准")
        REFUSED = "refused", _("维持原来的")

    state = models.TextField(choices=State, default=State.ASKED)
    number = models.TextField()
    claimed = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="+")
    against = models.ForeignKey(
        Invoice,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="what stands, while it waits; what it was judged by",
    )
    reason = models.TextField()

    class Meta:
        db_table = "assets_contest"
        constraints = [
            *proposal_constraints("assets_contest", undecided=["asked"], decided=["done", "refused"]),
            models.UniqueConstraint(
                fields=["number", "author"], condition=Q(state="asked"), name="assets_contest_one_at_a_time"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="assets_contest_says_why"),
        ]

    def __str__(self) -> str:
        return self.number

    @classmethod
    def waiting_for(cls, account_id: int) -> QuerySet[Self]:
        files = InvoiceFile.objects.filter(author=account_id).values("invoice__number")
        me = get_user_model().objects.filter(pk=account_id).values("person_id")
        theirs = Q(buyer__in=me) | Q(first_inspector__in=me) | Q(second_inspector__in=me)
        receipts = Receipt.objects.filter(Q(author=account_id) | SIGNED & theirs).values("invoice")
        return super().waiting_for(account_id).exclude(number__in=files).exclude(number__in=receipts)

    @property
    def others(self) -> Collection[int]:
        if not self.number:
            return ()
        files = InvoiceFile.objects.filter(invoice__number=self.number).values_list("author", flat=True)
        accounts = get_user_model().objects.filter(person__in=self.involved).values_list("pk", flat=True)
        return {*files, *Receipt.objects.filter(invoice=self.number).values_list("author", flat=True), *accounts}

    @property
    def involved(self) -> Collection[int]:
        """Persons who bought or inspected what came by the number."""
        rows = Receipt.objects.filter(SIGNED, invoice=self.number)
        return {one for row in rows.values_list("buyer", "first_inspector", "second_inspector") for one in row}


class ReceiptFlag(models.Model):
    """A receipt that was opened under an invoice that was judged void, or by a number that was judged another's: it stays as it is, and says
    so until somebody of the office has said how it was set right."""

    class Result(models.TextChoices):
        OPEN = "open", _("发票待更正")
        BELONGS = "belongs", _("属于现在使用的那张发票")
        CORRECTED = "corrected", _("已另行更正")

    public_id = models.UUIDField(default=uuid4, unique=True)
    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="flags")
    contest = models.ForeignKey(Contest, on_delete=models.PROTECT, related_name="flags")
    result = models.TextField(choices=Result, default=Result.OPEN)
    correction = models.TextField(default="", blank=True)
    corrected_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    corrected_by_name = models.TextField(default="", blank=True)
    corrected_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "assets_receipt_flag"
        constraints = [
            models.UniqueConstraint(
                fields=["receipt"], condition=Q(result="open"), name="assets_receipt_flag_open_once"
            ),
            models.CheckConstraint(
                condition=Q(result="open", correction="", corrected_at=None, corrected_by=None)
                | Q(result__in=["belongs", "corrected"], corrected_at__isnull=False, corrected_by__isnull=False)
                & ~Q(correction=""),
                name="assets_receipt_flag_set_right",
            ),
        ]

    @classmethod
    def to_set_right(cls) -> "QuerySet[ReceiptFlag]":
        """What its author took back, or an inspector refused, is over with that."""
        return cls._default_manager.filter(result=cls.Result.OPEN).exclude(receipt__state__in=Receipt.ENDED)
