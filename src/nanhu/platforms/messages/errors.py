from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError, ConflictError, NotFoundError


class NoticeNotFoundError(NotFoundError):
    code = "messages.notice_not_found"
    sentence = _("没有找到这条公告，它可能已撤回、已到期，或不是发给您的。")


class NoticeChangedMeanwhileError(ConflictError):
    code = "messages.notice_changed_meanwhile"
    sentence = _("保存之前，另一位编辑已修改了这条公告。请刷新页面，核对后再改。")


class NoticeExpiryError(ConflictError):
    code = "messages.notice_expiry"
    sentence = _("到期时间已过。请改为将来的时间或留空，再发布。")


class UnknownUnitError(CampusError):
    code = "messages.unknown_unit"
    http_status = 400
    sentence = _("没有代码为“{unit}”的单位。")


class AttachmentRefusedError(CampusError):
    code = "messages.attachment_refused"
    http_status = 400
    sentence = _("文件“{name}”不能作为附件：{why}")


class UnknownTemplateError(CampusError):
    """A mistake of a program, or a room that is not installed."""

    code = "messages.unknown_template"
    http_status = 400
    sentence = _("没有登记名为“{template}”的消息模板。")


class FactsRefusedError(CampusError):
    code = "messages.facts_refused"
    http_status = 400
    sentence = _("消息模板“{template}”的内容对不上：{facts}。")


class LinkRefusedError(CampusError):
    code = "messages.link_refused"
    http_status = 400
    sentence = _("消息模板“{template}”的链接不在本站。")


class MessageNotFoundError(NotFoundError):
    code = "messages.message_not_found"
    sentence = _("没有找到这条消息，它可能已过期，或不是发给您的。")


class EndpointRefusedError(CampusError):
    code = "messages.endpoint_refused"
    http_status = 400
    sentence = _("这个浏览器给出的推送地址不能使用。")


class TooManyBrowsersError(ConflictError):
    code = "messages.too_many_browsers"
    sentence = _("最多在 {most} 个浏览器上接收推送，请先移除不用的。")
