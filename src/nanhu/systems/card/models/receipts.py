"""What terminals and counters were told, and what hangs on it. The money itself moves in the ledger."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from nanhu.platforms.terminals.api import Terminal
from nanhu.systems.card.models.field import Merchant
from nanhu.systems.card.models.holding import Card, Wallet


class Receipt(models.Model):
    """What a terminal or counter was told, once. The table is made by sql/tables.sql, append-only."""

    kind = models.TextField()
    outcome = models.TextField()
    terminal = models.ForeignKey(Terminal, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    sequence = models.BigIntegerField(null=True)
    fingerprint = models.BinaryField(null=True)
    wallet = models.ForeignKey(Wallet, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    card = models.ForeignKey(Card, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    merchant = models.ForeignKey(Merchant, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    amount_fen = models.BigIntegerField(null=True)
    owed_fen = models.BigIntegerField(default=0)
    balance_fen = models.BigIntegerField(null=True)
    detail = models.TextField(default="")
    occurred_at = models.DateTimeField()
    posted_at = models.DateTimeField()
    entry_id = models.BigIntegerField(null=True)
    reverses = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    meal = models.SmallIntegerField(default=0)

    class Meta:
        db_table = "card_receipt"
        managed = False


class Spent(models.Model):
    """What a wallet spent of a day in each meal (0: between meals). The table is made by sql/tables.sql."""

    pk = models.CompositePrimaryKey("wallet_id", "day", "meal")
    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    day = models.DateField()
    meal = models.SmallIntegerField()
    fen = models.BigIntegerField()

    class Meta:
        db_table = "card_spent"
        managed = False


class Hold(models.Model):
    """A pre-hold (预扣): what it may cost at most, until release, reversal or its end. See sql/card_settle_hold.sql."""

    receipt = models.OneToOneField(
        Receipt, primary_key=True, on_delete=models.PROTECT, related_name="hold", db_constraint=False
    )
    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    terminal = models.ForeignKey(Terminal, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    amount_fen = models.BigIntegerField()
    metered_fen = models.BigIntegerField(default=0)
    meal = models.SmallIntegerField(default=0)
    begun_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    price_fen = models.BigIntegerField(null=True)
    release_receipt = models.OneToOneField(
        Receipt, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    payment_receipt = models.OneToOneField(
        Receipt, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )

    class Meta:
        db_table = "card_hold"
        indexes = [
            models.Index(fields=["ends_at"], condition=Q(settled_at__isnull=True), name="card_hold_open"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0, metered_fen__gte=0, metered_fen__lte=F("amount_fen")),
                name="card_hold_amounts",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, price_fen__isnull=True, release_receipt__isnull=True)
                | Q(
                    settled_at__isnull=False,
                    price_fen__gte=0,
                    price_fen__lte=F("amount_fen"),
                    release_receipt__isnull=False,
                ),
                name="card_hold_settled_whole",
            ),
        ]


class Refund(models.Model):
    """A refund that a merchant gave on a page: once for its key. The money's story is the receipt's."""

    key = models.TextField(unique=True)
    receipt = models.OneToOneField(Receipt, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    account = models.ForeignKey("identity.Account", null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_refund"
        constraints = [models.CheckConstraint(condition=~Q(reason="") & ~Q(key=""), name="card_refund_is_reasoned")]
