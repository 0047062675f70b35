"""{% load menu_entries %}: entries of the application menu, each drawn once for what it shows: a staff home has two dozen."""

from dataclasses import dataclass
from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from nanhu.platforms.portal.menu import MenuItem

register = template.Library()


@dataclass(frozen=True, slots=True)
class Entry:
    """All that its templates may read: what is not here cannot differ between two that are drawn alike."""

    key: str
    name: str
    description: str
    icon: str
    section: str
    url: str
    is_external: bool
    is_new_window: bool
    is_in_maintenance: bool


@register.simple_tag
def menu_entry(item: MenuItem, look: str) -> SafeString:
    """The entry as an `app` (icon over name) or a `duty` (a line with its description)."""
    one = item.application
    entry = Entry(
        key=one.key,
        name=str(one.name),
        description=str(one.description),
        icon=one.icon,
        section=one.section,
        url=item.url,
        is_external=one.external,
        is_new_window=one.new_window,
        is_in_maintenance=item.is_in_maintenance,
    )
    return drawn(entry, look, get_language())


@lru_cache(maxsize=2048)
def drawn(entry: Entry, look: str, language: str) -> SafeString:  # noqa: ARG001 - the template speaks it
    return render_to_string(f"portal/_{look}.html", {"item": entry})
