"""Checks of `nanhu doctor`: what waits to be claimed is what the pending accounts hold."""

from django.utils.translation import gettext as _

from nanhu.kernel.database.values import all_rows
from nanhu.kernel.registry import CheckResult, Verdict

DIFFERENCES = "SELECT what, wallet_id, claimables_fen, held_fen FROM card_funds_check() LIMIT 20"


def funds_differences() -> list[tuple[str, int, int, int]]:
    return all_rows(DIFFERENCES)


def funds_agree() -> CheckResult:
    found = funds_differences()
    if found:
        shown = "; ".join(f"{what} {wallet}: {claimables} ≠ {held}" for what, wallet, claimables, held in found[:5])
        return CheckResult(
            verdict=Verdict.FAIL,
            message=_("待领款与总账不一致：%(found)s") % {"found": shown},
            remedy=_("停用领款和批量发放，保留现场，逐笔核对后用冲正更正。"),
        )
    return CheckResult(verdict=Verdict.OK, message=_("每笔待领款都在总账里。"))
