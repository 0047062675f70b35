from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known
from nanhu.kernel.crypto import EncryptedTextField
from nanhu.kernel.models import Retried
from nanhu.platforms.payments.models.channels import Channel


@known(state="payments_agreement_state_is_known")
class Agreement(Retried):
    """A bank agreement (签约): the person lets the campus ask money from a bank card. The bank's token and the last four
    digits are all we keep of that card (ruling 12)."""

    class State(models.TextChoices):
        ASKED = "asked", _("正在向银行核验")
        ACTIVE = "active", _("已签约")
        REFUSED = "refused", _("未通过")
        CANCELLING = "cancelling", _("正在解约")
        CANCELLED = "cancelled", _("已解约")

    class Source(models.TextChoices):
        KIOSK = "kiosk", _("圈存机")
        WEB = "web", _("网页")
        BULK = "bulk", _("新生批量预签约")

    public_id = models.UUIDField(default=uuid4, unique=True)
    number = models.TextField(unique=True, help_text="our request id at the bank")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    token = EncryptedTextField(purpose="payments.bank_token", default="")
    tail = models.TextField(default="", blank=True)
    state = models.TextField(choices=State, default=State.ASKED)
    source = models.TextField(choices=Source)
    sentence = models.TextField(default="", blank=True, help_text="what the bank said")
    replaces = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    form = models.UUIDField(
        null=True, help_text="a digest of the form and what stood in it, salted by a token kept nowhere"
    )
    created_at = models.DateTimeField(default=timezone.now)
    signed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_agreement"
        indexes = [models.Index(fields=["person", "-created_at"], name="payments_agreement_of_person")]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "channel"], condition=Q(state="active"), name="payments_one_active_agreement"
            ),
            models.UniqueConstraint(
                fields=["person", "channel"], condition=Q(state="asked"), name="payments_one_asked_agreement"
            ),
            models.CheckConstraint(
                condition=Q(tail__regex=r"^([0-9]{4})?$"), name="payments_agreement_keeps_the_tail_only"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["active", "cancelling", "cancelled"]) | Q(signed_at__isnull=False),
                name="payments_agreement_signed_has_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(due_at__isnull=True) | Q(state__in=["asked", "cancelling"]),
                name="payments_agreement_ended_waits_for_nothing",
            ),
        ]


class BulkSigning(models.Model):
    """A list of new students handed in to be signed with the bank before they come (批量预签约). The file itself is not kept."""

    public_id = models.UUIDField(default=uuid4, unique=True)
    token = models.UUIDField(unique=True, help_text="of the form: sent twice, it is one")
    file_name = models.TextField(default="", blank=True)
    author = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    author_name = models.TextField()
    row_count = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "payments_bulk_signing"


class BulkSigningRow(models.Model):
    """A line and the agreement it became; `note` says why it became none."""

    signing = models.ForeignKey(BulkSigning, on_delete=models.PROTECT, related_name="rows")
    line = models.PositiveIntegerField()
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    tail = models.TextField()
    agreement = models.OneToOneField(Agreement, null=True, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(default="", blank=True)

    class Meta:
        db_table = "payments_bulk_signing_row"
        constraints = [
            models.UniqueConstraint(fields=["signing", "line"], name="payments_bulk_signing_line_once"),
            models.CheckConstraint(
                condition=Q(tail__regex=r"^[0-9]{4}$"), name="payments_bulk_signing_keeps_the_tail_only"
            ),
        ]
