"""What waits for a person (待领), and the two steps by which it comes onto the card (领款)."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.choices import known


class PendingAccount(models.Model):
    """The ledger account of what a wallet's holder may claim: opened with the first sum that waits."""

    wallet = models.OneToOneField("card.Wallet", primary_key=True, on_delete=models.PROTECT, related_name="+")
    account = models.OneToOneField("ledger.Account", on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "card_pending"


class ClaimOrder(models.Model):
    """One writing of claimed money onto a chip: begun by a terminal, resolved once. A wallet has at most one open.

    `online_counter` is what the chip counted before the write; a chip that shows more has been written. Until the write
    was authorised (`authorised_at`, the time in MAC2) no chip can have taken it.
    """

    class State(models.TextChoices):
        WRITING = "writing", _("写卡中")
        WRITTEN = "written", _("已到账")
        NOT_WRITTEN = "not_written", _("未写卡")

    class Settled(models.TextChoices):
        """How its outcome became known."""

        TERMINAL = "terminal", _("终端回报")
        COUNTER = "counter", _("卡片计数器")
        JOB = "job", _("自动查找")
        REISSUE = "reissue", _("补卡")
        CLERK = "clerk", _("人工核定")

    public_id = models.UUIDField(default=uuid4, unique=True)
    wallet = models.ForeignKey("card.Wallet", on_delete=models.PROTECT, related_name="+")
    card = models.ForeignKey("card.Card", on_delete=models.PROTECT, related_name="+")
    terminal = models.ForeignKey("terminals.Terminal", null=True, on_delete=models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField()
    settles_fen = models.BigIntegerField(default=0, help_text="what of it goes to a debt and not onto the chip")
    online_counter = models.BigIntegerField(null=True)
    offline_counter = models.BigIntegerField(null=True, help_text="how many purchases the chip had counted by then")
    chip_balance_fen = models.BigIntegerField(null=True, help_text="what the chip held before the write")
    authorised_at = models.TextField(
        default="", blank=True, help_text="campus time in fourteen digits, as it stands in MAC2"
    )
    challenge_fen = models.BigIntegerField(
        default=0,
        help_text="for how much the chip is asked to begin a load before its counter is believed; known to nobody before MAC2",
    )
    state = models.TextField(choices=State, default=State.WRITING)
    settled_by = models.TextField(choices=Settled, default="", blank=True)
    proof = models.JSONField(default=dict)
    receipt_id = models.BigIntegerField(null=True, unique=True)
    begun_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "card_claim_order"
        indexes = [models.Index(fields=["begun_at"], condition=Q(state="writing"), name="card_claim_order_open")]
        constraints = [
            models.UniqueConstraint(fields=["wallet"], condition=Q(state="writing"), name="card_claim_one_open"),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0, settles_fen__gte=0, settles_fen__lte=F("amount_fen")),
                name="card_claim_order_amount",
            ),
            models.CheckConstraint(
                condition=Q(state="writing", ended_at__isnull=True, receipt_id__isnull=True, settled_by="")
                | (
                    Q(state="written", ended_at__isnull=False, receipt_id__isnull=False)
                    | Q(state="not_written", ended_at__isnull=False, receipt_id__isnull=True)
                )
                & ~Q(settled_by=""),
                name="card_claim_order_resolved",
            ),
        ]

    @property
    def write_fen(self) -> int:
        """What the chip gets."""
        return self.amount_fen - self.settles_fen


@known(source="card_claimable_source_is_known")
class Claimable(models.Model):
    """A sum credited to a person, kept in the pending account until it is claimed, returned or set off."""

    class Source(models.TextChoices):
        SUBSIDY = "subsidy", _("补助")
        PAYOUT = "payout", _("代发")
        ONLINE_TOP_UP = "online_top_up", _("在线充值")
        LOAD = "load", _("圈存未领")
        FROZEN = "frozen", _("补卡冻结")
        REFUND = "refund", _("退款")

    class State(models.TextChoices):
        WAITING = "waiting", _("待领")
        WRITING = "writing", _("写卡中")
        CLAIMED = "claimed", _("已领")
        RETURNED = "returned", _("已退回")
        SET_OFF = "set_off", _("已抵扣")

    public_id = models.UUIDField(default=uuid4, unique=True)
    key = models.TextField(unique=True, help_text="names it for whoever credits: the same key again credits nothing")
    wallet = models.ForeignKey("card.Wallet", on_delete=models.PROTECT, related_name="+")
    source = models.TextField(choices=Source)
    amount_fen = models.BigIntegerField()
    set_off_fen = models.BigIntegerField(default=0, help_text="what late offline rows of a replaced card took of it")
    state = models.TextField(choices=State, default=State.WAITING)
    available_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    from_account = models.ForeignKey("ledger.Account", on_delete=models.PROTECT, related_name="+")
    from_card = models.ForeignKey("card.Card", null=True, on_delete=models.PROTECT, related_name="+")
    entry_id = models.BigIntegerField(unique=True)
    return_entry_id = models.BigIntegerField(null=True, unique=True)
    order = models.ForeignKey(ClaimOrder, null=True, on_delete=models.PROTECT, related_name="claimables")
    reference = models.TextField(default="", blank=True)
    due_told_at = models.DateTimeField(null=True, help_text="when its holder was told that the wait is over")
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "card_claimable"
        indexes = [
            models.Index(fields=["wallet"], condition=Q(state__in=["waiting", "writing"]), name="card_claimable_open"),
            models.Index(fields=["wallet", "-created_at"], name="card_claimable_of_wallet"),
            models.Index(fields=["expires_at"], condition=Q(state="waiting"), name="card_claimable_expiry"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="card_claimable_amount"),
            models.CheckConstraint(
                condition=Q(set_off_fen=0)
                | Q(source="frozen", set_off_fen__gt=0, set_off_fen__lt=F("amount_fen"))
                | Q(source="frozen", set_off_fen=F("amount_fen"), state="set_off"),
                name="card_claimable_set_off",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", order__isnull=True, ended_at__isnull=True, return_entry_id__isnull=True)
                | Q(state="writing", order__isnull=False, ended_at__isnull=True, return_entry_id__isnull=True)
                | Q(state="claimed", order__isnull=False, ended_at__isnull=False, return_entry_id__isnull=True)
                | Q(state="returned", order__isnull=True, ended_at__isnull=False, return_entry_id__isnull=False)
                | Q(state="set_off", order__isnull=True, ended_at__isnull=False, set_off_fen=F("amount_fen")),
                name="card_claimable_state_is_whole",
            ),
        ]

    @property
    def left_fen(self) -> int:
        return self.amount_fen - self.set_off_fen
