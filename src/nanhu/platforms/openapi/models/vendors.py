from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast
from django.db.models.lookups import Regex
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known
from nanhu.kernel.crypto import EncryptedTextField

MOST_PER_MINUTE = 6000


class Mode(models.TextChoices):
    LIVE = "live", _("正式")
    TEST = "test", _("沙箱")


class Vendor(models.Model):
    """A company whose programs may act here: on what, from where, how often. Switched off, none of its keys does anything.

    A scope is "<room>.<name>". One whose room is not installed stays granted and does nothing.
    """

    public_id = models.UUIDField(default=uuid4, unique=True)
    company = models.TextField()
    contact = models.TextField()
    phone = EncryptedTextField(purpose="openapi.vendor_phone", default="")
    scopes = ArrayField(models.TextField(), default=list)
    addresses = ArrayField(models.TextField(), default=list, help_text="networks its live keys may be used from")
    per_minute = models.PositiveIntegerField(default=300)
    is_on = models.BooleanField(default=True)
    registered_by_name = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "openapi_vendor"
        constraints = [
            models.CheckConstraint(condition=~Q(company="") & ~Q(contact=""), name="openapi_vendor_is_named"),
            models.CheckConstraint(
                condition=Regex(Cast("scopes", models.TextField()), r"^\{([a-z_]+\.[a-z_]+(,[a-z_]+\.[a-z_]+)*)?\}$"),
                name="openapi_vendor_scopes_name_their_room",
            ),
            models.CheckConstraint(
                condition=Q(per_minute__gte=1, per_minute__lte=MOST_PER_MINUTE), name="openapi_vendor_rate"
            ),
        ]


@known(mode="openapi_key_mode")
class ApiKey(models.Model):
    """What a vendor's programs show. The text is shown once and kept nowhere; `ends_at` where another is taking its place."""

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
        db_table = "openapi_key"
        constraints = [
            models.CheckConstraint(condition=Q(number__regex=r"^[0-9A-Za-z]{12}$"), name="openapi_key_number"),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("created_at")), name="openapi_key_ends_after"
            ),
        ]
