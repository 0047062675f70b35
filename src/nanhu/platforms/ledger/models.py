from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

LARGEST_AMOUNT_FEN = 10**12


class Account(models.Model):
    """A place where money can be. Its nature is fixed when it is opened; the database refuses to change or delete it.

    With `floor_fen` the account is guarded: its balance is kept beside it and never falls below the floor.
    Without, it has no row that every posting would have to lock (a merchant): its total is summed when asked.
    """

    class Kind(models.TextChoices):
        ASSET = "asset", _("资产")
        LIABILITY = "liability", _("负债")
        INCOME = "income", _("收入")
        EXPENSE = "expense", _("费用")
        CLEARING = "clearing", _("清算")

    code = models.TextField(unique=True)
    name = models.TextField()
    kind = models.TextField(choices=Kind)
    person = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    floor_fen = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "ledger_account"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["asset", "liability", "income", "expense", "clearing"]),
                name="ledger_account_kind",
            ),
            models.CheckConstraint(condition=~Q(code="") & ~Q(name=""), name="ledger_account_is_named"),
        ]


class Balance(models.Model):
    """The balance of a guarded account, seen from its normal side. Moved by the trigger on transfers and nothing else."""

    account = models.OneToOneField(Account, primary_key=True, on_delete=models.PROTECT, related_name="balance")
    sign = models.SmallIntegerField()
    floor_fen = models.BigIntegerField()
    balance_fen = models.BigIntegerField()
    moved_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_balance"
        constraints = [
            models.CheckConstraint(condition=Q(balance_fen__gte=F("floor_fen")), name="ledger_balance_floor"),
            models.CheckConstraint(condition=Q(sign__in=[-1, 1]), name="ledger_balance_sign"),
        ]


class EntryKey(models.Model):
    """What a poster named its entry, so that posting it again changes nothing. Terminals have their sequence instead."""

    key = models.TextField(primary_key=True)
    entry_id = models.BigIntegerField()
    fingerprint = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "ledger_entry_key"
        constraints = [models.CheckConstraint(condition=~Q(key=""), name="ledger_entry_key_is_named")]


class Transfer(models.Model):
    """One movement. The table is made by sql/transfers.sql: partitioned by month of `posted_at`, append-only."""

    pk = models.CompositePrimaryKey("posted_at", "id")
    id = models.BigIntegerField()
    entry_id = models.BigIntegerField()
    posted_at = models.DateTimeField()
    occurred_at = models.DateTimeField()
    kind = models.TextField()
    debit_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    credit_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    amount_fen = models.BigIntegerField()
    reference = models.TextField()
    reverses_entry_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "ledger_transfer"
        managed = False
