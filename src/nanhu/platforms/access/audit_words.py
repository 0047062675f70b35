"""What this room writes into the audit log, in words."""

from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text
from nanhu.kernel.ui import words
from nanhu.platforms.access.rules import EVERY_DAY
from nanhu.platforms.access.templatetags.door_rules import weekdays
from nanhu.platforms.datahub.api import codes_of

days_of, term_of = lazy(weekdays, str), lazy(words.term, str)

ACTIONS: dict[str, Text] = {
    "access.emergency": _("紧急开门"),
    "access.emergency_ended": _("结束紧急开门"),
    "access.log_read": _("查看通行记录"),
    "access.rule": _("设置通行规则"),
    "access.rule_withdrawn": _("撤销通行规则"),
    "access.sides_reset": _("重置进出状态"),
    "access.set_up_doors": _("设置门禁"),
}
WHOLE_TARGETS: dict[str, Text] = {
    "access:doors": _("门禁"),
}
FACTS: dict[str, Text] = {
    "allowed": _("允许"),
    "below": _("含下级单位"),
    "weekdays": _("星期"),
    "class": _("卡类"),
    "classes": _("卡类"),
    "doors": _("门"),
    "emergency": _("应急"),
    "inside": _("在内"),
    "minutes": _("分钟"),
    "only": _("仅限"),
    "person": _("人员"),
    "sub_class": _("子类"),
    "times": _("时段"),
}
VALUES: dict[str, dict[str, Text]] = {
    "class": {key: term_of(name) for key, name in codes_of("card.card", "holder_class").items()},
    "weekdays": {str(bits): days_of(bits) for bits in range(1, EVERY_DAY + 1)},
}
"""Of facts whose values are words of the program."""
