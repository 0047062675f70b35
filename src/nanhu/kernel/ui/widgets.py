"""Controls that forms of every room share."""

import re
from typing import Any

from django import forms

SHEET_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")


class DayInput(forms.DateInput):
    """The browser's date picker. It takes 2026-09-01 and nothing else: a day in the language's own form is dropped."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")

    def format_value(self, value: Any) -> str | None:
        """2026/9/1, 2026.9.1 and 2026年9月1日, as sheets have them, too."""
        shown = super().format_value(value)
        found = SHEET_DAY.fullmatch(shown.strip()) if isinstance(shown, str) else None
        return "-".join(part.zfill(2) for part in found.groups()) if found else shown


class MomentInput(forms.DateTimeInput):
    """The browser's picker of a day and a time."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")
