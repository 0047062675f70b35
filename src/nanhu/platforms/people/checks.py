"""What `nanhu doctor` asks of persons: can each one's name be printed?"""

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.printing import fonts
from nanhu.kernel.registry import Check, CheckResult, Verdict
from nanhu.platforms.people.models import Person

SHOWN = 5


def check_names() -> CheckResult:
    """A name that cannot be drawn is our fault, and is named; without any font the check of fonts says so."""
    names = list(
        Person.objects.filter(merged_into=None, is_void=False).values_list("name", flat=True).iterator(chunk_size=5000)
    )
    missing = set(fonts.missing_in(names)) if fonts.present() else set()
    undrawn = sorted(name for name in names if missing.intersection(name))
    if undrawn:
        return CheckResult(
            verdict=Verdict.FAIL,
            message=say("{count} 个人的姓名现有字体画不全，打印件会被拒绝：{names}").format(
                count=len(undrawn), names="、".join(undrawn[:SHOWN])
            ),
            remedy=say("安装含这些字的字体：{characters}").format(characters="、".join(sorted(missing)[:SHOWN])),
        )
    return CheckResult(verdict=Verdict.OK, message=say("每个人的姓名都画得出。"))


registry.checks.add(Check(key="people.names", title=_("姓名用字"), run=check_names, order=64))
