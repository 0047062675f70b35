"""The sandbox: tables that refer to vendors and to nothing else, so that no fen of it can reach a wallet or the ledger."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class SandboxCard(models.Model):
    """A test card of a vendor's own; `kind` says how it behaves (sandbox/behaviours.py)."""

    public_id = models.UUIDField(default=uuid4, unique=True)
    vendor = models.ForeignKey("openapi.Vendor", on_delete=models.PROTECT, related_name="+")
    kind = models.TextField()
    state = models.TextField(default="issued")
    is_blocked = models.BooleanField(default=False)
    balance_fen = models.BigIntegerField()
    pin_tries = models.PositiveSmallIntegerField(default=0)
    spent_fen = models.BigIntegerField(default=0)
    spent_on = models.DateField(null=True)

    class Meta:
        db_table = "card_vendor_sandbox_card"
        constraints = [
            models.UniqueConstraint(fields=["vendor", "kind"], name="card_vendor_sandbox_card_once"),
            models.CheckConstraint(
                condition=Q(balance_fen__gte=0, spent_fen__gte=0), name="card_vendor_sandbox_card_fen"
            ),
        ]


class SandboxPayment(models.Model):
    """A payment of the sandbox, which moves no money."""

    public_id = models.UUIDField(default=uuid4, unique=True)
    vendor = models.ForeignKey("openapi.Vendor", on_delete=models.PROTECT, related_name="+")
    card = models.ForeignKey(SandboxCard, on_delete=models.PROTECT, related_name="+")
    merchant = models.TextField()
    amount_fen = models.BigIntegerField()
    refunded_fen = models.BigIntegerField(default=0)
    outcome = models.TextField()
    reference = models.TextField(default="", blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "card_vendor_sandbox_payment"
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0, refunded_fen__gte=0, refunded_fen__lte=F("amount_fen")),
                name="card_vendor_sandbox_payment_fen",
            )
        ]


class SandboxRefund(models.Model):
    """A refund of the sandbox, which moves no money."""

    public_id = models.UUIDField(default=uuid4, unique=True)
    payment = models.ForeignKey(SandboxPayment, on_delete=models.PROTECT, related_name="refunds")
    amount_fen = models.BigIntegerField()
    reason = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_vendor_sandbox_refund"
        constraints = [models.CheckConstraint(condition=Q(amount_fen__gt=0), name="card_vendor_sandbox_refund_fen")]


class SandboxOrder(models.Model):
    """Nothing of the person is kept: a sandbox order is its number and how far it is."""

    public_id = models.UUIDField(default=uuid4, unique=True)
    vendor = models.ForeignKey("openapi.Vendor", on_delete=models.PROTECT, related_name="+")
    reference = models.TextField(default="", blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_vendor_sandbox_order"
