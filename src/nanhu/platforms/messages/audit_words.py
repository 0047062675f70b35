"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.audit.words import Lookup, named_in
from nanhu.kernel.registry import Text
from nanhu.platforms.messages.models import Notice

REASONS: tuple[Text, ...] = (_("发送紧急消息"),)
ACTIONS: dict[str, Text] = {
    "messages.choose_channels": _("设置消息接收方式"),
    "messages.let_browser_in": _("允许浏览器接收推送"),
    "messages.send_again": _("重发消息"),
    "messages.shut_browser_out": _("移除接收推送的浏览器"),
    "messages.attach_file": _("添加附件"),
    "messages.detach_file": _("删除附件"),
    "messages.discard_draft": _("放弃公告草稿"),
    "messages.draft_notice": _("起草公告"),
    "messages.import_notices": _("导入公告"),
    "messages.publish_notice": _("发布公告"),
    "messages.revise_notice": _("修改公告"),
    "messages.withdraw_notice": _("撤回公告"),
}
TARGETS: dict[str, Text] = {
    "delivery": _("消息发送记录"),
    "notice": _("公告"),
}
"""By what stands before the colon."""
NAMES: dict[str, Lookup] = {
    "notice": named_in(Notice, "pk", "title"),
}
WHOLE_TARGETS: dict[str, Text] = {
    "notices": _("公告"),
}
FACTS: dict[str, Text] = {
    "audience": _("对象"),
    "must_read": _("必读"),
    "revision": _("修订"),
    "size": _("大小"),
}
VALUES: dict[str, dict[str, Text]] = {
    "audience": dict(Notice.Audience.choices),
}
"""Of facts whose values are words of the program."""
