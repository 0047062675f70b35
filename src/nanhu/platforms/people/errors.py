"""Expected failures of this room."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError


class MergeRefusedError(CampusError):
    code = "people.merge_refused"
    http_status = 409
    sentence = _("这两条记录不能归并：{reason}")


class AlreadyRevertedError(CampusError):
    code = "people.already_reverted"
    http_status = 409
    sentence = _("这次变更已经撤回过了。")


class LaterChangesError(CampusError):
    """`blockers` says which later change sets stand on the same values."""

    code = "people.later_changes"
    http_status = 409
    sentence = _("之后的变更建立在这些数据上，请先撤回：{blockers}")


class PhotoRefusedError(CampusError):
    code = "people.photo_refused"
    sentence = _("这张照片不能用：{reason}")


class PostHeldError(CampusError):
    code = "people.post_held"
    http_status = 409
    sentence = _("这个人这段时间已经在这个岗位上。")
    field = "person"


class OfficeExistsError(CampusError):
    code = "people.office_exists"
    http_status = 409
    sentence = _("已有这种岗位，或代码已用过。")
    field = "key"
