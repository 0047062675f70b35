"""A statement's rows as a spreadsheet reads them."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from nanhu.kernel.clock import campus_time
from nanhu.kernel.money import plain_yuan
from nanhu.kernel.sheets import writing
from nanhu.systems.card.models import Receipt
from nanhu.systems.card.rows import Line, line_of


def csv_lines(receipts: Iterable[Receipt]) -> Iterator[str]:
    heads = [
        _("时间"),
        _("类别"),
        _("商户"),
        _("食堂"),
        _("终端号"),
        _("收入（元）"),
        _("支出（元）"),
        _("余额（元）"),
        _("凭证号"),
    ]
    return writing.csv_lines(heads, (cells_of(line_of(receipt)) for receipt in receipts))


def cells_of(line: Line) -> list[str]:
    """Money in and money out stand in two columns, so that no number begins with a sign."""
    came, went = (line.signed_fen, 0) if line.is_money_in else (0, -line.signed_fen)
    return [
        f"{campus_time(line.occurred_at):%Y-%m-%d %H:%M:%S}",
        str(line.kind),
        line.merchant,
        line.canteen,
        line.terminal,
        plain_yuan(came) if came else "",
        plain_yuan(went) if went else "",
        plain_yuan(line.balance_fen),
        line.receipt,
    ]
