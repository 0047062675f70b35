"""What `nanhu doctor` asks of printing: are the fonts there, and has a template no network?"""

import subprocess
import sys
from typing import Final

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.printing import fonts
from nanhu.kernel.registry import Check, CheckResult, Verdict

ALONE: Final = "import os; os.unshare(os.CLONE_NEWUSER | os.CLONE_NEWNET)"


def check_fonts() -> CheckResult:
    if fonts.ALL_NAMES.is_file():
        return CheckResult(verdict=Verdict.OK, message=say("打印用的字体已安装。"))
    return CheckResult(
        verdict=Verdict.WARN if fonts.present() else Verdict.FAIL,
        message=say("没有 Noto Serif CJK：打印件里的一些人名用字画不出，这样的打印件会被拒绝。"),
        remedy="apt install fonts-noto-cjk",
    )


def check_sandbox() -> CheckResult:
    if subprocess.run([sys.executable, "-I", "-c", ALONE], capture_output=True, check=False).returncode == 0:
        return CheckResult(verdict=Verdict.OK, message=say("排版的进程没有网络。"))
    return CheckResult(
        verdict=Verdict.WARN,
        message=say("系统不允许建立网络命名空间：排版的进程与本机共用网络，只靠拒绝外部包来隔离。"),
        remedy="sysctl kernel.apparmor_restrict_unprivileged_userns=0",
    )


registry.checks.add(Check(key="kernel.print_sandbox", title=_("打印隔离"), run=check_sandbox, order=64))
registry.checks.add(Check(key="kernel.fonts", title=_("打印字体"), run=check_fonts, order=63))
