"""Series of assets (编号): things, receipts, disposals."""

from typing import Final

from nanhu.kernel.numbering.series import Series

THINGS: Final = Series(key="assets.asset", pattern="{year}-{scope}-{n:06}-{check}", gapless=False)
"""Year, the class's first three characters, a running number and its check digit: 2026-A02-000123-7."""
RECEIPTS: Final = Series(key="assets.receipt", pattern="YS{year}-{n:06}", gapless=False)
DISPOSALS: Final = Series(key="assets.disposal", pattern="CZ{year}-{n:06}", gapless=False)
