"""A sheet that one person hands in and that holds at once (按表格登记): its blank form, and the page that takes it or tells its faults."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from typing import Any, Unpack

from django.http import HttpResponse, HttpResponseBase

from nanhu.kernel.kit.cases import rows_in
from nanhu.kernel.kit.forms import FileForm
from nanhu.kernel.kit.pages import FormOptions, FormPage, Page, View
from nanhu.kernel.kit.requests import PageRequest
from nanhu.kernel.sheets import Checked, Line, Sheet
from nanhu.kernel.sheets.writing import WORKBOOK, attachment


def sheet_form(
    page: Page,
    path: str,
    form: type[FileForm],
    sheet: Sheet,
    *,
    name: str,
    check: Callable[[Sequence[Line]], Checked[Any]],
    filled: Callable[[], Iterable[Mapping[str, str]]] | None = None,
    **options: Unpack[FormOptions],
) -> Callable[[View], FormPage]:
    """Hangs it under a list, with `template.xlsx` beside it. Its function gets the form, and the rows of a file in which no line is wrong.
    `name`: of the blank form as a file. `check`: the rows of a file, or its faults. `filled`: what is known now, in the same form."""

    def blank(request: PageRequest) -> HttpResponseBase:
        rows = filled() if filled and "filled" in request.GET else ()
        return attachment(HttpResponse(sheet.form(rows, name=name), content_type=WORKBOOK), f"{name}.xlsx")

    def hang(take: View) -> FormPage:
        @wraps(take)
        def taken(request: PageRequest, given: FileForm) -> Any:
            return take(request, given, rows_in(request, sheet, given.cleaned_data["file"], check))

        blank.__name__ = f"{take.__name__}_template"
        template = page.download("template.xlsx")(blank)
        usual: FormOptions = {
            "template": "kit/sheet.html",
            "icon": "upload",
            "largest_file": form.largest + 100_000,
            "facts": lambda _request: {"blank": template.address(), "has_filled": filled is not None},
            **options,
        }
        return page.form(path, form, **usual)(taken)

    return hang
