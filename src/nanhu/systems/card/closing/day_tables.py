"""What the sheet of a day shows of the card: the tables of the plain values that its close has kept."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import Badge, Day, Money, Number, Table, Text
from nanhu.kernel.money import format_yuan


class Merchants(Table):
    name = Text(_("商户"))
    canteen = Text(_("食堂"))
    rows = Number(_("笔数"))
    paper_fen = Money(_("终端合计"))
    book_fen = Money(_("总账"))


class LateRows(Table):
    day = Day(_("发生日期"), lambda row: date.fromisoformat(row["day"]))
    rows = Number(_("笔数"))
    fen = Money(_("金额"))


class Borne(Table):
    receipt = Text(_("凭证号"), is_number=True)
    card = Text(_("卡号"), is_number=True)
    terminal = Text(_("终端号"), is_number=True)
    fen = Money(_("金额"))


def borne_words(values: Mapping[str, Any]) -> str:
    said = {"count": values["rows"], "sum": format_yuan(values["fen"])}
    return _now("%(count)s 笔，共 %(sum)s，已退回持卡人，记入挂失损失。") % said


def agreement(row: Mapping[str, Any]) -> str:
    """Whether a terminal's own totals are those of its receipts; what it still has to upload, in words."""
    if row["agrees"]:
        return "agrees"
    if row["said_rows"] is None:
        return "unheard"
    return _now("待上传 %(count)s 笔") % {"count": row["waiting"]} if row["waiting"] else "differs"


class Terminals(Table):
    number = Text(_("终端号"), is_number=True)
    merchant = Text(_("商户"))
    ours_rows = Number(_("凭证笔数"))
    ours_fen = Money(_("凭证金额"))
    said_rows = Number(_("终端报的笔数"))
    said_fen = Money(_("终端报的金额"))
    result = Badge(
        _("结果"),
        agreement,
        names={"agrees": _("一致"), "unheard": _("未报"), "differs": _("不一致")},
        tones={"agrees": "good", "unheard": "none", "differs": "bad"},
        tone="warn",
    )
