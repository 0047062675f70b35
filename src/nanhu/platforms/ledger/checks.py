"""Checks of `nanhu doctor`."""

from datetime import timedelta

from django.utils.translation import gettext as _

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.configuration import configuration
from nanhu.kernel.registry import CheckResult, Verdict
from nanhu.kernel.sealing.verification import unsealed
from nanhu.platforms.ledger.models import Check
from nanhu.platforms.ledger.queries import check_ledger, trial_balance
from nanhu.platforms.ledger.services.partitions import last_month, month_after
from nanhu.platforms.ledger.services.sealing import CHAIN

WAITING_WARNED, WAITING_REFUSED = timedelta(minutes=5), timedelta(minutes=30)
LOOK_LIMIT = timedelta(hours=36)


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
    needed = f"ledger_transfer_{month_after(campus_today(), 1):%Y_%m}"
    if last_month() < needed:
        return CheckResult(
            verdict=Verdict.FAIL,
            message=_("下个月的账没有分区。"),
            remedy=_("运行 nanhu ledger partitions，并确认后台任务进程在运行。"),
        )
    return CheckResult(verdict=Verdict.OK, message=_("分区已建到 %(month)s。") % {"month": last_month()[-7:]})


def seals_hold() -> CheckResult:
    """What the last verification found, and whether rows wait for their block."""
    last = Check.objects.order_by("-at", "-id").first()
    if last is not None and last.faults:
        return CheckResult(
            verdict=Verdict.FAIL,
            message=_("总账与封印不符：%(fault)s") % {"fault": last.faults[0]},
            remedy=_("运行 nanhu ledger verify，停止记账，保全现场和备份；不要自行改动。"),
        )
    waiting, since = unsealed(CHAIN)
    delay = now() - since if since is not None else timedelta()
    if delay > WAITING_WARNED and not is_history(delay):
        return CheckResult(
            verdict=Verdict.FAIL if delay > WAITING_REFUSED else Verdict.WARN,
            message=_("有 %(count)s 行账还没有封印，最早的在 %(minutes)s 分钟前。")
            % {"count": waiting, "minutes": int(delay.total_seconds() // 60)},
            remedy=_("看后台进程是否在运行，以及是否有开了很久的事务（pg_stat_activity）。"),
        )
    if not configuration().demo and (last is None or now() - last.at > LOOK_LIMIT):
        return CheckResult(
            verdict=Verdict.WARN,
            message=_("总账的封印最近没有核验过。"),
            remedy=_("后台进程每夜核验；也可运行 nanhu ledger verify。"),
        )
    return CheckResult(verdict=Verdict.OK, message=_("总账已封印，没有积压。"))


def is_history(delay: timedelta) -> bool:
    """Rows of a past that was brought in just now name old days; they are sealed within the minute like all others."""
    return delay > timedelta(days=1)
