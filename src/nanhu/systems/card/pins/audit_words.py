"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text
from nanhu.systems.card.pins.models import Kind

ACTIONS: dict[str, Text] = {
    "card.change_limit": _("修改消费限额"),
    "card.change_pin": _("修改卡密码"),
    "card.pin_locked": _("卡密码锁定"),
    "card.pin_wrong": _("卡密码错误"),
    "card.reset_pin": _("重置卡密码"),
    "card.take_doubtful_pin": _("收回来历不明的卡密码"),
}
FACTS: dict[str, Text] = {
    "chosen_there": _("当场自选"),
    "tries_left": _("剩余次数"),
    "was": _("原值"),
    "which": _("哪一种"),
}
VALUES: dict[str, dict[str, Text]] = {
    "kind": dict(Kind.choices),
    "which": {**dict(Kind.choices), "meal": _("餐限额"), "daily": _("日限额")},
}
"""Of facts whose values are words of the program."""
