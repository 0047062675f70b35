from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known
from nanhu.kernel.crypto import EncryptedTextField
from nanhu.systems.card.models import Receipt, Wallet


class Kind(models.TextChoices):
    PAYMENT = "payment", _("消费密码")
    ENQUIRY = "enquiry", _("查询密码")


@known(kind="card_pin_kind")
class Pin(models.Model):
    """One of a holder's two PINs with its own lock counter. Without a digest it is still the initial one (rules.py).

    It hangs on the wallet: a new card of the same holder keeps it, and guessing goes on counting. sql/pay… counts too.
    """

    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="+")
    kind = models.TextField(choices=Kind)
    salt = models.BinaryField(null=True, max_length=16)
    digest = EncryptedTextField(purpose="card.pin", null=True, help_text="HMAC over salt, wallet, kind and digits")
    changed_at = models.DateTimeField(null=True)
    wrong_tries = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "card_pin"
        constraints = [
            models.UniqueConstraint(fields=["wallet", "kind"], name="card_pin_once"),
            models.CheckConstraint(
                condition=Q(salt__isnull=True, digest__isnull=True, changed_at__isnull=True)
                | Q(salt__isnull=False, digest__isnull=False, changed_at__isnull=False),
                name="card_pin_is_whole",
            ),
        ]


class WalletLimit(models.Model):
    """Limits the holder chose; none where the school's own apply. The school's maximum stands above both."""

    wallet = models.OneToOneField(Wallet, primary_key=True, on_delete=models.PROTECT, related_name="+")
    meal_fen = models.BigIntegerField(null=True)
    daily_fen = models.BigIntegerField(null=True)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_limit"
        constraints = [
            models.CheckConstraint(condition=Q(meal_fen__isnull=True) | Q(meal_fen__gte=0), name="card_limit_meal"),
            models.CheckConstraint(condition=Q(daily_fen__isnull=True) | Q(daily_fen__gte=0), name="card_limit_daily"),
        ]


class LimitBreach(models.Model):
    """A stored row above a limit that came without the right PIN: the row is a fact, the office looks at the terminal."""

    class Entered(models.TextChoices):
        NONE = "none", _("没有输密码")
        WRONG = "wrong", _("密码不对")

    receipt = models.OneToOneField(
        Receipt, primary_key=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    which = models.TextField()
    spent_fen = models.BigIntegerField(help_text="with this row, in the meal or on the day")
    limit_fen = models.BigIntegerField()
    pin = models.TextField(choices=Entered)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_limit_breach"
        indexes = [models.Index(fields=["-created_at"], name="card_breach_newest")]
        constraints = [
            models.CheckConstraint(condition=Q(which__in=["meal", "daily"]), name="card_breach_which"),
            models.CheckConstraint(condition=Q(spent_fen__gt=F("limit_fen")), name="card_breach_is_above"),
        ]
