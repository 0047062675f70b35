from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known
from nanhu.kernel.crypto import EncryptedTextField
from nanhu.kernel.proposals import Proposal, proposal_constraints
from nanhu.platforms.terminals.api import Terminal
from nanhu.systems.card.models import Card, Receipt


class Algorithm(models.TextChoices):
    TRIPLE_DES = "triple_des", "3DES"
    SM4 = "sm4", "SM4"


@known(usage="card_chip_key_usage", algorithm="card_chip_key_algorithm")
class MasterKey(models.Model):
    """A master key of the school (主密钥). Every card's keys come from it and the purse's serial."""

    class Usage(models.TextChoices):
        LOAD = "load", _("圈存")
        PURCHASE = "purchase", _("消费")
        TAC = "tac", "TAC"

    usage = models.TextField(choices=Usage)
    version = models.PositiveSmallIntegerField()
    algorithm = models.TextField(choices=Algorithm)
    material = EncryptedTextField(purpose="card.chip_key")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_chip_key"
        constraints = [
            models.UniqueConstraint(fields=["usage", "version"], name="card_chip_key_once"),
            models.CheckConstraint(condition=Q(version__gte=1, version__lte=255), name="card_chip_key_version"),
        ]


class Chip(models.Model):
    """A card's purse as its latest proven deed left it. `opening_*`: wallet and purse when the purse was made."""

    card = models.OneToOneField(Card, on_delete=models.PROTECT, related_name="chip")
    serial = models.TextField(unique=True)
    key_version = models.PositiveSmallIntegerField()
    algorithm = models.TextField(choices=Algorithm)
    balance_fen = models.BigIntegerField(default=0)
    online_counter = models.PositiveIntegerField(default=0)
    offline_counter = models.PositiveIntegerField(default=0)
    opening_fen = models.BigIntegerField()
    opening_chip_fen = models.BigIntegerField(default=0)
    opening_receipt = models.BigIntegerField()
    seen_at = models.DateTimeField(default=timezone.now)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_chip"
        constraints = [
            models.CheckConstraint(condition=Q(balance_fen__gte=0), name="card_chip_balance"),
            models.CheckConstraint(
                condition=Q(online_counter__lte=0xFFFF, offline_counter__lte=0xFFFF), name="card_chip_counters"
            ),
            models.CheckConstraint(condition=Q(serial__regex=r"^[0-9]{20}$"), name="card_chip_serial_shape"),
        ]


@known(kind="card_chip_row_kind")
class ChipRow(models.Model):
    """A deed of the purse that its TAC proved. Append-only (sql/triggers.sql)."""

    class Kind(models.TextChoices):
        PURCHASE = "purchase", _("消费")
        LOAD = "load", _("领款写卡")

    chip = models.ForeignKey(Chip, on_delete=models.PROTECT, related_name="rows")
    kind = models.TextField(choices=Kind)
    counter = models.PositiveIntegerField(help_text="offline for purchases, online for loads, before the deed")
    amount_fen = models.BigIntegerField()
    balance_before_fen = models.BigIntegerField()
    terminal = models.ForeignKey(Terminal, on_delete=models.PROTECT, related_name="+")
    term_seq = models.BigIntegerField(null=True, help_text="the PSAM's own, for purchases")
    tac = models.TextField()
    at = models.DateTimeField()
    receipt_id = models.BigIntegerField(unique=True)
    offline_counter = models.PositiveIntegerField(
        null=True, help_text="of a load: how many purchases the card had counted, where the terminal read it"
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_chip_row"
        constraints = [
            models.UniqueConstraint(fields=["chip", "kind", "counter"], name="card_chip_counter_once"),
            models.UniqueConstraint(fields=["terminal", "term_seq"], name="card_chip_term_seq_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="card_chip_row_amount"),
            models.CheckConstraint(
                condition=Q(kind="load", term_seq__isnull=True)
                | Q(kind="purchase", term_seq__isnull=False, balance_before_fen__gte=F("amount_fen")),
                name="card_chip_row_whole",
            ),
            models.CheckConstraint(
                condition=Q(offline_counter__isnull=True) | Q(kind="load", offline_counter__lte=0xFFFF),
                name="card_chip_row_offline_counter",
            ),
        ]


class SuspenseBatch(Proposal):
    """Many cases of one terminal and one reason that are answered alike: one clerk proposes it, another decides, once."""

    what = _("这一批待查")

    class Action(models.TextChoices):
        POST = "post", _("全部入账")
        CLOSE = "close", _("全部结案，不入账")

    class State(models.TextChoices):
        ASKED = "asked", _("待决定")
        DONE = "done", _("已办理")
        REFUSED = "refused", _("未同意")
        TAKEN_BACK = "taken_back", _("已撤回")

    deed = models.TextField(choices=Action)
    state = models.TextField(choices=State, default=State.ASKED)
    terminal = models.ForeignKey(Terminal, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    count = models.PositiveIntegerField()
    fen = models.BigIntegerField()
    proposal = models.TextField(help_text="why all of them are answered so")

    class Meta:
        db_table = "card_chip_suspense_batch"
        indexes = [models.Index(fields=["state", "-created_at"], name="card_suspense_batch_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(count__gt=0, fen__gte=0, deed__in=["post", "close"]) & ~Q(proposal=""),
                name="card_suspense_batch_is_whole",
            ),
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(answer=""), name="card_suspense_batch_says_why"),
            *proposal_constraints(
                "card_suspense_batch", undecided=["asked"], decided=["done", "refused"], can_be_taken_back=True
            ),
        ]


class SuspenseCase(models.Model):
    """A row that could not be believed (待查): kept as it came, with somebody who answers for it. Moves no money."""

    class Reason(models.TextChoices):
        TAC_WRONG = "tac_wrong", _("交易验证码不符")
        COUNTER_REUSED = "chip_counter_reused", _("计数器重复，疑为复制卡")
        NO_PAYMENT = "no_payment", _("没有对应的联机消费")
        CHIP_MISSING = "chip_missing", _("有芯片的卡没有交易验证码")
        OFFLINE_PAYMENT = "offline_payment", _("单笔超过脱机限额")
        OFFLINE_CARD = "offline_card", _("一张卡当日脱机合计超限")
        OFFLINE_TOTAL = "offline_total", _("本机当日脱机合计超限")
        OFFLINE_ROWS = "offline_rows", _("本机当日脱机笔数超限")
        OFFLINE_TOO_OLD = "offline_too_old", _("交易时间过早，或早于本机上次联机")
        AMOUNT_TOO_LARGE = "amount_too_large", _("金额超过单笔上限")
        AMOUNT_INVALID = "amount_invalid", _("金额不是大于零的整数分")
        UNTOLD_WRITE = "untold_write", _("报为未写卡的领款已写入卡中")
        CHIP_BEHIND = "chip_behind", _("芯片计数落后于记录，疑为复制卡")

    class State(models.TextChoices):
        OPEN = "open", _("待查")
        CLOSED = "closed", _("已结案")

    terminal = models.ForeignKey(Terminal, on_delete=models.PROTECT, related_name="+")
    sequence = models.BigIntegerField()
    card = models.ForeignKey(Card, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(choices=Reason)
    amount_fen = models.BigIntegerField(null=True)
    row = models.JSONField(help_text="as it came")
    state = models.TextField(choices=State, default=State.OPEN)
    owner = models.ForeignKey("identity.Account", null=True, on_delete=models.PROTECT, related_name="+")
    owner_name = models.TextField(default="校园卡管理办公室")
    answer = models.TextField(default="", blank=True)
    proposer = models.ForeignKey("identity.Account", null=True, on_delete=models.PROTECT, related_name="+")
    proposer_name = models.TextField(default="", db_default="", blank=True)
    proposal = models.TextField(
        default="", db_default="", blank=True, help_text="why it is honest and should be posted"
    )
    batch = models.ForeignKey(SuspenseBatch, null=True, on_delete=models.PROTECT, related_name="cases")
    posted = models.ForeignKey(Receipt, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    closed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_chip_suspense"
        indexes = [
            models.Index(fields=["state", "-created_at"], name="card_chip_suspense_newest"),
            models.Index(fields=["terminal", "reason"], condition=Q(state="open"), name="card_chip_suspense_groups"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["terminal", "sequence"], name="card_chip_suspense_once"),
            models.CheckConstraint(condition=~Q(owner_name=""), name="card_chip_suspense_has_owner"),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True, answer="")
                | (Q(state="closed", closed_at__isnull=False, owner__isnull=False) & ~Q(answer="")),
                name="card_chip_suspense_closed",
            ),
            models.CheckConstraint(
                condition=Q(proposer__isnull=True, proposal="") | (Q(proposer__isnull=False) & ~Q(proposal="")),
                name="card_chip_suspense_proposal",
            ),
            models.CheckConstraint(
                condition=Q(posted__isnull=True)
                | (Q(state="closed", proposer__isnull=False) & ~Q(owner=F("proposer"))),
                name="card_chip_suspense_two_people",
            ),
        ]
