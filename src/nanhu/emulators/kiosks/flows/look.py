"""余额与明细查询: the enquiry PIN is asked before each (A129)."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from nanhu.emulators.kiosks.flows.steps import card_on
from nanhu.emulators.kiosks.kiosk import Flow, Kiosk
from nanhu.emulators.kiosks.screens import note, pin, yuan

CAMPUS = ZoneInfo("Asia/Shanghai")


def look(kiosk: Kiosk) -> Flow:
    title = "余额与明细查询"
    card = yield from card_on(kiosk, title)
    typed = yield pin(title, "请输入查询密码")
    kiosk.busy = "正在查询"
    answer = kiosk.line.ask("card/look", {"card": card}, pins={"pin": str(typed)}, title=title)
    yield note(title, described(answer))


def described(answer: dict[str, Any]) -> list[str]:
    lines = [
        f"{answer.get('name', '')}　{answer.get('class_name', '')}　{answer.get('state_name', '')}",
        f"库余额 {yuan(answer.get('balance_fen'))}　待领 {yuan(answer.get('pending_fen'))}",
    ]
    rows = answer.get("rows") or []
    return lines + [row_line(row) for row in rows] if rows else [*lines, "近期没有交易"]


def row_line(row: dict[str, Any]) -> str:
    at = datetime.fromtimestamp(float(row["at"]), CAMPUS)
    sign = "+" if row.get("is_money_in") else "−"
    return f"{at:%m-%d %H:%M}　{row.get('name', '')}　{row.get('place', '')}　{sign}{yuan(row.get('amount_fen'))}"
