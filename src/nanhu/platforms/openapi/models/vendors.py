from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.crypto import EncryptedTextField

MOST_PER_MINUTE = 6000


class Mode(models.TextChoices):
    LIVE = "live", _("正式")
    TEST = "test", _("沙箱")


class Scope(models.TextChoices):
    QUERY = "query", _("查卡：持卡人出示的码或授权")
    LOOKUP = "lookup", _("查卡：按学工号")
    BALANCE = "balance", _("看余额")
    PAY = "pay", _("收款")
    PIN = "pin", _("收款时转交消费密码")
    REFUND = "refund", _("退款")
    BLOCK = "block", _("停卡")
    UNBLOCK = "unblock", _("恢复自己停的卡")
    ISSUE = "issue", _("申请临时卡")


class Vendor(models.Model):
    """A company whose programs may act on cards: which, from where, how often. Switched off, none of its keys does anything."""

    public_id = models.UUIDField(default=uuid4, unique=True)
    company = models.TextField()
    contact = models.TextField()
    phone = EncryptedTextField(purpose="card.vendor_phone", default="")
    scopes = ArrayField(models.TextField(choices=Scope), default=list)
    addresses = ArrayField(models.TextField(), default=list, help_text="networks its live keys may be used from")
    units = ArrayField(models.TextField(), default=list, help_text="codes of the units that may sponsor its orders")
    per_minute = models.PositiveIntegerField(default=300)
    is_on = models.BooleanField(default=True)
    registered_by_name = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_vendor"
        constraints = [
            models.CheckConstraint(condition=~Q(company="") & ~Q(contact=""), name="card_vendor_is_named"),
            models.CheckConstraint(condition=Q(scopes__contained_by=Scope.values), name="card_vendor_scopes_are_known"),
            models.CheckConstraint(
                condition=Q(per_minute__gte=1, per_minute__lte=MOST_PER_MINUTE), name="card_vendor_rate"
            ),
        ]

    @property
    def scope_names(self) -> list[str]:
        return [str(Scope(one).label) for one in self.scopes]


class VendorMerchant(models.Model):
    """A merchant this vendor may charge for. The terminal stands for it in card_pay; nobody has its key."""

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="merchants")
    merchant = models.ForeignKey("card.Merchant", on_delete=models.PROTECT, related_name="+")
    terminal = models.OneToOneField("card.PosTerminal", on_delete=models.PROTECT, related_name="+")
    is_on = models.BooleanField(default=True)

    class Meta:
        db_table = "card_vendor_merchant"
        constraints = [models.UniqueConstraint(fields=["vendor", "merchant"], name="card_vendor_merchant_once")]


class VendorKey(models.Model):
    """What its programs show. The text is told once and kept nowhere; `ends_at` where another is taking its place."""

    public_id = models.UUIDField(default=uuid4, unique=True)
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="keys")
    mode = models.TextField(choices=Mode)
    name = models.TextField()
    number = models.TextField(unique=True, help_text="the part of the key that is no secret")
    secret_hash = models.BinaryField(help_text="SHA-256 of the whole text, 256 bits of it chance")
    ending = models.TextField()
    replaces = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    made_by_name = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by_name = models.TextField(default="", blank=True)

    class Meta:
        db_table = "card_vendor_key"
        constraints = [
            models.CheckConstraint(condition=Q(mode__in=["live", "test"]), name="card_vendor_key_mode"),
            models.CheckConstraint(condition=Q(number__regex=r"^[0-9A-Za-z]{12}$"), name="card_vendor_key_number"),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("created_at")), name="card_vendor_key_ends_after"
            ),
        ]
