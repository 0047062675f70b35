"""Purchases (采购登记), whose sum is set aside before the order, and receipts (验收入库单): what was bought, looked at by two who are
neither each other nor the buyer."""

from collections.abc import Collection
from typing import ClassVar, Final, Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.proposals import Proposal, proposal_constraints
from nanhu.kernel.registry import Text
from nanhu.systems.assets.models.deciding import Decided
from nanhu.systems.assets.models.things import Asset, Classification


class Purchase(models.Model):
    """What a unit is about to order: its sum is reserved in the fund first. Received, what the receipt's lines leave goes back and the rest
    waits under the same key to be paid, by finance's claim or by the asset accountant (`Payment`); settled, what was not paid goes back,
    and cancelled, all of it."""

    what: ClassVar[Text] = _("这次采购")

    class State(models.TextChoices):
        ORDERED = "ordered", _("已占用额度")
        RECEIVED = "received", _("已入库")
        SETTLED = "settled", _("已结清")
        CANCELLED = "cancelled", _("已取消")

    public_id = models.UUIDField(default=uuid4, unique=True)
    token = models.UUIDField(unique=True, help_text="names the form it came from")
    title = models.TextField()
    unit = models.ForeignKey("people.OrgUnit", on_delete=models.PROTECT, related_name="+")
    fund = models.TextField(help_text="of the ledger, by its code")
    amount_fen = models.BigIntegerField()
    state = models.TextField(choices=State, default=State.ORDERED)
    answer = models.TextField(default="", blank=True, help_text="why it was cancelled, or settled before all was paid")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    author_name = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "assets_purchase"
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0) & ~Q(title="") & ~Q(fund=""), name="assets_purchase_says_what"
            ),
            models.CheckConstraint(
                condition=Q(state="ordered", ended_at=None, answer="")
                | Q(state="received", ended_at__isnull=False, answer="")
                | Q(state="settled", ended_at__isnull=False)
                | Q(state="cancelled", ended_at__isnull=False) & ~Q(answer=""),
                name="assets_purchase_ends",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def reservation(self) -> str:
        """Its key in the ledger; whoever pays for it spends it by that."""
        return f"assets.purchase:{self.public_id}"


class Payment(models.Model):
    """What was paid of a received purchase, all or a part, under the number of finance's voucher: so much of its reservation is spent.
    One that was entered wrongly stays, taken back (`Reversal`): its voucher may be entered anew."""

    token = models.UUIDField(unique=True, help_text="names the form it came from")
    purchase = models.ForeignKey(Purchase, on_delete=models.PROTECT, related_name="payments")
    amount_fen = models.BigIntegerField()
    voucher = models.TextField(help_text="half width, capitals, no blanks: so one is entered once for a purchase")
    paid_on = models.DateField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    author_name = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    reversed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "assets_payment"
        constraints = [
            models.UniqueConstraint(
                fields=["purchase", "voucher"], condition=Q(reversed_at=None), name="assets_payment_of_voucher_once"
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0) & ~Q(voucher=""), name="assets_payment_says_what"),
        ]

    def __str__(self) -> str:
        return self.voucher

    @property
    def spending(self) -> str:
        """The key under which its reservation was spent."""
        return f"{self.purchase.reservation}:paid:{self.token}"


class Reversal(Proposal):
    """A payment that was entered wrongly is taken back whole (冲回): one asks, another decides, who did not enter it either; what it
    spent is held again."""

    what = _("这笔付款冲回")

    class State(models.TextChoices):
        ASKED = "asked", _("待复核")
        DONE = "done", _("已冲回")
        REFUSED = "refused", _("未同意")

    state = models.TextField(choices=State, default=State.ASKED)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="reversals")
    reason = models.TextField()

    class Meta:
        db_table = "assets_reversal"
        constraints = [
            *proposal_constraints("assets_reversal", undecided=["asked"], decided=["done", "refused"]),
            models.UniqueConstraint(fields=["payment"], condition=~Q(state="refused"), name="assets_reversal_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="assets_reversal_says_why"),
        ]

    def __str__(self) -> str:
        return str(self.payment)

    @classmethod
    def waiting_for(cls, account_id: int) -> QuerySet[Self]:
        return super().waiting_for(account_id).exclude(payment__author=account_id)

    @property
    def others(self) -> Collection[int]:
        return () if self.payment_id is None else (self.payment.author_id,)


EXPERTS: Final = ("first", "second", "third")
"""Fields of the case that name them."""


class Argument(Decided):
    """Why a unit is to have a large instrument (大型仪器论证), before it is bought: two of three experts say so, then the asset office. A
    receipt of such a thing names it."""

    what = _("这份大型仪器论证")
    process, noun = "assets.argument", "argument"

    class State(models.TextChoices):
        ASKED = "asked", _("论证中")
        DONE = "done", _("已批准")
        REFUSED = "refused", _("未同意")

    state = models.TextField(choices=State, default=State.ASKED)
    title = models.TextField()
    unit = models.ForeignKey("people.OrgUnit", on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    price_fen = models.BigIntegerField(help_text="of one, at most")
    reason = models.TextField()
    sharing = models.TextField(help_text="where it stands, who runs it, who else may use it")
    argued_at = models.DateTimeField(null=True, help_text="the experts agreed")

    class Meta:
        db_table = "assets_argument"
        constraints = [
            *proposal_constraints("assets_argument", undecided=["asked"], decided=["done", "refused"]),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, price_fen__gt=0)
                & ~Q(title="")
                & ~Q(reason="")
                & ~Q(sharing="")
                & (~Q(state="done") | Q(argued_at__isnull=False)),
                name="assets_argument_says_what",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @classmethod
    def waiting_for(cls, account_id: int) -> QuerySet[Self]:
        return super().waiting_for(account_id).exclude(argued_at=None)

    @property
    def is_before_office(self) -> bool:
        return self.argued_at is not None

    @property
    def parties(self) -> Collection[int | None]:
        return {self.case.data[one] for one in EXPERTS} if self.case else ()

    @property
    def target(self) -> str:
        return f"argument:{self.public_id}"

    @property
    def audited(self) -> dict[str, object]:
        return {"title": self.title, "fen": self.price_fen * self.quantity}

    @property
    def summary(self) -> dict[str, object]:
        return {
            "title": self.title,
            "unit": self.unit.name,
            "value": self.price_fen * self.quantity,
            "count": self.quantity,
            "reason": self.reason,
            "sharing": self.sharing,
        }


SIGNED: Final = Q(first_signed_at__isnull=False) | Q(second_signed_at__isnull=False)
"""A receipt whose goods somebody saw: to be named on one keeps nobody from judging, or it would be a way to choose one's judge."""


class Receipt(models.Model):
    """Its number is taken when the second inspector signs; finance pays a line of equipment by that."""

    what: ClassVar[Text] = _("这张验收单")
    process: ClassVar[str] = "assets.receipt"

    class State(models.TextChoices):
        WAITING = "waiting", _("待验收")
        RECEIVED = "received", _("已入库")
        REFUSED = "refused", _("验收不通过")
        TAKEN_BACK = "taken_back", _("已撤回")

    ENDED: ClassVar[tuple[str, ...]] = (State.REFUSED, State.TAKEN_BACK)
    """Without a number, and in no sum."""

    public_id = models.UUIDField(default=uuid4, unique=True)
    token = models.UUIDField(unique=True, help_text="names the form it came from")
    number = models.TextField(null=True, unique=True)
    title = models.TextField()
    unit = models.ForeignKey("people.OrgUnit", on_delete=models.PROTECT, related_name="+")
    acquired = models.TextField(choices=Asset.Acquired, default=Asset.Acquired.BOUGHT)
    acquired_on = models.DateField()
    supplier = models.TextField(default="", blank=True)
    invoice = models.TextField(default="", blank=True, help_text="of what was bought; else the agreement, if any")
    invoice_fen = models.BigIntegerField()
    contract = models.TextField(default="", blank=True)
    funds = models.TextField(default="", blank=True)
    purchase = models.ForeignKey(Purchase, null=True, on_delete=models.PROTECT, related_name="receipts")
    argument = models.ForeignKey(Argument, null=True, on_delete=models.PROTECT, related_name="receipts")
    buyer = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    first_inspector = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    second_inspector = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    first_signed_at = models.DateTimeField(null=True)
    second_signed_at = models.DateTimeField(null=True)
    state = models.TextField(choices=State, default=State.WAITING)
    answer = models.TextField(default="", blank=True, help_text="why it was refused")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    author_name = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True)
    case = models.OneToOneField("flows.Case", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "assets_receipt"
        constraints = [
            models.UniqueConstraint(
                fields=["purchase"], condition=Q(state__in=["waiting", "received"]), name="assets_receipt_of_purchase"
            ),
            models.CheckConstraint(
                condition=~Q(first_inspector=F("second_inspector"))
                & ~Q(first_inspector=F("buyer"))
                & ~Q(second_inspector=F("buyer")),
                name="assets_receipt_three_people",
            ),
            models.CheckConstraint(
                condition=Q(invoice_fen__gt=0, state__in=["waiting", "received", "refused", "taken_back"])
                & Q(acquired__in=["bought", "donated", "transferred", "built", "found"])
                & ~Q(title="")
                & (~Q(invoice="") | ~Q(acquired="bought")),
                name="assets_receipt_says_what",
            ),
            models.CheckConstraint(
                condition=~Q(state="received")
                | Q(number__isnull=False, first_signed_at__isnull=False, second_signed_at__isnull=False),
                name="assets_receipt_signed_by_two",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at=None) | (~Q(state="waiting") & Q(decided_at__isnull=False)),
                name="assets_receipt_decided",
            ),
            models.CheckConstraint(
                condition=Q(state="refused") & ~Q(answer="") | (~Q(state="refused") & Q(answer="")),
                name="assets_receipt_refused_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_signed(self) -> bool:
        """`SIGNED`, of one."""
        return bool(self.first_signed_at or self.second_signed_at)


class ReceiptLine(models.Model):
    """Some alike things: each becomes a card, or all one card (`is_batch`)."""

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    classification = models.ForeignKey(Classification, on_delete=models.PROTECT, related_name="+")
    name = models.TextField()
    model = models.TextField(default="", blank=True)
    maker = models.TextField(default="", blank=True)
    serials = models.TextField(default="", blank=True, help_text="one a line")
    quantity = models.PositiveIntegerField()
    price_fen = models.BigIntegerField(help_text="of one")
    is_batch = models.BooleanField(default=False)
    is_low_value = models.BooleanField(default=False, help_text="by the threshold of the day it was entered")
    put_into_use_on = models.DateField()
    months = models.PositiveSmallIntegerField(
        null=True, help_text="over how many it is depreciated; null: as its class"
    )
    years_basis = models.TextField(
        default="", blank=True, help_text="why other years than the rule's: an appraisal, a house of bricks"
    )
    former_number = models.TextField(default="", blank=True, help_text="on the label that it carries already (盘盈)")
    use = models.TextField(choices=Asset.Use, default=Asset.Use.TEACHING)
    room = models.ForeignKey("campus.Place", null=True, on_delete=models.PROTECT, related_name="+")
    warranty_until = models.DateField(null=True)

    class Meta:
        db_table = "assets_receipt_line"
        ordering: ClassVar = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["receipt", "position"], name="assets_receipt_line_once"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, price_fen__gt=0) & ~Q(name="") & (Q(months=None) | Q(months__gte=1)),
                name="assets_receipt_line_says_what",
            ),
        ]


class ReceiptPhoto(models.Model):
    """What an inspector or the keeper saw of a receipt, or of the things of one of its lines."""

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="photos")
    line = models.ForeignKey(ReceiptLine, null=True, on_delete=models.PROTECT, related_name="photos")
    file = models.OneToOneField("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    author_name = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "assets_receipt_photo"
