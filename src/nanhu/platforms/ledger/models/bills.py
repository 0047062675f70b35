"""Bills (应缴): what a person owes for a fee item, and everything that was done about it."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.dated import DatedRule, dated_constraints
from nanhu.platforms.ledger.models.entries import Account


class FeeItem(DatedRule):
    """What may be charged (收费项目) from a day to a day: under which licence (收费许可), and how much a bill at most."""

    key = ("code",)

    code = models.TextField(help_text="as rooms call it: power.dormitory")
    name = models.TextField()
    licence = models.TextField(default="", blank=True)
    ceiling_fen = models.BigIntegerField(null=True)

    class Meta:
        db_table = "ledger_fee_item"
        constraints = [
            *dated_constraints("ledger_fee_item", "code"),
            models.CheckConstraint(
                condition=~Q(code="") & ~Q(name="") & (Q(ceiling_fen=None) | Q(ceiling_fen__gt=0)),
                name="ledger_fee_item_says_what",
            ),
        ]


class Bill(models.Model):
    """Issuing posts it (应收), and so does each movement: its sums and its state follow movements and nothing else.

    Owed is what is neither paid nor forgiven; `returned_fen` is the part of what was paid that went back. A payment that was booked
    wrongly is taken back (冲回) as if it had not been: it is in neither sum, and owed again.
    """

    class State(models.TextChoices):
        OPEN = "open", _("未缴")
        PART = "part", _("已缴部分")
        PAID = "paid", _("已缴清")
        DEFERRED = "deferred", _("缓缴")
        WAIVED = "waived", _("已减免")
        CANCELLED = "cancelled", _("已撤销")
        REFUNDED = "refunded", _("已退费")

    public_id = models.UUIDField(default=uuid4, unique=True)
    number = models.TextField(unique=True, default="", help_text="given by the database")
    key = models.TextField(unique=True, help_text="the issuer's name for it: issued once")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    issuer = models.TextField(help_text="the room that issued it")
    item = models.ForeignKey(FeeItem, on_delete=models.PROTECT, related_name="+", db_index=False)
    period = models.TextField(default="", blank=True, help_text="2026-10, 2026-2027-1")
    name = models.TextField(help_text="as who pays reads it")
    amount_fen = models.BigIntegerField()
    due_on = models.DateField()
    state = models.TextField(choices=State, default=State.OPEN)
    paid_fen = models.BigIntegerField(default=0)
    returned_fen = models.BigIntegerField(default=0)
    forgiven_fen = models.BigIntegerField(default=0)
    deferred_until = models.DateField(null=True)
    receivable = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    billed = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    payee = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    entry_id = models.BigIntegerField(default=0, help_text="of the issue; given by the database")
    issued_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "ledger_bill"
        indexes = [
            models.Index(fields=["person", "due_on", "id"], name="ledger_bill_of_person"),
            models.Index(fields=["deferred_until"], condition=Q(state="deferred"), name="ledger_bill_deferred"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0, amount_fen__lte=10**12) & ~Q(key="") & ~Q(issuer="") & ~Q(name=""),
                name="ledger_bill_says_what",
            ),
            models.CheckConstraint(
                condition=Q(returned_fen__gte=0, paid_fen__gte=F("returned_fen"), forgiven_fen__gte=0),
                name="ledger_bill_sums",
            ),
            models.CheckConstraint(
                condition=Q(amount_fen__gte=F("paid_fen") + F("forgiven_fen")), name="ledger_bill_not_overpaid"
            ),
            models.CheckConstraint(
                condition=(
                    Q(state__in=["open", "part", "deferred"], amount_fen__gt=F("paid_fen") + F("forgiven_fen"))
                    | Q(
                        state__in=["paid", "waived", "cancelled", "refunded"],
                        amount_fen=F("paid_fen") + F("forgiven_fen"),
                    )
                )
                & (Q(state="deferred", deferred_until__isnull=False) | ~Q(state="deferred") & Q(deferred_until=None)),
                name="ledger_bill_state",
            ),
            models.CheckConstraint(
                condition=Q(state="open", paid_fen=0)
                | Q(state="part", paid_fen__gt=0)
                | Q(state="paid", paid_fen__gt=0)
                | Q(state="deferred")
                | Q(state="waived", forgiven_fen__gt=0)
                | Q(state="cancelled", paid_fen=0)
                | Q(state="refunded", paid_fen__gt=0, returned_fen=F("paid_fen")),
                name="ledger_bill_state_of_sums",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def owed_fen(self) -> int:
        return self.amount_fen - self.paid_fen - self.forgiven_fen

    @property
    def is_owed(self) -> bool:
        return self.state in OWED


OWED = (Bill.State.OPEN, Bill.State.PART, Bill.State.DEFERRED)


class BillMovement(models.Model):
    """One thing done about a bill, append-only. Writing it posts it and moves the bill, in the same statement."""

    class Kind(models.TextChoices):
        PAY = "pay", _("缴费")
        REFUND = "refund", _("退费")
        WAIVE = "waive", _("减免")
        CANCEL = "cancel", _("撤销")
        DEFER = "defer", _("缓缴")
        RESUME = "resume", _("缓缴到期")
        UNPAY = "unpay", _("冲回缴费")

    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="movements")
    kind = models.TextField(choices=Kind)
    amount_fen = models.BigIntegerField(default=0)
    key = models.TextField(unique=True)
    request = models.TextField(default="", blank=True, help_text="the payment that several bills were paid by")
    entry_id = models.BigIntegerField(null=True)
    posted_as = models.TextField(
        default="", blank=True, help_text="the kind of the entry, where it is not the bill's own"
    )
    payer = models.TextField(default="", blank=True, help_text="the registered way of paying")
    account = models.ForeignKey(
        Account, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="refund")
    until = models.DateField(null=True)
    reason = models.TextField(default="", blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "ledger_bill_movement"
        indexes = [
            models.Index(fields=["entry_id"], condition=Q(kind="pay"), name="ledger_bill_movement_entry"),
            models.Index(fields=["request"], condition=~Q(request=""), name="ledger_bill_movement_request"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(kind="pay", amount_fen__gt=0, account__isnull=False, reverses=None) & ~Q(payer="")
                    | Q(kind__in=["refund", "unpay"], amount_fen__gt=0, account__isnull=False, reverses__isnull=False)
                    & ~Q(reason="")
                    | Q(kind__in=["waive", "cancel"], amount_fen__gt=0, account=None, reverses=None) & ~Q(reason="")
                    | Q(kind="defer", amount_fen=0, until__isnull=False, reverses=None) & ~Q(reason="")
                    | Q(kind="resume", amount_fen=0, reverses=None)
                )
                & ~Q(key=""),
                name="ledger_bill_movement_says_what",
            ),
            models.CheckConstraint(
                condition=Q(amount_fen=0, entry_id=None) | Q(amount_fen__gt=0, entry_id__isnull=False),
                name="ledger_bill_movement_is_posted",
            ),
        ]
