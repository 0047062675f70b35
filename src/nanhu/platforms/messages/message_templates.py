"""The templates of this room: the word of a notice, and the day's digest of what was not told one by one."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import MessageTemplate, message_templates
from nanhu.platforms.messages.services.telling import DIGEST, NOTICE, PARTED, PARTED_KEYS, ROLES_LEFT

message_templates.add(
    MessageTemplate(
        key=NOTICE,
        kind="notice",
        title=_("公告：{title}"),
        text=_("{office}发布了公告“{title}”。"),
        facts=frozenset({"title", "office", "id"}),
        link=lambda facts: reverse("messages:notice", args=[facts["id"]]),
    ),
    MessageTemplate(
        key=DIGEST,
        kind="notice",
        title=_("{day}有 {count} 条新消息"),
        text="{titles}",
        facts=frozenset({"day", "count", "titles"}),
        link=lambda _facts: reverse("inbox:mine:messages"),
    ),
    MessageTemplate(
        key=PARTED,
        kind="safety",
        title=_("您的记录与另一人的已分开，请重新登录"),
        text=_("您的记录曾与另一人的误并为一，现已分开。各处登录都已退出，请重新登录。"),
        link=lambda _facts: reverse("identity:security"),
    ),
    MessageTemplate(
        key=PARTED_KEYS,
        kind="safety",
        title=_("您的记录与另一人的已分开，请重设登录凭据"),
        text=_(
            "您的记录曾与另一人的误并为一，现已分开。各处登录都已退出；那段时间设置的密码等凭据可能不是您本人所设，已失效。"
            "请在登录页用“忘记密码”或初始密码重新设置，也可持证件到信息中心柜台办理。"
        ),
        link=lambda _facts: reverse("identity:security"),
    ),
    MessageTemplate(
        key=ROLES_LEFT,
        kind="safety",
        title=_("您的两份记录已合并，{count} 个角色没有转过来"),
        text=_(
            "并入的那份记录的账号上有 {count} 个角色。角色不随合并转移，已列入安全管理员的待办；仍需要的，请联系信息中心重新授予。"
        ),
        facts=frozenset({"count"}),
        link=lambda _facts: reverse("identity:security"),
    ),
)
