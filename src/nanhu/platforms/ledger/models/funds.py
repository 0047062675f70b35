"""Funds (额度): a budget of which sums are reserved before they are spent, and never more than is there."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.platforms.ledger.models.entries import Account


class Fund(models.Model):
    """Its sums follow reservations and movements and nothing else; what is available lies in a guarded account, floor 0."""

    code = models.TextField(unique=True, help_text="its lasting name: project:2026-0017:labour")
    name = models.TextField()
    budget_fen = models.BigIntegerField(default=0)
    available_fen = models.BigIntegerField(default=0)
    reserved_fen = models.BigIntegerField(default=0)
    spent_fen = models.BigIntegerField(default=0)
    budget = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    available = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    reserved = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    spent = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "ledger_fund"
        constraints = [
            models.CheckConstraint(condition=~Q(code="") & ~Q(name=""), name="ledger_fund_is_named"),
            models.CheckConstraint(
                condition=Q(
                    budget_fen=F("available_fen") + F("reserved_fen") + F("spent_fen"),
                    reserved_fen__gte=0,
                    spent_fen__gte=0,
                ),
                name="ledger_fund_adds_up",
            ),
            models.CheckConstraint(condition=Q(available_fen__gte=0), name="ledger_fund_not_overdrawn"),
        ]

    def __str__(self) -> str:
        return self.name


class Reservation(models.Model):
    """A sum set aside (占用) under a key, spent or released in one or several parts. Writing it posts it."""

    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="reservations", db_index=False)
    key = models.TextField(unique=True)
    what = models.TextField(default="", blank=True)
    amount_fen = models.BigIntegerField()
    spent_fen = models.BigIntegerField(default=0)
    released_fen = models.BigIntegerField(default=0)
    entry_id = models.BigIntegerField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "ledger_reservation"
        indexes = [
            models.Index(
                fields=["fund"],
                condition=Q(amount_fen__gt=F("spent_fen") + F("released_fen")),
                name="ledger_reservation_held",
            )
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0) & ~Q(key=""), name="ledger_reservation_says_what"),
            models.CheckConstraint(
                condition=Q(amount_fen__gte=F("spent_fen") + F("released_fen"), spent_fen__gte=0, released_fen__gte=0),
                name="ledger_reservation_not_overspent",
            ),
        ]

    @property
    def held_fen(self) -> int:
        return self.amount_fen - self.spent_fen - self.released_fen


class FundMovement(models.Model):
    """What changed a fund beside a new reservation, append-only. Writing it posts it."""

    class Kind(models.TextChoices):
        GRANT = "grant", _("下达")
        WITHDRAW = "withdraw", _("收回")
        SPEND = "spend", _("支出")
        RELEASE = "release", _("释放")
        UNSPEND = "unspend", _("冲回支出")

    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="movements")
    reservation = models.ForeignKey(Reservation, null=True, on_delete=models.PROTECT, related_name="movements")
    kind = models.TextField(choices=Kind)
    amount_fen = models.BigIntegerField()
    key = models.TextField(unique=True)
    reason = models.TextField(default="", blank=True)
    entry_id = models.BigIntegerField()
    reverses = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "ledger_fund_movement"
        constraints = [
            models.UniqueConstraint(fields=["reverses"], name="ledger_fund_movement_reversed_once"),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0)
                & ~Q(key="")
                & (
                    Q(kind__in=["spend", "release"], reservation__isnull=False, reverses=None)
                    | Q(kind="unspend", reservation__isnull=False, reverses__isnull=False) & ~Q(reason="")
                    | Q(kind__in=["grant", "withdraw"], reservation=None, reverses=None) & ~Q(reason="")
                ),
                name="ledger_fund_movement_says_what",
            ),
        ]
