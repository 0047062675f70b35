"""What `nanhu doctor` asks of printing: are the fonts there?"""

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.printing import fonts
from nanhu.kernel.registry import Check, CheckResult, Verdict


def check_fonts() -> CheckResult:
    if fonts.ALL_NAMES.is_file():
        return CheckResult(verdict=Verdict.OK, message=say("打印用的字体已安装。"))
    return CheckResult(
        verdict=Verdict.WARN if fonts.present() else Verdict.FAIL,
        message=say("没有 Noto Serif CJK：打印件里的一些人名用字画不出，这样的打印件会被拒绝。"),
        remedy="apt install fonts-noto-cjk",
    )


registry.checks.add(Check(key="kernel.fonts", title=_("打印字体"), run=check_fonts, order=63))
