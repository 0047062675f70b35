"""{% load notices %}: days and sizes as a bulletin shows them."""

from datetime import datetime

from django import template

from nanhu.kernel import clock
from nanhu.kernel.ui import dates
from nanhu.platforms.messages import rules
from nanhu.platforms.messages.models import Notice

register = template.Library()


@register.filter
def moment(when: datetime | None) -> str:
    """11月24日 周二 14:30; the year stands before it when it is not the present one."""
    return dates.time_words(when) if when else ""


@register.filter
def day(when: datetime | None) -> str:
    """11月24日, with the year when it is not the present one."""
    return dates.short_day(when, clock.campus_today().year) if when else ""


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


@register.filter
def is_soon(notice: Notice) -> bool:
    """Published from a later hour on."""
    return notice.published_at is not None and notice.published_at > clock.now()
