"""Checks of `nanhu doctor`: receipts and the ledger tell the same story, and every task of the gateway does its work."""

from datetime import timedelta
from typing import Final

from django.utils.translation import gettext as _

from nanhu.kernel.clock import now
from nanhu.kernel.database.values import all_rows
from nanhu.kernel.models import Heartbeat
from nanhu.kernel.registry import CheckResult, Verdict

SILENCE = timedelta(seconds=60)
GATEWAY_TASKS: Final = frozenset(
    {"payments", "relief_1", "relief_2", "terminals", "revocations", "reports", "activity"}
)
"""What a gateway does beside answering; each is heard of every few seconds while it is well (terminals/gateway/activity.py)."""
DIFFERENCES = "SELECT what, receipt_id, entry_id FROM card_check() LIMIT 20"


def receipt_differences() -> list[tuple[str, int | None, int | None]]:
    return all_rows(DIFFERENCES)


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


def gateway_works() -> CheckResult:
    """A task that broke is begun anew by itself; one that breaks again and again, or all of them, is told here."""
    seen = dict(Heartbeat.objects.filter(name__startswith="gateway.").values_list("name", "seen_at"))
    if not seen:
        return CheckResult(
            verdict=Verdict.WARN,
            message=_("终端网关从未运行。"),
            remedy=_("用 nanhu run 启动它，或单独运行网关进程。"),
        )
    oldest = now() - SILENCE
    silent = sorted(name for name in GATEWAY_TASKS if seen.get(f"gateway.{name}", oldest) <= oldest)
    if silent:
        return CheckResult(
            verdict=Verdict.FAIL,
            message=_("终端网关的任务没有工作：%(tasks)s") % {"tasks": ", ".join(silent)},
            remedy=_("看网关的日志；任务会自己重新开始，一直出错时重启网关并报告。"),
        )
    return CheckResult(verdict=Verdict.OK, message=_("终端网关的每项任务都在工作。"))
