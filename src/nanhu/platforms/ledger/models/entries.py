"""Accounts, transfers between them, balances, and their seals."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known
from nanhu.kernel.crypto import EncryptedTextField


@known(kind="ledger_account_kind")
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
    """One movement. The table is made by sql/tables.sql: partitioned by month of `posted_at`, append-only."""

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
    era = models.BigIntegerField()
    xid = models.BigIntegerField()

    class Meta:
        db_table = "ledger_transfer"
        managed = False


class Block(models.Model):
    """A sealed run of transfers: all of one `era` after (after_xid, after_id) up to (until_xid, until_id).

    `digest` is the Merkle root of the rows' lines, `seal` covers the block with the seal before it, `witness` is the same
    seal under the keyring: who can write the database and has no keyring cannot make a chain that fits.
    """

    number = models.BigIntegerField(primary_key=True)
    era = models.BigIntegerField()
    after_xid = models.BigIntegerField()
    after_id = models.BigIntegerField()
    until_xid = models.BigIntegerField()
    until_id = models.BigIntegerField()
    rows = models.PositiveIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    algorithm = models.CharField(max_length=10)
    digest = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    seal = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()
    witness = EncryptedTextField(purpose="ledger.block_seal")

    class Meta:
        db_table = "ledger_block"
        constraints = [
            models.UniqueConstraint(fields=["era", "until_xid", "until_id"], name="ledger_block_order"),
            models.UniqueConstraint(fields=["previous"], name="ledger_block_chain"),
            models.CheckConstraint(condition=Q(algorithm__in=["sha256", "sm3"]), name="ledger_block_algorithm"),
        ]
        indexes = [models.Index(fields=["sealed_at"], name="ledger_block_sealed")]


class DayRoot(models.Model):
    """The root of a campus day: the Merkle root of the seals of all blocks that were sealed on it."""

    day = models.DateField(primary_key=True)
    first_number = models.BigIntegerField()
    last_number = models.BigIntegerField()
    algorithm = models.CharField(max_length=10)
    root = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    witness = EncryptedTextField(purpose="ledger.day_root")

    class Meta:
        db_table = "ledger_day_root"
        constraints = [
            models.CheckConstraint(condition=Q(last_number__gte=F("first_number")), name="ledger_day_root_blocks"),
            models.UniqueConstraint(fields=["first_number"], name="ledger_day_root_first"),
        ]


class DaySum(models.Model):
    """What a day moved, by account (of nobody) or by group of accounts (of people). Derived; checked against the rows."""

    day = models.DateField()
    kind = models.TextField()
    account_group = models.TextField()
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    debit_fen = models.BigIntegerField()
    credit_fen = models.BigIntegerField()
    rows = models.BigIntegerField()

    class Meta:
        db_table = "ledger_day_sum"
        constraints = [
            models.UniqueConstraint(
                fields=["day", "kind", "account_group", "account"], name="ledger_day_sum_once", nulls_distinct=False
            )
        ]


class Check(models.Model):
    """What a verification of the chain and of the day sums found. `until_number` is the last block it saw."""

    at = models.DateTimeField(default=timezone.now)
    from_number = models.BigIntegerField()
    until_number = models.BigIntegerField()
    rows = models.BigIntegerField()
    faults: Any = models.JSONField(default=list)

    class Meta:
        db_table = "ledger_check_note"


class SigningKey(models.Model):
    """The school's key (Ed25519) for statements. A new one is added, old ones stay, so that what they signed can be checked."""

    public = models.CharField(max_length=64, unique=True)
    private = EncryptedTextField(purpose="ledger.signing_key")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "ledger_signing_key"
