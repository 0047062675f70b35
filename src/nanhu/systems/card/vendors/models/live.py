from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone

from nanhu.systems.card.issuing.models import CardOrder
from nanhu.systems.card.models import Card, LossReport, Receipt


class VendorMerchant(models.Model):
    """A merchant this vendor may charge for. The terminal stands for it in card_pay; nobody has its key."""

    vendor = models.ForeignKey("openapi.Vendor", on_delete=models.PROTECT, related_name="+")
    merchant = models.ForeignKey("card.Merchant", on_delete=models.PROTECT, related_name="+")
    terminal = models.OneToOneField("terminals.Terminal", on_delete=models.PROTECT, related_name="+")
    is_on = models.BooleanField(default=True)

    class Meta:
        db_table = "card_vendor_merchant"
        constraints = [models.UniqueConstraint(fields=["vendor", "merchant"], name="card_vendor_merchant_once")]


class VendorUnit(models.Model):
    """A unit, by its code, that sponsors this vendor's orders of temporary cards (担保)."""

    vendor = models.ForeignKey("openapi.Vendor", on_delete=models.PROTECT, related_name="+")
    unit = models.TextField()

    class Meta:
        db_table = "card_vendor_unit"
        constraints = [models.UniqueConstraint(fields=["vendor", "unit"], name="card_vendor_unit_once")]


class Consent(models.Model):
    """A holder lets a vendor charge the card without a code, so much at a time, until either takes it back."""

    public_id = models.UUIDField(default=uuid4, unique=True)
    vendor = models.ForeignKey("openapi.Vendor", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    most_fen = models.BigIntegerField()
    reference = models.TextField(default="", blank=True, help_text="what the vendor calls this customer")
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "card_vendor_consent"
        constraints = [
            models.UniqueConstraint(
                fields=["vendor", "person"], condition=Q(ended_at=None), name="card_vendor_consent_once"
            ),
            models.CheckConstraint(condition=Q(most_fen__gt=0, most_fen__lte=500_000), name="card_vendor_consent_fen"),
        ]


class VendorPayment(models.Model):
    """A payment a vendor asked for. The money's story is the receipt's, which card_pay wrote."""

    public_id = models.UUIDField(default=uuid4, unique=True)
    vendor = models.ForeignKey("openapi.Vendor", on_delete=models.PROTECT, related_name="+")
    grant = models.ForeignKey(VendorMerchant, on_delete=models.PROTECT, related_name="+")
    receipt = models.OneToOneField(Receipt, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    card = models.ForeignKey(Card, on_delete=models.PROTECT, related_name="+")
    consent = models.ForeignKey(Consent, null=True, on_delete=models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField()
    outcome = models.TextField(help_text="posted, or why not")
    reference = models.TextField(default="", blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "card_vendor_payment"
        indexes = [
            models.Index(fields=["vendor", "-id"], name="card_vendor_payment_newest"),
            models.Index(fields=["id"], condition=Q(settled_at=None, outcome="posted"), name="card_vendor_unsettled"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0) & ~Q(outcome=""), name="card_vendor_payment_whole")
        ]


class VendorRefund(models.Model):
    """Money that a vendor gave back of a payment."""

    public_id = models.UUIDField(default=uuid4, unique=True)
    payment = models.ForeignKey(VendorPayment, on_delete=models.PROTECT, related_name="refunds")
    receipt = models.OneToOneField(Receipt, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    amount_fen = models.BigIntegerField()
    reason = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_vendor_refund"
        constraints = [models.CheckConstraint(condition=Q(amount_fen__gt=0), name="card_vendor_refund_amount")]


class VendorBlock(models.Model):
    """A loss report that a vendor made: it may take back its own, and nobody else's."""

    vendor = models.ForeignKey("openapi.Vendor", on_delete=models.PROTECT, related_name="+")
    report = models.OneToOneField(LossReport, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "card_vendor_block"


class VendorOrder(models.Model):
    """A card order (办卡单) that a vendor handed in; unit and office decide on it as on any other."""

    public_id = models.UUIDField(default=uuid4, unique=True)
    vendor = models.ForeignKey("openapi.Vendor", on_delete=models.PROTECT, related_name="+")
    order = models.OneToOneField(CardOrder, on_delete=models.PROTECT, related_name="+")
    reference = models.TextField(default="", blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_vendor_order"
