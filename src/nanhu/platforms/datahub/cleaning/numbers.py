"""Campus numbers (学工号) and unit codes: strings whose leading zeros count."""

import re
from dataclasses import dataclass

from nanhu.platforms.datahub.cleaning.text import Cell, squeezed, whole


@dataclass(frozen=True, slots=True)
class NumberShape:
    """`width` is given where a number that lost its leading zeros can be told: it is filled up, then must match."""

    pattern: str
    width: int = 0

    def clean(self, cell: Cell) -> str:
        """ "" when the cell cannot be this number. Restored zeros are safe: the result must match the pattern whole."""
        text = whole(squeezed(cell)).upper()
        if self.width and text.isascii() and text.isdigit() and len(text) < self.width:
            text = text.zfill(self.width)
        return text if re.fullmatch(self.pattern, text) else ""
