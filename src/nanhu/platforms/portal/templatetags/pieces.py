"""{% load pieces %}: tiles, notices and entries of the menu, each drawn once for what it shows."""

from django import template
from django.utils.safestring import SafeString

from nanhu.kernel.registry import NoticeLine, TileContent
from nanhu.kernel.ui.templatetags.ui import campus_clock, campus_moment, drawn_once
from nanhu.platforms.portal.menu import MenuItem
from nanhu.platforms.portal.tiles import TileView

register = template.Library()
NOTHING = TileContent()


@register.simple_tag
def tile(view: TileView) -> SafeString:
    said = view.content or NOTHING
    return drawn_once(
        "portal/_tile.html",
        key=view.tile.key,
        icon=view.tile.icon,
        title=view.tile.title,
        is_here=view.content is not None,
        is_hidden=view.is_hidden,
        is_later=view.is_later,
        is_busy=view.is_busy,
        is_failed=view.is_failed,
        may_be_wrong=view.may_be_wrong,
        error_number=view.error_number,
        tone=said.tone,
        url=said.url,
        value=said.value,
        caption=said.caption,
        lines=said.lines,
        actions=said.actions,
        source=said.source,
        as_of=campus_clock(said.as_of),
    )


@register.simple_tag
def notice(line: NoticeLine) -> SafeString:
    return drawn_once(
        "portal/_notice.html",
        url=line.url,
        title=line.title,
        office=line.office,
        when=campus_moment(line.published_at),
        is_unread=line.is_unread,
        must_read=line.must_read,
        is_pinned=line.is_pinned,
        has_attachment=line.has_attachment,
    )


@register.simple_tag
def menu_entry(item: MenuItem, look: str) -> SafeString:
    """The entry as an `app` (icon over name) or a `duty` (a line with its description)."""
    one = item.application
    return drawn_once(
        f"portal/_{look}.html",
        key=one.key,
        name=one.name,
        description=one.description,
        icon=one.icon,
        section=one.section,
        url=item.url,
        is_external=one.external,
        is_new_window=one.new_window,
        is_in_maintenance=item.is_in_maintenance,
    )
