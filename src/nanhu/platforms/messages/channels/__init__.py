"""The house's own channels: mail, text message (短信) and web push. Others register themselves (`registry.message_channels`)."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import MessageChannel, message_channels
from nanhu.platforms.messages.channels import mail, push, sms

SMS = MessageChannel(
    key="sms",
    title=_("手机短信"),
    icon="message-square-text",
    send=sms.send,
    reaches=sms.reaches,
    look=sms.look,
    most=200,
    urgencies=frozenset({"now"}),
    is_internal=True,
    is_on=sms.is_on,
    hint=_("您的手机号没有登记在学校。"),
    order=20,
)
MAIL = MessageChannel(
    key="mail",
    title=_("邮件"),
    icon="mail",
    send=mail.send,
    reaches=mail.reaches,
    look=mail.look,
    is_internal=True,
    hint=_("您的邮箱没有登记在学校。"),
    order=30,
)
PUSH = MessageChannel(
    key="push",
    title=_("浏览器推送"),
    icon="bell-ring",
    send=push.send,
    reaches=push.reaches,
    most=50,
    hint=_("在下面打开这个浏览器的推送。"),
    order=40,
)
message_channels.add(SMS, MAIL, PUSH)
