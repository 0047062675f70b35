from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError


class NoticeNotFoundError(CampusError):
    code = "messages.notice_not_found"
    http_status = 404
    sentence = _("没有找到这条公告，它可能已撤回、已到期，或不是发给您的。")


class NoticeChangedMeanwhileError(CampusError):
    code = "messages.notice_changed_meanwhile"
    http_status = 409
    sentence = _("保存之前，另一位编辑已修改了这条公告。请刷新页面，核对后再改。")


class NoticeStateError(CampusError):
    code = "messages.notice_state"
    http_status = 409
    sentence = _("公告现在是“{state}”，不能这样操作。")


class NoticeExpiryError(CampusError):
    code = "messages.notice_expiry"
    http_status = 409
    sentence = _("到期时间已过。请改为将来的时间或留空，再发布。")


class UnknownUnitError(CampusError):
    code = "messages.unknown_unit"
    http_status = 400
    sentence = _("没有代码为“{unit}”的单位。")


class AttachmentRefusedError(CampusError):
    code = "messages.attachment_refused"
    http_status = 400
    sentence = _("文件“{name}”不能作为附件：{why}")
