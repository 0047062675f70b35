"""Checks of `nanhu doctor`: keys of vendors that ask for what no honest one does."""

from datetime import timedelta

from django.utils.translation import gettext as _

from nanhu.kernel.clock import now
from nanhu.kernel.registry import CheckResult, Verdict
from nanhu.platforms.openapi.api import refused_with
from nanhu.systems.card.vendors.errors import DayLimitError

DAY = timedelta(days=1)


def no_vendor_is_abused() -> CheckResult:
    companies = refused_with(DayLimitError.code, since=now() - DAY)
    if companies:
        return CheckResult(
            verdict=Verdict.FAIL,
            message=_("查卡或停卡到了一天上限的单位：%(names)s") % {"names": ", ".join(companies)},
            remedy=_("在开放接口的页面查看这家单位的请求；密钥可能已泄露时吊销，并恢复它停用的卡。"),
        )
    return CheckResult(verdict=Verdict.OK, message=_("一天内没有单位查卡或停卡到上限。"))
