"""Icons: Lucide (ISC licence) as inline SVG, rendered once per name and size."""

import functools

import structlog
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from lucide import IconDoesNotExist
from lucide.templatetags.lucide import lucide

log = structlog.get_logger()
STAND_IN = "circle-dashed"


@functools.lru_cache(maxsize=1024)
def icon_svg(name: str, size: int = 20, label: str = "") -> SafeString:
    """Decoration unless it has a label. A misspelt name shows a dashed circle and is logged; it must not cost the page."""
    named = {"role": "img", "aria-label": label} if label else {"aria-hidden": "true"}
    attributes = {"class": "icon", "focusable": "false", "stroke_width": "1.75", **named}
    try:
        return mark_safe(lucide(name, size=size, **attributes))  # noqa: S308 - drawn by the library, attributes escaped by it
    except IconDoesNotExist:
        log.warning("ui.icon_missing", icon=escape(name))
        return mark_safe(lucide(STAND_IN, size=size, **attributes))  # noqa: S308
