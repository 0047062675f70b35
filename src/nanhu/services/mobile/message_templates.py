"""What people are told of the contact book."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import MessageTemplate, message_templates

message_templates.add(
    MessageTemplate(
        key="mobile.before_push",
        kind="safety",
        title=_("您的企业微信明天开通"),
        text=_(
            "姓名、单位、手机号交给腾讯的企业微信，用来开通账号、收学校的消息；离校后移出。不同意的，在门户“移动校园”里撤回。"
        ),
        link=lambda _facts: reverse("mobile:mine:home"),
    ),
)
