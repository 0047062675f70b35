"""Checks of `nanhu doctor`: receipts and the ledger tell the same story."""

from django.db import connection
from django.utils.translation import gettext as _

from nanhu.kernel.registry import CheckResult, Verdict

DIFFERENCES = "SELECT what, receipt_id, entry_id FROM card_check() LIMIT 20"


def receipt_differences() -> list[tuple[str, int | None, int | None]]:
    with connection.cursor() as cursor:
        cursor.execute(DIFFERENCES)
        return [(what, receipt, entry) for what, receipt, entry in cursor.fetchall()]


def receipts_agree() -> CheckResult:
    found = receipt_differences()
    if found:
        shown = "; ".join(f"{what} {receipt or ''} {entry or ''}" for what, receipt, entry in found[:5])
        return CheckResult(
            verdict=Verdict.FAIL,
            message=_("凭证与总账不一致：%(found)s") % {"found": shown},
            remedy=_("停用终端网关，保留现场，逐条核对后用冲正更正。"),
        )
    return CheckResult(verdict=Verdict.OK, message=_("每张凭证都有对应的账，每笔账都有凭证。"))
