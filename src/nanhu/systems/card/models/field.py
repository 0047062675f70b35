"""Who sells and with what: merchants, tills and their prices."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known
from nanhu.platforms.terminals.api import Terminal


class Merchant(models.Model):
    """Who sells: a window of a canteen, a shop. Its takings are a ledger account without a row that payments share.

    One registers it, finance agrees; a school's first set-up and the console open it at once. Closed it sells nothing more.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("待财务同意")
        OPEN = "open", _("营业中")
        REFUSED = "refused", _("未同意")
        CLOSED = "closed", _("已停业")

    key = models.TextField(unique=True)
    name = models.TextField()
    canteen = models.TextField(default="", blank=True, help_text="the place it belongs to, such as 南院一食堂")
    account = models.OneToOneField("ledger.Account", on_delete=models.PROTECT, related_name="+")
    state = models.TextField(choices=State, default=State.OPEN)
    registrar = models.ForeignKey("identity.Account", null=True, on_delete=models.PROTECT, related_name="+")
    registrar_name = models.TextField(default="", blank=True)
    approver = models.ForeignKey("identity.Account", null=True, on_delete=models.PROTECT, related_name="+")
    approver_name = models.TextField(default="", blank=True)
    closed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_merchant"
        constraints = [
            models.CheckConstraint(condition=~Q(key="") & ~Q(name=""), name="card_merchant_is_named"),
            models.CheckConstraint(
                condition=Q(approver__isnull=True) | Q(registrar__isnull=True) | ~Q(approver=models.F("registrar")),
                name="card_merchant_two_people",
            ),
            models.CheckConstraint(
                condition=Q(state="asked", registrar__isnull=False, approver__isnull=True)
                | Q(state="refused", approver__isnull=False)
                | Q(state="closed", closed_at__isnull=False)
                | Q(state="open") & (Q(registrar__isnull=True) | Q(approver__isnull=False)),
                name="card_merchant_state_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return str(self.full_name)

    @property
    def full_name(self) -> str:
        """With its place: five canteens have a 自选快餐, and beside a sum of money it must be plain which one is meant."""
        return f"{self.name} · {self.canteen}" if self.canteen and self.canteen != self.name else self.name


SELLING = frozenset({Terminal.Kind.POS, Terminal.Kind.SCANNER})
"""Kinds of terminals that may be a till; a trigger holds it (sql/card_till_is_sound.sql)."""


class Till(models.Model):
    """A terminal with which a merchant sells. A terminal without one speaks to the campus and moves no money."""

    terminal = models.OneToOneField(Terminal, primary_key=True, on_delete=models.PROTECT, related_name="till")
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="tills")
    is_on = models.BooleanField(
        default=False,
        editable=False,
        help_text="the terminal's own state, kept by a trigger: a payment reads no second row",
    )
    lost_fen = models.BigIntegerField(
        default=0, help_text="what the rows came to that were never sent, when it was taken away"
    )

    class Meta:
        db_table = "card_till"


@known(kind="card_price_kind")
class Price(models.Model):
    """How a terminal reckons from a day on (A099); `hello` tells it. Money in fen: `price_fen` for `per` units."""

    class Kind(models.TextChoices):
        AMOUNT = "amount", _("按金额")
        PER_UNIT = "per_unit", _("按量")
        PER_MINUTE = "per_minute", _("按分钟")
        FIXED = "fixed", _("定额")

    class WhenSilent(models.TextChoices):
        FULL = "full", _("按预扣全额")
        METERED = "metered", _("按最后一次计量")

    terminal = models.ForeignKey(Terminal, on_delete=models.PROTECT, related_name="+")
    since = models.DateField()
    kind = models.TextField(choices=Kind)
    price_fen = models.BigIntegerField(default=0)
    per = models.PositiveIntegerField(default=1)
    unit = models.TextField(default="", blank=True, help_text="such as 升, 分钟, 千瓦时")
    most_fen = models.BigIntegerField(default=0, help_text="what a hold takes at the start")
    minutes = models.PositiveIntegerField(default=60, help_text="when a hold ends by itself")
    when_silent = models.TextField(choices=WhenSilent, default=WhenSilent.FULL)

    class Meta:
        db_table = "card_price"
        constraints = [
            models.UniqueConstraint(fields=["terminal", "since"], name="card_price_once_a_day"),
            models.CheckConstraint(condition=Q(kind="amount") | Q(price_fen__gt=0), name="card_price_is_set"),
            models.CheckConstraint(
                condition=~Q(kind__in=["per_unit", "per_minute"]) | Q(most_fen__gt=0), name="card_price_has_a_most"
            ),
            models.CheckConstraint(
                condition=Q(per__gt=0, minutes__gt=0, minutes__lte=240, when_silent__in=["full", "metered"]),
                name="card_price_is_sound",
            ),
        ]
