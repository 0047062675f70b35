"""Accessibility of a page by axe-core: every rule on the whole page, contrast of colours on the first rows of its lists.

The later rows of a list look like the first, and their contrast would be nine tenths of the time a page takes.
"""

from typing import Any

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it ships none
from playwright.sync_api import Page

ROWS = 12
LATER_ROWS = [f"tbody tr:nth-child(n+{ROWS + 1})", f":is(ol, ul) > li:nth-child(n+{ROWS + 1})"]
ONLY_FAULTS = {"resultTypes": ["violations"]}
BUT_CONTRAST = ONLY_FAULTS | {"rules": {"color-contrast": {"enabled": False}}}
CONTRAST = ONLY_FAULTS | {"runOnly": {"type": "rule", "values": ["color-contrast"]}}


def accessibility_faults(page: Page) -> list[str]:
    """Each violation with the beginnings of the first elements that show it; empty where all is well."""
    axe = Axe()
    found: list[dict[str, Any]] = axe.run(page, options=BUT_CONTRAST).response["violations"]
    found += axe.run(page, context={"exclude": [[rows] for rows in LATER_ROWS]}, options=CONTRAST).response[
        "violations"
    ]
    return [f"{one['id']}: {' '.join(node['html'][:160] for node in one['nodes'][:4])}" for one in found]
