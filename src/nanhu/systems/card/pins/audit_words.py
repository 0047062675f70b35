"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text

ACTIONS: dict[str, Text] = {
    "card.change_limit": _("修改消费限额"),
    "card.change_pin": _("修改卡密码"),
    "card.pin_locked": _("卡密码锁定"),
    "card.pin_wrong": _("卡密码错误"),
    "card.reset_pin": _("重置卡密码"),
}
