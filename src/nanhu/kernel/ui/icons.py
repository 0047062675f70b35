"""Icons: Lucide (ISC licence) as inline SVG, rendered once per name and size."""

import re
from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO
from zipfile import ZipFile

import structlog
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

log = structlog.get_logger()
STAND_IN = "circle-dashed"
LINE_IN_A_TAG = re.compile(r"(<\w+)\n\s*")
ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')


@lru_cache(maxsize=1024)
def icon_svg(name: str, size: int = 20, label: str = "") -> SafeString:
    """Decoration unless it has a label. A misspelt name shows a dashed circle and is logged; it must not cost the page."""
    named = {"role": "img", "aria-label": label} if label else {"aria-hidden": "true"}
    try:
        drawing = drawings().read(f"{name}.svg")
    except KeyError:
        log.warning("ui.icon_missing", icon=escape(name))
        drawing = drawings().read(f"{STAND_IN}.svg")
    head, body = LINE_IN_A_TAG.sub(r"\1 ", drawing.decode().rstrip()).split(">", 1)
    attributes = dict(ATTRIBUTE.findall(head)) | {"width": size, "height": size, "class": "icon", "focusable": "false"}
    del attributes["xmlns"]  # no need of it within a page
    said = format_html_join(" ", '{}="{}"', (attributes | {"stroke-width": "1.75"} | named).items())
    return format_html("<svg {}>{}", said, mark_safe(body))  # noqa: S308 - as the library drew it


@cache
def drawings() -> ZipFile:
    """All of them, packed, in memory: processes that fork do not read one file together."""
    return ZipFile(BytesIO(files("lucide").joinpath("lucide.zip").read_bytes()))
