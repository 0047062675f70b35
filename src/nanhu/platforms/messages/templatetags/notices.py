"""{% load notices %}: days and sizes as a bulletin shows them."""

from datetime import datetime

from django import template
from django.utils.dateformat import format as date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from nanhu.kernel import clock
from nanhu.platforms.messages import rules
from nanhu.platforms.messages.models import Notice

register = template.Library()
WEEKDAYS = (_lazy("周一"), _lazy("周二"), _lazy("周三"), _lazy("周四"), _lazy("周五"), _lazy("周六"), _lazy("周日"))


@register.filter
def moment(when: datetime | None) -> str:
    """11月24日 周二 14:30; the year stands before it when it is not the present one."""
    if when is None:
        return ""
    local = clock.campus_time(when)
    return f"{day(when)} {WEEKDAYS[local.weekday()]} {local:%H:%M}"


@register.filter
def day(when: datetime | None) -> str:
    """11月24日, with the year when it is not the present one."""
    if when is None:
        return ""
    local = clock.campus_time(when)
    return date_format(local, _("n月j日") if local.year == clock.campus_today().year else _("Y年n月j日"))


@register.filter
def file_size(size: int) -> str:
    return rules.readable_size(size)


@register.filter
def file_icon(name: str) -> str:
    """A Lucide icon for the kind of file."""
    kind = rules.extension_of(name)
    if kind in {"xls", "xlsx", "csv"}:
        return "file-spreadsheet"
    if kind in {"png", "jpg", "jpeg"}:
        return "file-image"
    return "file-archive" if kind == "zip" else "file-text"


@register.filter
def is_over(notice: Notice) -> bool:
    return notice.expires_at is not None and notice.expires_at <= clock.now()
