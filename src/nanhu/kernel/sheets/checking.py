"""The lines of a file, checked one by one: each cell, then the line, then that it stands there once."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError
from nanhu.kernel.sheets.declared import Checked, Fault, Line

TWICE: Final = _("这份文件里有两行")


def checked(
    lines: Iterable[Line], meant: Callable[[Line], dict[str, Any]], *, once_by: Sequence[str]
) -> Checked[dict[str, Any]]:
    """`meant`: a line as a row, or a CampusError, told at the column of its `field`. No two rows are alike in `once_by`, columns of the sheet."""
    rows: list[dict[str, Any]] = []
    faults: list[Fault] = []
    seen: set[tuple[Any, ...]] = set()
    for line in lines:
        wrong = line.faults()
        if not wrong:
            try:
                row = meant(line)
            except CampusError as error:
                wrong = [line.fault(error.field or once_by[0], error.message)]
            else:
                key = tuple(row[one] for one in once_by)
                wrong = [line.fault(once_by[0], str(TWICE))] if key in seen else []
                seen.add(key)
                rows.append(row)
        faults += wrong
    return Checked(rows, faults)
