"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text
from nanhu.systems.card.chip.models import Algorithm, SuspenseBatch, SuspenseCase

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
    "card.take_suspense_batch_back": _("撤回整批办理待查交易"),
    "card.decide_suspense_batch": _("整批办理待查交易"),
    "card.post_suspense": _("待查交易入账"),
}
TARGETS: dict[str, Text] = {
    "chip_keys": _("芯片密钥"),
    "suspense": _("待查交易"),
    "suspense_batch": _("挂账批次"),
}
"""By what stands before the colon."""
WHOLE_TARGETS: dict[str, Text] = {
    "card:purses": _("卡上钱包"),
}
FACTS: dict[str, Text] = {
    "cases": _("笔数"),
    "deed": _("处理方式"),
    "known": _("已知"),
    "online_counter": _("联机计数器"),
    "proposer": _("提出人"),
    "sequence": _("序号"),
}
VALUES: dict[str, dict[str, Text]] = {
    "algorithm": dict(Algorithm.choices),
    "card.chip_suspense reason": dict(SuspenseCase.Reason.choices),
    "deed": dict(SuspenseBatch.Action.choices),
}
"""Of facts whose values are words of the program."""
