"""Controls that forms of every room share."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

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


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`value` is what stands in the field when it is chosen; `about` beside it."""

    value: str
    about: str = ""


def option_tags(found: Iterable[Suggestion]) -> SafeString:
    return format_html_join("", '<option value="{}">{}</option>', ((one.value, one.about) for one in found))


class SuggestInput(forms.TextInput):
    """A line that offers what begins so: all of `offered`, or what the page finds while one types (`kernel.kit.suggestions`)."""

    def __init__(self, offered: Callable[[], Iterable[Suggestion]] | None = None) -> None:
        self.offered = offered
        super().__init__({"autocomplete": "off", "spellcheck": "false"})

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        own = {**(attrs or {}), "list": f"{(attrs or {}).get('id', name)}_offered"}
        if self.offered is None:
            own |= {
                "hx-get": f"?suggest={name}",
                "hx-trigger": "input changed delay:250ms",
                "hx-target": f"#{own['list']}",
            }
        found = option_tags(self.offered() if self.offered else ())
        control = super().render(name, value, own, renderer)
        return format_html('{}<datalist id="{}">{}</datalist>', control, own["list"], found)


class ManyFilesInput(forms.FileInput):
    """Several files in one control."""

    allow_multiple_selected = True


class HourInput(forms.TimeInput):
    """The browser's picker of a time."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class MomentInput(forms.DateTimeInput):
    """The browser's picker of a day and a time."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")
