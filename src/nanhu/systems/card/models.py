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
                condition=Q(state__in=["issued", "lost", "frozen", "expired", "closed"]), name="card_state_is_known"
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
    """A device at a merchant (消费机). Its key never leaves the database unencrypted."""

    class State(models.TextChoices):
        ON = "on", _("启用")
        OFF = "off", _("停用")

    number = models.TextField(unique=True)
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

    class Meta:
        db_table = "card_receipt"
        managed = False


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
