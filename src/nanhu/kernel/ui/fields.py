"""A form field as people meet it: what its control needs so that eye, keyboard and screen reader agree."""

from dataclasses import dataclass
from typing import Any

from django.forms import BaseForm, BoundField, Field, ModelChoiceField
from django.forms.widgets import (
    CheckboxInput,
    CheckboxSelectMultiple,
    FileInput,
    PasswordInput,
    RadioSelect,
    Select,
    Textarea,
)
from django.utils.safestring import SafeString

from nanhu.kernel.ui.refusals import CHOOSE


@dataclass(frozen=True, slots=True)
class FieldParts:
    field: BoundField
    control: SafeString
    kind: str
    help: str
    source: str
    help_id: str
    error_id: str
    is_optional: bool
    is_money: bool


@dataclass(frozen=True, slots=True)
class Section:
    title: object
    fields: list[BoundField]


def sections_of(form: BaseForm) -> list[Section]:
    """By the form's own `sections` (title, names of fields), two columns each at a desk; what none of them names stands after them, and in
    a form without sections that is all."""
    shown = {one.name: one for one in form.visible_fields()}
    found = [
        Section(title, [shown.pop(name) for name in names if name in shown])
        for title, names in getattr(form, "sections", ())
    ]
    return [one for one in (*found, Section("", list(shown.values()))) if one.fields]


def field_parts(field: object, help_text: str = "", source: str = "") -> FieldParts:
    """Raises TypeError for anything but a bound field: a field that silently vanishes is worse than an error."""
    if not isinstance(field, BoundField):
        raise TypeError(
            '<c-ui.field> needs a bound field, written :field="form.name" (brackets do not resolve in templates)'
        )
    shown_help = str(help_text or field.help_text or "")
    identity = field.id_for_label or field.auto_id or field.html_name
    help_id, error_id = f"{identity}_help", f"{identity}_error"
    kind = _kind(field.field.widget)
    return FieldParts(
        field=field,
        control=field.as_widget(attrs=_attributes(field, kind, shown_help, help_id, error_id)),
        kind=kind,
        help=shown_help,
        source=source,
        help_id=help_id,
        error_id=error_id,
        is_optional=not (
            field.field.required or is_needed(field) or kind in {"check", "group"} or has_answer(field.field)
        ),
        is_money="data-yuan" in field.field.widget.attrs,
    )


def is_needed(field: BoundField) -> bool:
    """Needed in the end, though a form without it is kept for now."""
    return bool(field.field.widget.attrs.get("aria-required") == "true")


def has_answer(field: Field) -> bool:
    """A select whose first line is an answer (不用, 全部) and no prompt: nobody can leave it out."""
    widget = field.widget
    if not isinstance(widget, Select) or widget.allow_multiple_selected:
        return False
    if isinstance(field, ModelChoiceField):  # its choices are asked of the database
        return field.empty_label is None or not is_prompt(field.empty_label)
    value, label = next(iter(widget.choices), ("", ""))
    return bool(value) or not is_prompt(label)


def is_prompt(label: object) -> bool:
    return str(label) in {"", "—", str(CHOOSE)}


def _kind(widget: Any) -> str:
    if getattr(widget, "is_group", False):
        return "group"
    for kind, classes in KINDS:
        if isinstance(widget, classes):
            return kind
    return "text"


def _attributes(field: BoundField, kind: str, shown_help: str, help_id: str, error_id: str) -> dict[str, str | bool]:
    described = " ".join(part for part, is_there in ((help_id, shown_help), (error_id, field.errors)) if is_there)
    given = str(field.field.widget.attrs.get("class", ""))
    found: dict[str, str | bool] = {"class": f"{CLASSES.get(kind, 'input')} {given}".strip()}
    if described:
        found["aria-describedby"] = described
    if field.errors:
        found["aria-invalid"] = "true"
    return found


KINDS: tuple[tuple[str, tuple[type, ...]], ...] = (
    ("group", (CheckboxSelectMultiple, RadioSelect)),
    ("check", (CheckboxInput,)),
    ("select", (Select,)),
    ("area", (Textarea,)),
    ("file", (FileInput,)),
    ("password", (PasswordInput,)),
)
CLASSES = {"group": "choice", "check": "choice", "select": "input select", "area": "input area", "file": "input file"}
