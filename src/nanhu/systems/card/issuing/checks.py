"""Checks of `nanhu doctor`: cards that the office promised for a day that has passed."""

from django.utils.translation import gettext as _

from nanhu.kernel.clock import campus_today
from nanhu.kernel.registry import CheckResult, Verdict
from nanhu.systems.card.issuing.models import CardOrder


def promises_are_kept() -> CheckResult:
    late = CardOrder.objects.filter(state="accepted", due_on__lt=campus_today()).order_by("due_on")
    numbers = list(late.values_list("number", flat=True)[:5])
    if not numbers:
        return CheckResult(verdict=Verdict.OK, message=_("没有超期的制卡单。"))
    return CheckResult(
        verdict=Verdict.WARN,
        message=_("%(count)d 张制卡单超过三个工作日：%(numbers)s")
        % {"count": late.count(), "numbers": "、".join(numbers)},
        remedy=_("在“制卡与发卡”里优先制作，并告诉申请人。"),
    )
