"""A column of an order's form (F14) in the list of its rows: what was typed, and what is wrong with it."""

from typing import Any

from django.utils.html import format_html

from nanhu.kernel.kit import Column
from nanhu.kernel.kit.columns import NOTHING, Reader
from nanhu.systems.card.issuing.layout import Column as OfForm


class Cells(Column):
    def __init__(self, column: OfForm) -> None:
        super().__init__(column.label, column.key, sort=False)
        self.key = column.key

    def value(self, row: Any) -> Any:
        return next(cell for cell in row.cells if cell.key == self.key)

    def shown(self, row: Any, reader: Reader) -> str:  # noqa: ARG002
        cell = self.value(row)
        if not cell.error:
            return cell.text or NOTHING
        return format_html(
            '<span class="cell-wrong">{} <span class="cell-fault">{}</span></span>', cell.text or NOTHING, cell.error
        )
