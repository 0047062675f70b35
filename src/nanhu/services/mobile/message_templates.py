"""What people are told of the contact book."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import MessageTemplate, message_templates

message_templates.add(
    MessageTemplate(
        key="mobile.before_push",
        kind="safety",
        title=_("您的企业微信 {when} 开通"),
        text=_(
            "姓名、单位和学校邮箱地址交给腾讯的企业微信，用来开通账号、收学校的消息；离校后移出。手机号您同意了才交：在门户“移动校园”里同意，或撤回全部。"
        ),
        facts=frozenset({"when"}),
        link=lambda _facts: reverse("mobile:mine:home"),
    ),
    MessageTemplate(
        key="mobile.left",
        kind="service",
        title=_("您已不在学校的企业微信里"),
        text=_("学校不会再邀请您，消息改由门户和您选的其他渠道送。想回来：在门户“移动校园”里按“同意并开通”。"),
        link=lambda _facts: reverse("mobile:mine:home"),
    ),
)
