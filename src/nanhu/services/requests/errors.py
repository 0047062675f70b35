"""Expected failures of requests."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError, ConflictError, NotFoundError
from nanhu.platforms.openapi.api import ApiError, RateLimitedError


class TwinOpenError(ConflictError):
    code = "requests.twin_open"
    field = "twin"
    sentence = _("这里已有人报了同一类（{number}，{state}）。跟着它，办好时一起告诉您；不是同一处，再另报。")


class TooManyError(CampusError):
    code = "requests.too_many"
    http_status = 429
    sentence = _("您没有办完的或今天提交的请求太多了：等办完几件，或打电话给服务大厅。")


class NotYourJobError(CampusError):
    code = "requests.not_your_job"
    http_status = 403
    sentence = _("这张单不在您的班组。")


class NotThereError(ConflictError):
    code = "requests.not_there"
    sentence = _("这个码不是这张单的地点：请扫报修的房间里的码。")


class NobodyToRouteError(ConflictError):
    code = "requests.with_leader"
    sentence = _("这件已转办过两次，由服务大厅负责人定给谁办，定了就不再转。")


class SameHandlerError(ConflictError):
    code = "requests.same_handler"
    sentence = _("已经在那里了。")


class AccusedError(ConflictError):
    code = "requests.accused"
    field = "unit"
    sentence = _("这个单位就是被投诉的一方（或在其下），不能办这件投诉。")


class NoHandlerError(ConflictError):
    code = "requests.no_handler"
    field = "unit"
    sentence = _("那里没有人能办这件投诉：没有投诉受理人员，或正是被投诉的一方。")


class ExtendedAlreadyError(ConflictError):
    code = "requests.extended_already"
    sentence = _("一件投诉只能延期一次。")


class RaterError(CampusError):
    code = "requests.rater"
    http_status = 403
    sentence = _("只有提交的人能评价，办的人不能评自己办的。")


class ReopenTooLateError(ConflictError):
    code = "requests.reopen_too_late"
    sentence = _("办完已过七天，请重新报修。")


class FollowedError(ConflictError):
    code = "requests.followed"
    sentence = _("还有人跟着这一件（我也是），撤回了他们的也就没人办了：请等办好。")


class NotOfCrewError(CampusError):
    code = "requests.not_of_crew"
    http_status = 422
    field = "worker"
    sentence = _("这个人不在所选的班组。")


class BillPaidError(ConflictError):
    code = "requests.bill_paid"
    sentence = _("这张单已缴过钱，先由财务退回，再撤销。")


class NothingToPayError(ConflictError):
    code = "requests.nothing_to_pay"
    sentence = _("只有人为损坏、用了材料的单可以开缴费单，每单一次。")


class StaffOnlyError(CampusError):
    code = "requests.staff_only"
    http_status = 403
    sentence = _("这张表单教职工用；宿舍的网络请找所在楼栋的运营商。")


class NotTheSameError(ConflictError):
    code = "requests.not_the_same"
    field = "number"
    sentence = _("只有同一地点、同一类、相差不到 48 小时、都没有办完的才能并。")


class NoAnswerBookError(ConflictError):
    code = "requests.no_answer_book"
    sentence = _("还没有答复可公开，或学校没有开常见问答。")


class TokensUsedUpError(ConflictError):
    code = "requests.tokens_used_up"
    sentence = _("本学期的匿名凭证已经领完（每学期三张）。")


class TokenRefusedError(CampusError):
    code = "requests.token_refused"
    http_status = 403
    sentence = _("这张匿名凭证不能用：不是本学期的、已经用过，或被改动过。")


class NumberOfPersonError(CampusError):
    code = "requests.number_of_person"
    http_status = 422
    sentence = _("这里像是写了手机号或证件号，会认出人来，请去掉再发。凭证没有用掉。")


class CrowdTooSmallError(ConflictError):
    code = "requests.crowd_too_small"
    sentence = _("本学期领过匿名凭证的人还不到 {least} 个，现在发出容易被猜到是谁。凭证没有用掉，过些天再发。")


class SealedRequestError(CampusError):
    """What came is no anonymous request: a field is missing or too long, or a session came along with it."""

    code = "requests.malformed"
    sentence = _("没有收下：内容不完整，或带着登录信息。请从匿名页面发送。")


class NameTakenError(ConflictError):
    code = "requests.name_taken"
    field = "name"
    sentence = _("已有叫这个名称的。")


class BuildingTakenError(ConflictError):
    code = "requests.building_taken"
    field = "buildings"
    sentence = _("有一栋楼已归另一家运营商。")


class CrewsChangedError(ConflictError):
    code = "requests.crews_changed"
    sentence = _("这份表写的班组后来又改过，不能整份恢复。")


class LinesForgottenError(ConflictError):
    code = "requests.lines_forgotten"
    sentence = _("这份表没有写入班组，或已满 30 天，各行已经清除，不能整份恢复。请在“班组”页里改。")


class UnknownCodeError(NotFoundError):
    field = "buildings"


class UnknownMemberError(NotFoundError):
    field = "members"


class JobUnknownError(ApiError):
    code = "job_unknown"
    http_status = 404
    sentence = _("没有这张维修单，或不在贵方的班组。")


class JobStateError(ApiError):
    code = "job_state"
    http_status = 409
    sentence = _("这张维修单现在是“{state}”，不能这样推。")


class JobIncompleteError(ApiError):
    code = "job_incomplete"
    http_status = 422
    sentence = _("进不了门要写可以再来的时间，办完要写坏的原因。")


class JobMomentError(ApiError):
    code = "moment_refused"
    http_status = 422
    sentence = _("这个时间在报修以前，或还没有到。")


class JobSequenceReusedError(ApiError):
    code = "sequence_reused"
    http_status = 409
    sentence = _("这个序号已用于不同的内容：每次变化序号要大一些。")


class JobPhotoError(ApiError):
    code = "photo_refused"
    http_status = 422
    sentence = _("没有收这张照片：{why}")


class JobPushedTooOftenError(RateLimitedError):
    code = "job_pushed_too_often"
    sentence = _("这张维修单变得太密，请按 Retry-After 稍后再推，或请服务台改。")


JOB_ERRORS: Final = (
    JobUnknownError,
    JobStateError,
    JobIncompleteError,
    JobMomentError,
    JobSequenceReusedError,
    JobPhotoError,
    JobPushedTooOftenError,
)
