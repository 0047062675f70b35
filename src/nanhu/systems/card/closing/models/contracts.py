from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known
from nanhu.kernel.crypto import EncryptedTextField
from nanhu.systems.card.models import Merchant


class DayRange(Func):
    """The days of a row, both ends included; an open end stays open."""

    function = "daterange"
    template = "%(function)s(%(expressions)s, '[]')"


@known(cycle="card_contract_cycle")
class Contract(models.Model):
    """What was agreed with a merchant: the fee, how often takings are settled, where the money goes. Dated, never two at once."""

    class Cycle(models.TextChoices):
        DAILY = "daily", _("按日")
        WEEKLY = "weekly", _("按周")
        MONTHLY = "monthly", _("按月")

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="+")
    fee_per_mille = models.PositiveIntegerField(help_text="‰ of the takings")
    cycle = models.TextField(choices=Cycle)
    payee = models.TextField(help_text="name of the bank account")
    account_token = EncryptedTextField(purpose="card.merchant_account")
    account_last4 = models.CharField(max_length=4)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    author = models.ForeignKey("identity.Account", null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_contract"
        constraints = [
            models.CheckConstraint(condition=Q(fee_per_mille__lte=200), name="card_contract_fee"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="card_contract_ends"
            ),
            models.CheckConstraint(
                condition=Q(account_last4__regex=r"^[0-9]{4}$") & ~Q(payee=""), name="card_contract_payee"
            ),
            ExclusionConstraint(
                name="card_contract_one_at_a_time",
                expressions=[
                    ("merchant", RangeOperators.EQUAL),
                    (DayRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
            ),
        ]


class MerchantUser(models.Model):
    """Which account sees which merchant (with the role card.merchant)."""

    account = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_merchant_user"
        constraints = [models.UniqueConstraint(fields=["account", "merchant"], name="card_merchant_user_once")]
