"""Who sells and with what: merchants, terminals, their prices, what they were refused before it could count."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.crypto import EncryptedTextField


class Merchant(models.Model):
    """Who sells: a window of a canteen, a shop. Its takings are a ledger account without a row that payments share.

    One registers it, finance agrees; a school's first set-up and the console open it at once. Closed it sells nothing more.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("待财务同意")
        OPEN = "open", _("营业")
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


class PosTerminal(models.Model):
    """A device in the field: a point of sale (消费机), a kiosk, a door. Its key never leaves the database unencrypted.

    What sells nothing belongs to the merchant that is the card office itself.
    """

    class Kind(models.TextChoices):
        POS = "pos", _("消费机")
        SCANNER = "scanner", _("扫码机")
        DOOR = "door", _("门禁控制器")
        LOAD_KIOSK = "load_kiosk", _("圈存机")
        REISSUE_KIOSK = "reissue_kiosk", _("自助补卡机")
        SELF_SERVICE_KIOSK = "self_service_kiosk", _("自助查询一体机")

    class State(models.TextChoices):
        ON = "on", _("已启用")
        OFF = "off", _("已停用")
        RETIRED = "retired", _("已撤机")

    number = models.TextField(unique=True)
    kind = models.TextField(choices=Kind, default=Kind.POS)
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="terminals")
    place = models.TextField(default="", blank=True)
    key = EncryptedTextField(purpose="card.terminal_key")
    key_version = models.PositiveIntegerField(default=1)
    state = models.TextField(choices=State, default=State.ON)
    last_sequence = models.BigIntegerField(default=0)
    sequence_ceiling = models.BigIntegerField(
        null=True, help_text="sequences above it were used by mistake and are not told to the terminal as its last"
    )
    last_seen = models.DateTimeField(null=True)
    registrar = models.ForeignKey("identity.Account", null=True, on_delete=models.PROTECT, related_name="+")
    accepter = models.ForeignKey("identity.Account", null=True, on_delete=models.PROTECT, related_name="+")
    retired_at = models.DateTimeField(null=True)
    lost_rows = models.PositiveIntegerField(default=0, help_text="kept by it and never sent, when it was taken away")
    lost_fen = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_terminal"
        constraints = [
            models.CheckConstraint(condition=Q(number__regex=r"^[0-9A-Z]{4,16}$"), name="card_terminal_number_shape"),
            models.CheckConstraint(
                condition=Q(state__in=["on", "off"], retired_at__isnull=True)
                | Q(state="retired", retired_at__isnull=False),
                name="card_terminal_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(registrar__isnull=True) | Q(accepter__isnull=True) | ~Q(registrar=models.F("accepter")),
                name="card_terminal_two_people",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["pos", "scanner", "door", "load_kiosk", "reissue_kiosk", "self_service_kiosk"]),
                name="card_terminal_kind_is_known",
            ),
            models.CheckConstraint(condition=Q(last_sequence__gte=0), name="card_terminal_sequence"),
        ]


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

    terminal = models.ForeignKey(PosTerminal, on_delete=models.PROTECT, related_name="+")
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
            models.CheckConstraint(
                condition=Q(kind__in=["amount", "per_unit", "per_minute", "fixed"]), name="card_price_kind"
            ),
            models.CheckConstraint(condition=Q(kind="amount") | Q(price_fen__gt=0), name="card_price_is_set"),
            models.CheckConstraint(
                condition=~Q(kind__in=["per_unit", "per_minute"]) | Q(most_fen__gt=0), name="card_price_has_a_most"
            ),
            models.CheckConstraint(
                condition=Q(per__gt=0, minutes__gt=0, minutes__lte=240, when_silent__in=["full", "metered"]),
                name="card_price_is_sound",
            ),
        ]


class TerminalIncident(models.Model):
    """A request that was refused before it could count: a foreign key, a wrong clock, an unknown terminal, garbage."""

    at = models.DateTimeField(default=timezone.now)
    terminal_number = models.TextField()
    address = models.TextField(default="")
    code = models.TextField()
    detail = models.TextField(default="")
    times = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "card_terminal_incident"
        indexes = [models.Index(fields=["-at"], name="card_incident_at")]
