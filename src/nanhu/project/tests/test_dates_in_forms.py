"""A browser's date picker takes 2026-09-01 and drops every other form: no prefilled day may be lost."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django import forms
from django.utils.translation import override

import nanhu
from nanhu.kernel.ui.widgets import DayInput, MomentInput

ROOT = Path(nanhu.__file__).parent
HAND_WRITTEN = re.compile(r'<input[^>]*type="date(?:time-local)?"[^>]*>')
ISO = re.compile(r"""value="\{\{ (?:[\w.]+\|iso_day|said\.\w+) \}\}\"""")


def form_classes(kind: type[forms.BaseForm] = forms.BaseForm) -> Iterator[type[forms.BaseForm]]:
    for below in kind.__subclasses__():
        yield from form_classes(below)
        if below.__module__.startswith("nanhu."):
            yield below


def fields_with_a_day() -> list[tuple[str, forms.Field]]:
    for module in pkgutil.walk_packages(nanhu.__path__, "nanhu."):
        if ".tests" not in module.name and module.name.rsplit(".", 1)[-1] in {"forms", "views", "panel", "prices"}:
            importlib.import_module(module.name)
    return [
        (f"{form.__module__}.{form.__name__}.{name}", field)
        for form in form_classes()
        for name, field in getattr(form, "base_fields", {}).items()
        if isinstance(field, forms.DateField | forms.DateTimeField)
        or getattr(field.widget, "input_type", "") in {"date", "datetime-local"}
    ]


def test_every_form_with_a_day_shows_the_day_it_was_given() -> None:
    found = fields_with_a_day()
    assert len(found) > 14
    shown = [(name, field) for name, field in found if not isinstance(field.widget, forms.HiddenInput)]
    for name, field in shown:
        if name.endswith((".first", ".last")):  # asked by hand-written inputs, see below
            continue
        assert isinstance(field.widget, DayInput | MomentInput), name


@pytest.mark.parametrize("given", [date(2026, 9, 1), "2026-09-01", "2026/9/1", "2026年9月1日"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_picker_gets_the_only_form_it_takes(language: str, given: object) -> None:
    with override(language):
        assert 'value="2026-09-01"' in DayInput().render("day", given)


def test_inputs_written_by_hand_carry_the_same_form() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}: {tag}"
        for path in ROOT.rglob("*.html")
        if "emulators" not in path.parts
        for tag in HAND_WRITTEN.findall(path.read_text())
        if "value=" in tag and not ISO.search(tag)
    ]
    assert wrong == []


def test_no_list_of_a_form_begins_in_english():
    """Django's own first line has no Chinese yet."""
    fields_with_a_day()
    english = [
        f"{form.__module__}.{form.__name__}.{name}"
        for form in form_classes()
        for name, field in getattr(form, "base_fields", {}).items()
        if isinstance(field, forms.ModelChoiceField) and "Select" in str(field.empty_label)
    ]
    assert not english
