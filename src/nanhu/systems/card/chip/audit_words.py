"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text

ACTIONS: dict[str, Text] = {
    "card.chip_behind": _("芯片余额落后"),
    "card.chip_keys": _("更换芯片密钥"),
    "card.chip_load": _("写卡充值"),
    "card.chip_suspense": _("芯片流水待核"),
    "card.close_suspense": _("核销待核流水"),
    "card.make_purses": _("制作电子钱包"),
    "card.take_suspense": _("认领待核流水"),
}
