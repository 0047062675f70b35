from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.platforms.payments.models.channels import Channel


class StatementRow(models.Model):
    """A movement as the other side's file of a day tells it. The same file fetched again changes nothing."""

    class Kind(models.TextChoices):
        DEBIT = "debit", _("圈存扣款")
        REVERSAL = "reversal", _("圈存冲正")
        PAY_OUT = "pay_out", _("代发")
        TRANSFER_IN = "transfer_in", _("银行 APP 充值")
        CASH_IN = "cash_in", _("缴存现金")
        SETTLEMENT_IN = "settlement_in", _("银联结算款")
        CONSUME = "consume", _("银联支付")
        REFUND = "refund", _("银联退款")

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    kind = models.TextField(choices=Kind)
    order = models.TextField()
    reference = models.TextField()
    amount_fen = models.BigIntegerField()
    fee_fen = models.BigIntegerField(default=0)
    campus_no = models.TextField(default="", blank=True)
    at = models.DateTimeField(null=True)
    fetched_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "payments_statement_row"
        indexes = [
            models.Index(fields=["channel", "day"], name="payments_statement_of_day"),
            models.Index(fields=["channel", "order"], name="payments_statement_of_order"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["channel", "kind", "reference"], name="payments_statement_row_once"),
        ]


class Statement(models.Model):
    """That a day's file was fetched and compared."""

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    rows = models.PositiveIntegerField(default=0)
    sum_fen = models.BigIntegerField(default=0)
    balance_fen = models.BigIntegerField(
        null=True, help_text="what they hold for us at the end of the day, as they say"
    )
    fetched_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "payments_statement"
        constraints = [models.UniqueConstraint(fields=["channel", "day"], name="payments_statement_once_a_day")]


class Difference(models.Model):
    """What the three books (theirs, our orders, the ledger) do not agree on, with who has to see to it."""

    class Kind(models.TextChoices):
        ONLY_THEIRS = "only_theirs", _("长款：对方有，学校无")
        ONLY_OURS = "only_ours", _("短款：学校有，对方无")
        AMOUNT = "amount", _("金额不一致")
        LEDGER = "ledger", _("订单与总账不一致")
        UNDER_WAY = "under_way", _("学校还在查询")
        SUSPECT = "suspect", _("可疑的到账通知")

    class State(models.TextChoices):
        OPEN = "open", _("待处理")
        CREDITED = "credited", _("已补记给本人")
        EXPLAINED = "explained", _("已说明")
        GONE = "gone", _("再对账时已一致")

    public_id = models.UUIDField(default=uuid4, unique=True)
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    order = models.TextField()
    kind = models.TextField(choices=Kind)
    reference = models.TextField(default="", blank=True)
    campus_no = models.TextField(default="", blank=True)
    theirs_fen = models.BigIntegerField(default=0)
    ours_fen = models.BigIntegerField(default=0)
    ledger_fen = models.BigIntegerField(default=0)
    owner = models.TextField()
    why = models.TextField(default="", blank=True, help_text="what is suspect about a notice")
    state = models.TextField(choices=State, default=State.OPEN)
    entry_id = models.BigIntegerField(null=True, unique=True, help_text="of the ledger: what credited the holder")
    proposer = models.ForeignKey("identity.Account", null=True, on_delete=models.PROTECT, related_name="+")
    proposer_name = models.TextField(default="", blank=True)
    proposed_at = models.DateTimeField(null=True, help_text="when a clerk asked to credit the holder")
    settled_by = models.ForeignKey("identity.Account", null=True, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(default="", blank=True)
    found_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_difference"
        indexes = [models.Index(fields=["day"], condition=Q(state="open"), name="payments_difference_open")]
        constraints = [
            models.UniqueConstraint(fields=["channel", "day", "order"], name="payments_difference_once"),
            models.CheckConstraint(
                condition=~Q(state="credited")
                | Q(proposer__isnull=False, settled_by__isnull=False) & ~Q(proposer=F("settled_by")),
                name="payments_difference_credited_by_two",
            ),
            models.CheckConstraint(condition=~Q(owner=""), name="payments_difference_has_an_owner"),
            models.CheckConstraint(
                condition=Q(state="open", settled_at__isnull=True) | ~Q(state="open") & Q(settled_at__isnull=False),
                name="payments_difference_settled_has_a_moment",
            ),
        ]

    @property
    def waits(self) -> bool:
        """For a second clerk."""
        return self.state == self.State.OPEN and self.proposed_at is not None
