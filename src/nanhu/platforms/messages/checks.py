"""Checks: templates say what they hold (at start, `manage check`), and what is told goes out (`nanhu doctor`)."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.utils.translation import gettext as say

from nanhu.kernel.registry import CheckResult, Verdict, message_templates
from nanhu.platforms.messages import overview
from nanhu.platforms.messages.wording import faults_of

LATE = timedelta(minutes=10)
MANY_FAILED = 100


@register("messages")
def check_templates(app_configs: Any = None, **_options: Any) -> Iterable[CheckMessage]:  # noqa: ARG001
    """The program does not start with a template that cannot be filled in."""
    return [
        Error(f"message template {one.key}: {fault}", id="messages.E001")
        for one in message_templates
        for fault in faults_of(one)
    ]


def check_outbox() -> CheckResult:
    waits, failed = overview.oldest_due(), overview.failed_lately()
    if waits > LATE:
        said = say("有消息已等了 %d 分钟没有送出。") % (waits.total_seconds() // 60)
        return CheckResult(
            verdict=Verdict.FAIL, message=said, remedy=say("看工作进程是否在运行（nanhu doctor 的“工作进程”）。")
        )
    if failed > MANY_FAILED:
        said = say("一天里有 %d 条没有送到。") % failed
        return CheckResult(verdict=Verdict.WARN, message=said, remedy=say("在“消息发送情况”里看原因。"))
    return CheckResult(verdict=Verdict.OK, message=say("消息都按时送出。"))
