"""What a vendor may do with cards."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Scope(TextChoices):
    QUERY = "card.query", _("查卡：持卡人出示的码或授权")
    LOOKUP = "card.lookup", _("查卡：按学工号")
    BALANCE = "card.balance", _("看余额")
    PAY = "card.pay", _("收款")
    PIN = "card.pin", _("收款时转交消费密码")
    REFUND = "card.refund", _("退款")
    BLOCK = "card.block", _("停卡")
    UNBLOCK = "card.unblock", _("恢复自己停的卡")
    ISSUE = "card.issue", _("申请临时卡")
