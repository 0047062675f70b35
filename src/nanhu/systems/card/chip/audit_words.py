"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text

ACTIONS: dict[str, Text] = {
    "card.chip_behind": _("芯片余额落后"),
    "card.chip_keys": _("更换芯片密钥"),
    "card.chip_load": _("写卡充值"),
    "card.chip_suspense": _("转入待查交易"),
    "card.close_suspense": _("结案待查交易"),
    "card.make_purses": _("制作电子钱包"),
    "card.take_suspense": _("认领待查交易"),
    "card.propose_suspense": _("提议待查交易入账"),
    "card.refuse_suspense": _("驳回待查交易入账"),
    "card.propose_suspense_batch": _("提议整批办理待查交易"),
    "card.refuse_suspense_batch": _("驳回整批办理待查交易"),
    "card.decide_suspense_batch": _("整批办理待查交易"),
    "card.post_suspense": _("待查交易入账"),
}
