"""Expected failures of this room."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError, ConflictError


class MergeRefusedError(ConflictError):
    code = "people.merge_refused"
    sentence = _("这两条记录不能归并：{reason}")


class LaterChangesError(ConflictError):
    """`blockers` says which later change sets stand on the same values."""

    code = "people.later_changes"
    sentence = _("之后的变更建立在这些数据上，请先撤回：{blockers}")


class PhotoRefusedError(CampusError):
    code = "people.photo_refused"
    sentence = _("这张照片不能用：{reason}")


class ReadingRefusedError(CampusError):
    code = "people.reading_refused"
    http_status = 422
    field = "pinyin"
    sentence = _("“{name}”不能这样读：只能改多音字的读音，例：shan xiaohong。")


class PostHeldError(ConflictError):
    code = "people.post_held"
    sentence = _("这个人这段时间已经在这个岗位上。")
    field = "person"


class PostsTouchedError(ConflictError):
    code = "people.posts_touched"
    sentence = _("名单里有 {count} 个岗位后来免去、任满或随人员归并（例如{post}），不能整份回滚。请逐个免去。")


class NoTieError(ConflictError):
    code = "people.no_tie"
    sentence = _("这个人已经离校，或没有学生、教职工、临时人员身份，不能任职。")
    field = "person"


class UnitClosedError(ConflictError):
    code = "people.unit_closed"
    sentence = _("这个单位已经停用。")
    field = "unit"


class PostLengthenedError(CampusError):
    code = "people.post_lengthened"
    http_status = 422
    sentence = _("任期到{day}为止：最后一天不能更晚，延长须另行任命。")
    field = "last_day"


class OfficeExistsError(ConflictError):
    code = "people.office_exists"
    sentence = _("已有这种岗位，或代码已用过。")
    field = "key"


class OverrideSpanError(CampusError):
    code = "people.override_span"
    http_status = 422
    sentence = _("临时更正最早到明天，最长 {days} 天。")
    field = "until"


class OverrideSameError(ConflictError):
    code = "people.override_same"
    sentence = _("现在的值或来源的值就是这个，不用临时更正。")
    field = "value"


class OverrideUnclearError(ConflictError):
    code = "people.override_unclear"
    sentence = _("说不清是哪个身份的单位，请先请申请人写明学号或工号。")
