"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.audit.words import Lookup
from nanhu.kernel.registry import Text
from nanhu.platforms.parties.parties import CHOICES, Verdict

ACTIONS: dict[str, Text] = {
    "parties.ask": _("询问校外单位"),
    "parties.ask_now": _("马上再问校外单位"),
    "parties.hear": _("收到校外单位的答复"),
    "parties.look_now": _("马上办报送批次"),
    "parties.approve_quota_list": _("批准指标表"),
    "parties.discard_quota_list": _("作废指标表"),
    "parties.make_quota_list": _("交指标表"),
    "parties.refuse_quota_list": _("驳回指标表"),
    "parties.submit_quota_list": _("提交指标表"),
    "parties.take_quota_list": _("指标表写入完成"),
    "parties.make_batch": _("生成报送批次"),
    "parties.hand_over_batch": _("人工送出报送批次"),
    "parties.refuse_batch": _("报送批次被退回"),
    "parties.send_again": _("重送报送批次"),
    "parties.take_return": _("收下回盘文件"),
    "parties.withdraw_batch": _("撤回报送批次"),
}
TARGETS: dict[str, Text] = {
    "parties_inquiry": _("询问"),
    "parties_batch": _("报送批次"),
    "quota_list": _("指标表"),
}
NAMES: dict[str, Lookup] = {}
FACTS: dict[str, Text] = {
    "done": _("办成"),
    "failed": _("没办成"),
    "party": _("校外单位"),
    "verdict": _("结论"),
}
VALUES: dict[str, dict[str, Text]] = {
    "party": dict(CHOICES),
    "verdict": dict(Verdict.choices),
}
