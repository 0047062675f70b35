"""How long things of a class serve (折旧年限): the rule of a day for the nearest class above."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today
from nanhu.kernel.dated import NoRuleError
from nanhu.kernel.ui import dates
from nanhu.systems.assets.models import ServiceLife

MONTHS = 12


def life_of(code: str, day: date) -> ServiceLife:
    """Of A02010105: its own, else that of A020101, A0201, A02."""
    codes = [code[:length] for length in (9, 7, 5, 3) if length <= len(code)]
    rules = ServiceLife.objects.filter(code__in=codes, withdrawn_at=None, starts_on__lte=day)
    found = sorted((rule for rule in rules if rule.holds_on(day)), key=lambda rule: len(rule.code))
    if not found:
        raise NoRuleError(day=dates.day(day, campus_today().year), what=_("{code} 的使用年限").format(code=code))
    return found[-1]


def months_of(code: str, day: date) -> int:
    return life_of(code, day).years * MONTHS
