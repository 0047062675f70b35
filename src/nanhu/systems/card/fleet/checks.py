"""Checks of `nanhu doctor`: terminals that do what no honest one does."""

from django.utils.translation import gettext as _

from nanhu.kernel.clock import now
from nanhu.kernel.registry import CheckResult, Verdict
from nanhu.platforms.terminals.api import INCIDENT_DAYS, Incident, Terminal
from nanhu.systems.card.fleet.parts import ABUSE

SHOWN = 5


def no_terminal_is_abused() -> CheckResult:
    rows = Incident.objects.filter(at__gt=now() - INCIDENT_DAYS, code__in=ABUSE)
    retired = Terminal.objects.filter(state=Terminal.State.RETIRED).values("number")
    numbers = sorted(set(rows.exclude(terminal_number__in=retired).values_list("terminal_number", flat=True)))
    if numbers:
        return CheckResult(
            verdict=Verdict.FAIL,
            message=_("有 %(count)s 台终端超出限额或提交不可信的交易：%(numbers)s")
            % {"count": len(numbers), "numbers": ", ".join(numbers[:SHOWN])},
            remedy=_(
                "在终端页面查看被拒请求；密钥可能已泄露时先停用，再换密钥。相关交易在待查交易里，没有扣任何人的钱。"
            ),
        )
    return CheckResult(verdict=Verdict.OK, message=_("一天内没有终端超出限额。"))
