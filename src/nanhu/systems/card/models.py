from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.crypto import EncryptedTextField


class Wallet(models.Model):
    """A person's money: the wallet account (we owe it to them) and the receivable one (they owe it to us)."""

    account = models.OneToOneField("ledger.Account", primary_key=True, on_delete=models.PROTECT, related_name="+")
    person = models.OneToOneField("people.Person", on_delete=models.PROTECT, related_name="+")
    receivable = models.OneToOneField("ledger.Account", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_wallet"


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
            models.CheckConstraint(
                condition=Q(state__in=["issued", "lost", "frozen", "expired", "replaced", "closed"]),
                name="card_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(card_class__in=["teacher", "student", "ordinary"]), name="card_class_is_known"
            ),
            models.CheckConstraint(condition=Q(uid__regex=r"^([0-9A-F]{8}|[0-9A-F]{14})$"), name="card_uid_shape"),
            models.CheckConstraint(condition=Q(number__regex=r"^[0-9]{10}$"), name="card_number_shape"),
            models.CheckConstraint(condition=Q(valid_until__gte=F("valid_from")), name="card_ends_after_start"),
            models.CheckConstraint(
                condition=~Q(state="lost") | Q(lost_at__isnull=False), name="card_lost_has_a_moment"
            ),
        ]


class Merchant(models.Model):
    """Who sells: a window of a canteen, a shop. Its takings are a ledger account without a row that payments share."""

    key = models.TextField(unique=True)
    name = models.TextField()
    canteen = models.TextField(default="", blank=True, help_text="the place it belongs to, such as 南院一食堂")
    account = models.OneToOneField("ledger.Account", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_merchant"
        constraints = [models.CheckConstraint(condition=~Q(key="") & ~Q(name=""), name="card_merchant_is_named")]


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
        ON = "on", _("启用")
        OFF = "off", _("停用")

    number = models.TextField(unique=True)
    kind = models.TextField(choices=Kind, default=Kind.POS)
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="terminals")
    place = models.TextField(default="", blank=True)
    key = EncryptedTextField(purpose="card.terminal_key")
    key_version = models.PositiveIntegerField(default=1)
    state = models.TextField(choices=State, default=State.ON)
    last_sequence = models.BigIntegerField(default=0)
    last_seen = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_terminal"
        constraints = [
            models.CheckConstraint(condition=Q(number__regex=r"^[0-9A-Z]{4,16}$"), name="card_terminal_number_shape"),
            models.CheckConstraint(condition=Q(state__in=["on", "off"]), name="card_terminal_state_is_known"),
            models.CheckConstraint(
                condition=Q(kind__in=["pos", "scanner", "door", "load_kiosk", "reissue_kiosk", "self_service_kiosk"]),
                name="card_terminal_kind_is_known",
            ),
            models.CheckConstraint(condition=Q(last_sequence__gte=0), name="card_terminal_sequence"),
        ]


class Receipt(models.Model):
    """What a terminal or counter was told, once. The table is made by sql/receipts.sql, append-only."""

    kind = models.TextField()
    outcome = models.TextField()
    terminal = models.ForeignKey(
        PosTerminal, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
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
    """What a wallet spent of a day in each meal (0: between meals). The table is made by sql/spent.sql."""

    pk = models.CompositePrimaryKey("wallet_id", "day", "meal")
    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    day = models.DateField()
    meal = models.SmallIntegerField()
    fen = models.BigIntegerField()

    class Meta:
        db_table = "card_spent"
        managed = False


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


class Hold(models.Model):
    """A pre-hold (预扣): what it may cost at most, until release, reversal or its end. See sql/holds.sql."""

    receipt = models.OneToOneField(
        Receipt, primary_key=True, on_delete=models.PROTECT, related_name="hold", db_constraint=False
    )
    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    terminal = models.ForeignKey(PosTerminal, on_delete=models.PROTECT, related_name="+", db_constraint=False)
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


class CashException(models.Model):
    """One clerk asks to take cash from somebody to whom ruling 6 does not give it, another decides; used once."""

    class State(models.TextChoices):
        PENDING = "pending", _("待复核")
        APPROVED = "approved", _("已同意")
        REFUSED = "refused", _("未同意")
        USED = "used", _("已收款")

    public_id = models.UUIDField(default=uuid4, unique=True)
    token = models.UUIDField(unique=True, help_text="names the form it came from")
    card = models.ForeignKey(Card, on_delete=models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField()
    reason = models.TextField()
    state = models.TextField(choices=State, default=State.PENDING)
    requester = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    requester_name = models.TextField()
    approver = models.ForeignKey("identity.Account", null=True, on_delete=models.PROTECT, related_name="+")
    approver_name = models.TextField(default="", blank=True)
    answer = models.TextField(default="", blank=True)
    decided_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_cash_exception"
        indexes = [models.Index(fields=["-created_at"], name="card_exception_newest")]
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="card_cash_exception_amount"),
            models.CheckConstraint(condition=~Q(reason=""), name="card_cash_exception_has_reason"),
            models.CheckConstraint(
                condition=Q(approver__isnull=True) | ~Q(approver=F("requester")), name="card_cash_exception_two_people"
            ),
            models.CheckConstraint(
                condition=Q(state="pending", approver__isnull=True, decided_at__isnull=True)
                | Q(state__in=["approved", "refused", "used"], approver__isnull=False, decided_at__isnull=False),
                name="card_cash_exception_decided",
            ),
        ]


class TopUp(models.Model):
    """Cash taken at the counter, once per form (`token`). Append-only; the sum stands on the receipt."""

    receipt = models.OneToOneField(Receipt, primary_key=True, on_delete=models.PROTECT, related_name="top_up")
    token = models.UUIDField(unique=True)
    clerk = models.ForeignKey("identity.Account", on_delete=models.PROTECT, related_name="+")
    clerk_name = models.TextField()
    amount_fen = models.BigIntegerField()
    settled_fen = models.BigIntegerField(default=0, help_text="what of it went to a debt at once")
    balance_fen = models.BigIntegerField(help_text="after the debt was settled")
    exception = models.OneToOneField(CashException, null=True, on_delete=models.PROTECT, related_name="top_up")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_top_up"
        indexes = [models.Index(fields=["clerk", "-created_at"], name="card_top_up_of_clerk")]
        constraints = [models.CheckConstraint(condition=Q(amount_fen__gt=0), name="card_top_up_amount")]
