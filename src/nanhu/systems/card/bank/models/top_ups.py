from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.models import Retried
from nanhu.platforms.payments.api import Channel
from nanhu.systems.card.funds.models import Claimable
from nanhu.systems.card.models import Card


class OnlineTopUp(Retried):
    """Money sent by phone (在线充值): through UnionPay from an app or our own page, or straight from the bank's app.

    asked → opened → paid → credited; opened → closed; paid → refunding → refunded; credited → refunding when nobody claimed it for
    so long that it was returned. What was paid after it was closed is
    still money: closed → paid. A transfer of the bank's app begins as paid. The trigger card_online_move keeps the steps.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("正在下单")
        OPENED = "opened", _("待支付")
        PAID = "paid", _("已支付，正在入账")
        CREDITED = "credited", _("充值成功，待领")
        CLOSED = "closed", _("未支付，已关闭")
        REFUNDING = "refunding", _("正在退款")
        REFUNDED = "refunded", _("已原路退款")

    class Source(models.TextChoices):
        WEB = "web", _("校园卡网页")
        APP = "app", _("外部应用")
        BANK_APP = "bank_app", _("银行 APP")

    number = models.TextField(unique=True, help_text="our order number; the bank's reference for its own transfers")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+")
    app = models.ForeignKey(Channel, null=True, on_delete=models.PROTECT, related_name="+")
    request = models.TextField(null=True, help_text="the app's own id of its question")
    card = models.ForeignKey(Card, on_delete=models.PROTECT, related_name="+")
    source = models.TextField(choices=Source)
    amount_fen = models.BigIntegerField()
    state = models.TextField(choices=State, default=State.ASKED)
    sentence = models.TextField(default="", blank=True)
    txn_time = models.TextField(default="", blank=True)
    address = models.TextField(default="", blank=True, help_text="where it is paid")
    tn = models.TextField(default="", blank=True)
    query_id = models.TextField(null=True, unique=True, help_text="UnionPay's number of the payment")
    settled_on = models.DateField(null=True)
    claimable = models.OneToOneField(Claimable, null=True, on_delete=models.PROTECT, related_name="+")
    told_times = models.PositiveIntegerField(default=0, help_text="notices that came for it")
    created_at = models.DateTimeField(default=timezone.now)
    moved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "card_online_top_up"
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="card_online_due"),
            models.Index(fields=["card", "-created_at"], name="card_online_of_card"),
            models.Index(fields=["settled_on"], name="card_online_of_day"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="card_online_amount"),
            models.CheckConstraint(condition=Q(number__regex=r"^[0-9A-Za-z]{8,40}$"), name="card_online_number_shape"),
            models.CheckConstraint(
                condition=~Q(state__in=["paid", "credited", "refunding", "refunded"])
                | Q(query_id__isnull=False, settled_on__isnull=False),
                name="card_online_paid_has_its_number",
            ),
            models.CheckConstraint(
                condition=Q(state="credited", claimable__isnull=False)
                | Q(state__in=["refunding", "refunded"])
                | ~Q(state="credited") & Q(claimable__isnull=True),
                name="card_online_credited_has_its_claimable",
            ),
            models.UniqueConstraint(fields=["app", "request"], name="card_online_once_per_question"),
            models.UniqueConstraint(
                fields=["request"],
                condition=Q(app__isnull=True, request__isnull=False),
                name="card_online_once_per_form",
            ),
        ]
