"""Money is integer fen (分), never a float; this module turns it to and from what people read and type."""

import re

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError

LARGEST_FEN = 10**12
YUAN_DIGITS = 10
YUAN_FORM = re.compile(r"(?:¥ ?)?(0|[1-9][0-9]*|[1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:\.([0-9]{1,2}))?")
"""The one form of a typed sum: 12, 12.5, 12.50, 1,234.50. `static/ui/js/money.js` reads the same."""
MINUS = "\N{MINUS SIGN}"
FULL_WIDTH = {ord(full): ord(half) for full, half in zip("０１２３４５６７８９．，￥", "0123456789.,¥", strict=True)}
NUMERALS, PLACES, MYRIADS = "零壹贰叁肆伍陆柒捌玖", ("", "拾", "佰", "仟"), ("", "万", "亿")


class MoneyFormatError(CampusError):
    """The text is not the one form in which a sum of money is typed."""

    code = "money.format"
    sentence = _("“{text}”不是有效的金额，请写成 12.50 或 1,234.50 这样的数字，最多两位小数，逗号只能隔开千位。")


def format_yuan(fen: int, *, signed: bool = False) -> str:
    """1250 → "¥ 12.50"; −1250 → "−¥ 12.50" with the one minus of the house (U+2212); with `signed`, money in carries a plus."""
    sign = MINUS if fen < 0 else "+" if signed and fen > 0 else ""
    yuan, cents = divmod(abs(fen), 100)
    return f"{sign}¥ {yuan:,}.{cents:02d}"


def plain_yuan(fen: int) -> str:
    """1250 → "12.50", as files write a sum."""
    return f"{fen // 100}.{fen % 100:02d}"


def short_yuan(fen: int) -> str:
    """5000 → "50", 1250 → "12.50": before the word 元."""
    return f"{fen // 100}" if fen % 100 == 0 else plain_yuan(fen)


def parse_yuan(text: str) -> int:
    """ "12.5" → 1250. Full-width digits count as digits; whatever could be read in two ways is refused."""
    found = YUAN_FORM.fullmatch(text.translate(FULL_WIDTH).strip())
    yuan = found[1].replace(",", "") if found else ""
    if found is None or len(yuan) > YUAN_DIGITS:
        raise MoneyFormatError(text=text[:40])
    return int(yuan) * 100 + int((found[2] or "0").ljust(2, "0"))


def yuan_in_words(fen: int) -> str:
    """3000 → 叁拾元整, as sums are written on Chinese receipts (支付结算办法, annex 1)."""
    yuan, cents = divmod(abs(fen), 100)
    tenths, hundredths = divmod(cents, 10)
    words = f"{whole_in_words(yuan)}元" if yuan or not cents else ""
    words += f"{NUMERALS[tenths]}角" if tenths else "零" if hundredths and yuan else ""
    return ("负" if fen < 0 else "") + words + (f"{NUMERALS[hundredths]}分" if hundredths else "整")


def whole_in_words(number: int) -> str:
    """10203 → 壹万零贰佰零叁; one 零 for any gap."""
    words, is_gap = "", False
    for place in range(len(str(number)) - 1, -1, -1):
        digit = number // 10**place % 10
        if digit:
            words += ("零" if is_gap and words else "") + NUMERALS[digit] + PLACES[place % 4]
        is_gap = digit == 0
        if place % 4 == 0 and number // 10**place % 10000:
            words += MYRIADS[place // 4]
    return words or "零"
