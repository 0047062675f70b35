"""Checks of `nanhu doctor`."""

from datetime import timedelta

from django.utils.translation import gettext as _

from nanhu.kernel.clock import campus_today
from nanhu.kernel.registry import CheckResult, Verdict
from nanhu.platforms.ledger.queries import check_ledger, trial_balance
from nanhu.platforms.ledger.services.partitions import last_month


def balances_agree() -> CheckResult:
    difference = trial_balance().difference_fen
    findings = check_ledger(limit=5)
    if difference or findings:
        found = "; ".join(f"{f.what} {f.account_id or ''} {f.kept_fen} ≠ {f.summed_fen}" for f in findings)
        return CheckResult(
            verdict=Verdict.FAIL,
            message=_("试算差额 %(fen)s 分；%(found)s") % {"fen": difference, "found": found},
            remedy=_("停止记账，保留现场，用 nanhu ledger check 看全部差异，再从备份核对。"),
        )
    return CheckResult(verdict=Verdict.OK, message=_("试算平衡，余额与明细一致。"))


def months_are_ahead() -> CheckResult:
    needed = f"ledger_transfer_{(campus_today() + timedelta(days=31)):%Y_%m}"
    if last_month() < needed:
        return CheckResult(
            verdict=Verdict.FAIL,
            message=_("下个月的账没有分区。"),
            remedy=_("运行 nanhu ledger partitions，并确认后台任务进程在运行。"),
        )
    return CheckResult(verdict=Verdict.OK, message=_("分区已建到 %(month)s。") % {"month": last_month()[-7:]})
