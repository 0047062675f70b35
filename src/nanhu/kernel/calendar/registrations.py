"""What `nanhu doctor` asks of the calendar: is the year that people plan in known?"""

from datetime import date

from django.utils.translation import gettext as say
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
            message=say("不知道 {years} 年的法定节假日：工作日暂按周一到周五。").format(years=years),
            remedy=say(
                "chinesecalendar 有新版时升级它，或录入学校的假期：nanhu calendar set {year}-10-01 {year}-10-07 off 国庆节"
            ).format(year=bare[0]),
        )
    return CheckResult(verdict=Verdict.OK, message=say("已知到 {year} 年的节假日。").format(year=rules.LAST_KNOWN_YEAR))


registry.checks.add(Check(key="kernel.calendar", title=_("工作日历"), run=check_years, order=80))
