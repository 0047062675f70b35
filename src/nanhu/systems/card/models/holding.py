"""A person's money and the card that opens it."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known


class Wallet(models.Model):
    """A person's money: the wallet account (we owe it to them) and the receivable one (they owe it to us)."""

    account = models.OneToOneField("ledger.Account", primary_key=True, on_delete=models.PROTECT, related_name="+")
    person = models.OneToOneField("people.Person", on_delete=models.PROTECT, related_name="+")
    receivable = models.OneToOneField("ledger.Account", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_wallet"


@known(state="card_state_is_known", card_class="card_class_is_known")
class Card(models.Model):
    """The plastic or virtual card. A person has at most one that lives (issued or reported lost)."""

    class Class(models.TextChoices):
        TEACHER = "teacher", _("教师卡")
        STUDENT = "student", _("学生卡")
        ORDINARY = "ordinary", _("普通卡")

    class State(models.TextChoices):
        ISSUED = "issued", _("正常")
        LOST = "lost", _("已挂失")
        FROZEN = "frozen", _("已冻结")
        EXPIRED = "expired", _("已过期")
        REPLACED = "replaced", _("已补办")
        CLOSED = "closed", _("已注销")

    public_id = models.UUIDField(default=uuid4, unique=True)
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="cards")
    number = models.TextField(unique=True, help_text="printed on the card")
    uid = models.TextField(unique=True, help_text="what the chip answers, hexadecimal")
    card_class = models.TextField(choices=Class)
    sub_class = models.TextField(default="", blank=True)
    state = models.TextField(choices=State, default=State.ISSUED)
    valid_from = models.DateField()
    valid_until = models.DateField()
    lost_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_card"
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(state__in=["issued", "lost"]), name="card_one_living_card_per_person"
            ),
            models.CheckConstraint(condition=Q(uid__regex=r"^([0-9A-F]{8}|[0-9A-F]{14})$"), name="card_uid_shape"),
            models.CheckConstraint(condition=Q(number__regex=r"^[0-9]{10}$"), name="card_number_shape"),
            models.CheckConstraint(condition=Q(valid_until__gte=F("valid_from")), name="card_ends_after_start"),
            models.CheckConstraint(
                condition=~Q(state="lost") | Q(lost_at__isnull=False), name="card_lost_has_a_moment"
            ),
        ]
