"""Rules in words: days of the week (周一至周五, 周三 周六), classes of holders."""

from django import template
from django.utils.translation import gettext as _

from nanhu.platforms.access.issuers import class_name
from nanhu.platforms.access.rules import EVERY_DAY

register = template.Library()


@register.filter
def weekdays(bits: int) -> str:
    names = [_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日")]
    days = [n for n in range(7) if bits >> n & 1]
    if bits == EVERY_DAY:
        return _("每天")
    is_run = len(days) > 2 and days[-1] - days[0] == len(days) - 1  # noqa: PLR2004
    if is_run:
        return _("%(first)s至%(last)s") % {"first": names[days[0]], "last": names[days[-1]]}
    return " ".join(names[day] for day in days)


@register.filter
def holder_class(key: str) -> str:
    return class_name(key)
