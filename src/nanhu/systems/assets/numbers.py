"""Series of assets (编号): things, receipts, disposals."""

import re
from typing import Final

from nanhu.kernel.numbering.series import Series

THINGS: Final = Series(key="assets.asset", pattern="{year}-{scope}-{n:06}-{check}", gapless=False)
"""Year, the class's first three characters, a running number and its check digit: 2026-A02-000123-7."""
RECEIPTS: Final = Series(key="assets.receipt", pattern="YS{year}-{n:06}", gapless=False)
DISPOSALS: Final = Series(key="assets.disposal", pattern="CZ{year}-{n:06}", gapless=False)
WRITTEN: Final = re.compile(r"(\d{4})-(A\d{2})-(\d{6,})-(\d)")
IN_BARS: Final = re.compile(r"(\d{4})(A\d{2})(\d{6,})(\d)")


def in_bars(code: str) -> str:
    """A number without its lines, so that its bars are wide enough on the small label; any other code as it is."""
    return "".join(found.groups()) if (found := WRITTEN.fullmatch(code)) else code


def spelled(text: str) -> str:
    """What a scanner read off the bars, as the number is written."""
    return "-".join(found.groups()) if (found := IN_BARS.fullmatch(text.strip().upper())) else text
