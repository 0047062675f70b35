"""Money is integer fen (分), never a float; this module turns it to and from what people read and type."""

import re

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError

LARGEST_FEN = 10**12
YUAN_FORM = re.compile(r"(\d{1,10})(?:\.(\d{1,2}))?")


class MoneyFormatError(CampusError):
    """The text is no amount of money with at most two decimals."""

    code = "money.format"
    sentence = _("“{text}”不是有效的金额，请写成 12.50 这样的数字，最多两位小数。")


def format_yuan(fen: int, *, signed: bool = False) -> str:
    """1250 → "¥ 12.50"; with `signed`, money in carries a plus."""
    sign = "-" if fen < 0 else "+" if signed and fen > 0 else ""
    yuan, cents = divmod(abs(fen), 100)
    return f"{sign}¥ {yuan:,}.{cents:02d}"


def parse_yuan(text: str) -> int:
    """ "12.5" → 1250. Accepts full-width digits, ¥, commas and spaces; refuses signs and a third decimal."""
    cleaned = text.translate(FULL_WIDTH).strip().removeprefix("¥").replace(",", "").strip()
    found = YUAN_FORM.fullmatch(cleaned)
    if found is None:
        raise MoneyFormatError(text=text[:40])
    yuan, cents = found.groups()
    return int(yuan) * 100 + int((cents or "0").ljust(2, "0"))


FULL_WIDTH = {ord(full): ord(half) for full, half in zip("０１２３４５６７８９．，￥", "0123456789.,¥", strict=True)}
