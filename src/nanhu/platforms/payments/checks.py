"""A check of `nanhu doctor`: every group of accounts goes into the school's books under a code."""

from django.utils.translation import gettext as _

from nanhu.kernel.clock import now
from nanhu.kernel.registry import CheckResult, Verdict
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.payments.vouchers import codes


def groups_have_codes() -> CheckResult:
    missing = sorted({row.group for row in ledger.trial_at(now())} - set(codes()))
    if not missing:
        return CheckResult(verdict=Verdict.OK, message=_("每组账户都有科目编码。"))
    return CheckResult(
        verdict=Verdict.WARN,
        message=_("没有科目编码的账户：%(groups)s。凭证里会写“未配置科目”。") % {"groups": "、".join(missing)},
        remedy=_("在学校配置的 [payments.voucher_codes] 里写上编码和名称。"),
    )
