"""What `nanhu doctor` asks of the calendar: is the year that people plan in known?"""

from datetime import date

from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.calendar import rules
from nanhu.kernel.calendar.models import CalendarException
from nanhu.kernel.clock import campus_today
from nanhu.kernel.registry import Check, CheckResult, Verdict

NOTICE_MONTH = 11
"""The State Council publishes next year's holidays in November."""


def years_in_use(today: date) -> list[int]:
    return [today.year, today.year + 1] if today.month > NOTICE_MONTH else [today.year]


def check_years() -> CheckResult:
    unknown = [year for year in years_in_use(campus_today()) if not rules.is_known(year)]
    bare = [year for year in unknown if not CalendarException.objects.filter(date__year=year).exists()]
    if bare:
        years = ", ".join(map(str, bare))
        return CheckResult(
            verdict=Verdict.WARN,
            message=f"the public holidays of {years} are not known: working days follow Monday to Friday",
            remedy=(
                "upgrade the package chinesecalendar when it knows the year, or enter the school's holidays: "
                f"nanhu calendar set {bare[0]}-10-01 {bare[0]}-10-07 off 国庆节"
            ),
        )
    return CheckResult(verdict=Verdict.OK, message=f"holidays are known up to {rules.LAST_KNOWN_YEAR}")


registry.checks.add(Check(key="kernel.calendar", title=_("工作日历"), run=check_years, order=80))
