"""Fields of forms that hold several things: attachments (附件), and rows of columns (明细表), typed or from a sheet."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError
from nanhu.kernel.files import kinds
from nanhu.kernel.files.errors import RefusedFileError
from nanhu.kernel.files.purposes import MEGABYTE
from nanhu.kernel.kit.forms import DayField
from nanhu.kernel.money import plain_yuan
from nanhu.kernel.sheets import Column as SheetColumn
from nanhu.kernel.sheets import FileRefusedError, Sheet, day
from nanhu.kernel.ui.money_field import YuanField
from nanhu.kernel.ui.widgets import ManyFilesInput
from nanhu.kernel.ui.words import term
from nanhu.platforms.flows.body import LONGEST_CELL, MOST_OF_A_FIELD, MOST_ROWS, Column, Field, fits

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

FILES_OFFERED: Final = 5
ROWS_OFFERED: Final = 20
BLANK_ROWS: Final = 2
LONGEST_PLACE: Final = 9
KINDS: Final = frozenset({"pdf", "ofd", "docx", "xlsx", "jpeg", "png"})
LARGEST: Final = 10 * MEGABYTE


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was handed in and is kept with the case it belongs to (`services.attaching`)."""

    name: str
    content: bytes


class FilesInput(ManyFilesInput):
    """Those that are kept already stand before it, each with a tick."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, Any]:
        kept = data.getlist(f"{name}_kept") if hasattr(data, "getlist") else data.get(f"{name}_kept", [])
        return {"kept": kept, "new": super().value_from_datadict(data, files, name)}

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in files and f"{name}_kept" not in data

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        shown = kept_names(value["kept"] if isinstance(value, dict) else value or [])
        control = super().render(name, None, attrs, renderer)
        return render_to_string("flows/_files.html", {"name": name, "kept": shown, "control": control})


def kept_names(kept: Any) -> list[tuple[str, str]]:
    """What the tick sends, and the name beside it."""
    found = [f"{one['file']} {one['name']}" if isinstance(one, dict) else str(one) for one in kept]
    return [(one, one.partition(" ")[2]) for one in found]


class FilesField(forms.FileField):
    """Cleaned: what is kept already (its id in the store), and `Upload`s. What was refused is said with the name of the file."""

    widget = FilesInput

    def __init__(self, *, most: int, **options: Any) -> None:
        super().__init__(**options)
        self.most = most
        self.widget.attrs["accept"] = ".pdf,.ofd,.docx,.xlsx,.jpg,.jpeg,.png"

    def clean(self, data: Any, initial: Any = None) -> list[Any]:  # noqa: ARG002 - Django's own signature
        kept = [{"file": one.partition(" ")[0], "name": ""} for one in data["kept"][: self.most]]
        new = [file for file in data["new"] or () if file]
        if len(kept) + len(new) > self.most:
            raise forms.ValidationError(_("最多 %(most)s 个文件。") % {"most": self.most})
        if self.required and not kept and not new:
            raise forms.ValidationError(self.error_messages["required"])
        uploads = [Upload(str(file.name), read(file)) for file in new]
        problems = [problem for one in uploads if (problem := refusal(one))]
        if problems:
            raise forms.ValidationError(problems)
        return [*kept, *uploads]


def read(file: "UploadedFile[bytes]") -> bytes:
    """One byte more than is taken, and no more."""
    content: bytes = file.read(LARGEST + 1)
    return content


def refusal(upload: Upload) -> str:
    if len(upload.content) > LARGEST:
        return f"{upload.name}：{_('最大 10 MB。')}"
    try:
        kinds.checked(upload.content, kinds=KINDS)
    except RefusedFileError as error:
        return f"{upload.name}：{error.message}"
    return ""


def text_cell() -> forms.Field:
    return forms.CharField(max_length=LONGEST_CELL, required=False)


def number_cell() -> forms.Field:
    return forms.IntegerField(min_value=0, max_value=MOST_OF_A_FIELD, required=False)


def day_cell() -> forms.Field:
    return DayField(required=False)


CELLS: Final = {
    "text": text_cell,
    "number": number_cell,
    "money": lambda: YuanField(required=False),
    "date": day_cell,
}


TOO_MANY: Final[dict[str, str]] = {}
"""Stands for rows beyond what the field takes."""


@dataclass(frozen=True, slots=True)
class RefusedSheet:
    """Stands for the rows of a sheet that could not be read."""

    why: str


def place_in(name: str, control: str) -> int:
    """Of which row a control is: 3 of goods-3-price; -1 of another field's."""
    number = control.removeprefix(f"{name}-").partition("-")[0] if control.startswith(f"{name}-") else ""
    return int(number) if number.isascii() and number.isdecimal() and len(number) < LONGEST_PLACE else -1


def as_typed(column: Column, said: str) -> str:
    """A day of a sheet as its control takes it; what is none stays, to be told and mended."""
    if column.kind != "date" or not said:
        return said
    with suppress(CampusError):
        return day(said).isoformat()
    return said


class RowsInput(forms.Widget):
    """A line of controls for each row, some blank ones after them; a script adds more, up to `most`. Rows of a sheet, whose heads are the
    names of the columns, come after those that were typed, and are typed as well from then on."""

    is_group = True
    needs_multipart_form = True

    def __init__(self, field: Field) -> None:
        super().__init__()
        self.columns, self.most = field.columns, min(field.most or ROWS_OFFERED, MOST_ROWS)
        self.cells = {column.key: CELLS[column.kind]() for column in field.columns}

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Any]:
        typed = (
            {
                key: str(cell.widget.value_from_datadict(data, files, f"{name}-{number}-{key}") or "").replace("\0", "")
                for key, cell in self.cells.items()
            }
            for number in range(self.most)
        )
        rows: list[Any] = [row for row in typed if any(text.strip() for text in row.values())]
        rows += self.rows_of(files.get(f"{name}_sheet"))
        beyond = len(rows) > self.most or any(place_in(name, one) >= self.most for one in data)
        return rows[: self.most] + ([TOO_MANY] if beyond else [])

    def rows_of(self, upload: Any) -> list[Any]:
        """As typed; what is wrong in a cell is said as of a cell that was typed."""
        if not upload:
            return []
        heads = [
            SheetColumn(one.key, one.label, also=(term(one.label),), needed=one.is_required) for one in self.columns
        ]
        upload.seek(0)
        try:
            lines = Sheet(*heads, most=MOST_ROWS, largest=LARGEST).read(read(upload))
        except FileRefusedError as error:
            return [RefusedSheet(error.message)]
        return [{one.key: as_typed(one, line[one.key].replace("\0", "")) for one in self.columns} for line in lines]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return not self.value_from_datadict(data, files, name)

    def id_for_label(self, id_: str) -> str:
        return f"{id_}-0-{self.columns[0].key}" if id_ else ""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:  # noqa: ARG002 - Django's own signature
        kept = (row for row in value if isinstance(row, dict)) if isinstance(value, list) else ()
        rows: list[Mapping[str, Any]] = [*kept, *({} for _blank in range(BLANK_ROWS))][: self.most]
        described = {key: text for key, text in (attrs or {}).items() if key in {"aria-describedby", "aria-invalid"}}
        facts = {
            "heads": [term(column.label) for column in self.columns],
            "rows": [list(self.controls(name, number, row, described)) for number, row in enumerate(rows)],
            "pattern": list(self.controls(name, "__row__", {}, described)),
            "most": self.most,
            "sheet": f"{name}_sheet",
        }
        return render_to_string("flows/_rows.html", facts)

    def controls(
        self, name: str, number: int | str, row: Mapping[str, Any], attrs: Mapping[str, str]
    ) -> Iterator[tuple[str, SafeString]]:
        for column in self.columns:
            own = f"{name}-{number}-{column.key}"
            given = {"id": f"id_{own}", "class": "input", "aria-label": term(column.label), **attrs}
            yield term(column.label), self.cells[column.key].widget.render(own, row.get(column.key, ""), given)


class RowsField(forms.Field):
    """Cleaned: a list of rows as they are kept. What is wrong is said with row and column."""

    def __init__(self, field: Field, **options: Any) -> None:
        self.field = field
        super().__init__(widget=RowsInput(field), **options)

    def clean(self, value: Any) -> list[dict[str, Any]]:
        cells: dict[str, forms.Field] = self.widget.cells
        if TOO_MANY in (value or ()):
            raise forms.ValidationError(_("最多 %(most)s 行。") % {"most": self.widget.most})
        refused = [one.why for one in value or () if isinstance(one, RefusedSheet)]
        if refused:
            raise forms.ValidationError(refused)
        rows, problems = [], []
        for number, typed in enumerate(value or (), start=1):
            row = {}
            for column in self.field.columns:
                try:
                    row[column.key] = kept_cell(column, cells[column.key].clean(typed[column.key].strip()))
                except forms.ValidationError as error:
                    about = {"number": number, "column": term(column.label), "why": "".join(error.messages)}
                    problems.append(_("第 %(number)s 行“%(column)s”：%(why)s") % about)
            rows.append({key: cell for key, cell in row.items() if cell not in (None, "")})
        if problems:
            raise forms.ValidationError(problems)
        if self.required and not rows:
            raise forms.ValidationError(self.error_messages["required"])
        return rows


def kept_cell(column: Column, value: Any) -> Any:
    if value in (None, "") and column.is_required:
        raise forms.ValidationError(_("没有填。"))
    return value.isoformat() if hasattr(value, "isoformat") else value


def typed_rows(field: Field, rows: Any) -> list[dict[str, Any]]:
    """Rows as they are kept, for the controls in which they are typed."""
    if not fits(field, rows):
        return []
    money = {column.key for column in field.columns if column.kind == "money"}
    return [{key: plain_yuan(cell) if key in money else cell for key, cell in row.items()} for row in rows]
