"""Expected failures of processes."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError, ConflictError, NotFoundError
from nanhu.platforms.openapi.api import ApiError


class TwinCaseError(ConflictError):
    code = "flows.twin_case"
    sentence = _("同样的申请 {number} 还在办理，不用再交一份。")


class TooManyOpenError(ConflictError):
    code = "flows.too_many_open"
    sentence = _("您有 {most} 件这样的申请还在办理，办完一件再交。")


class TaskChangedError(ConflictError):
    """Somebody else was first, or the page is old."""

    code = "flows.task_changed"
    sentence = _("这件待办{who}已经处理过了：{what}。")


class PapersCameError(ConflictError):
    """The applicant added papers, or its room learnt more, after the page was opened."""

    code = "flows.papers_came"
    sentence = _("刚补充了材料，请看过再决定。")


class NotYoursError(NotFoundError):
    code = "flows.not_yours"
    sentence = _("没有找到这件待办。")


class OwnCaseError(ConflictError):
    code = "flows.own_case"
    sentence = _("自己的申请不能由自己办理，也不能由自己委托的人办理。")


class OwnPaperError(ConflictError):
    code = "flows.own_paper"
    sentence = _("申请人自己的，由别人补录、别人核对；在纸上作决定的也须是在职的别人。")


class PaperDayError(CampusError):
    code = "flows.paper_day"
    http_status = 422
    sentence = _("只补录最近 {days} 天里纸上作的决定，不能晚于今天。")
    field = "paper_day"


class CodeWordError(CampusError):
    code = "flows.code_word"
    http_status = 422
    sentence = _("不是那天的口令。没有核对口令就空着，并请核对的人留意。")
    field = "paper_word"


class PaperTwiceError(ConflictError):
    code = "flows.paper_twice"
    sentence = _("纸质单 {number} 已经补录过了。")
    field = "paper_number"


class PaperDeciderError(CampusError):
    """Who is said to have decided it could not."""

    code = "flows.paper_decider"
    http_status = 422
    sentence = _("{name}那天不办这个流程的任何一步审批，不能由他决定。")
    field = "paper_decider"


class PaperAudienceError(CampusError):
    code = "flows.paper_audience"
    http_status = 422
    sentence = _("这项服务不向他开放，不能替他补录。")
    field = "paper_applicant"


class PaperStepsError(ConflictError):
    code = "flows.paper_steps"
    sentence = _("这个流程有要由系统办的步骤（缴费、自动办理、等别处的结果），不能从纸质单补录。")


class ReasonTooShortError(CampusError):
    code = "flows.reason_too_short"
    http_status = 422
    sentence = _("请写明原因，至少 5 个字。")
    field = "comment"


class ReturnedTooOftenError(ConflictError):
    code = "flows.returned_too_often"
    sentence = _("已经退回 {count} 次，请同意或不同意。")


class OneByOneError(ConflictError):
    code = "flows.one_by_one"
    sentence = _("{number} 不能和别的一起同意：{reason}。")


class UrgedTodayError(ConflictError):
    code = "flows.urged_today"
    sentence = _("今天已经催过一次，明天再催。")


class TooLateToWithdrawError(ConflictError):
    code = "flows.too_late_to_withdraw"
    sentence = _("“{step}”已经办完，不能撤回了。")


class ServiceNotOfferedError(NotFoundError):
    code = "flows.not_offered"
    sentence = _("没有找到这项服务。")


class DelegateRefusedError(ConflictError):
    code = "flows.delegate_refused"
    sentence = _("不能委托给这个人：{reason}")
    field = "delegate"


class DelegationPastError(CampusError):
    """What was decided on a day that is over nobody else is made to have decided."""

    code = "flows.delegation_past"
    http_status = 422
    sentence = _("委托的第一天 {day} 已经过去，请从今天或以后的一天开始。")
    field = "starts_on"


class DelegationDaysError(CampusError):
    code = "flows.delegation_days"
    http_status = 422
    sentence = _("委托的最后一天不能在第一天之前，最晚在一年以内。")
    field = "ends_on"


class CannotTakeTaskError(ConflictError):
    code = "flows.cannot_take_task"
    sentence = _("不能交给这个人：{reason}")
    field = "person"


class BodyRefusedError(CampusError):
    code = "flows.body_refused"
    http_status = 422
    sentence = _("流程有错：{faults}")


class NobodyFoundError(ConflictError):
    code = "flows.nobody_found"
    sentence = _("“{step}”现在没有人可以办理：相应岗位和主管单位负责人都空缺。请联系主管单位。")


class StepFormError(CampusError):
    code = "flows.step_form"
    http_status = 422
    sentence = _("这一步还要填写：请把表里的每一项填完整。")


class VotedError(ConflictError):
    """In a countersigning, a second vote of one person."""

    code = "flows.voted"
    sentence = _("您在这一步已经表过态，这一票请转交给别人。")


class AddedSignerError(ConflictError):
    code = "flows.added_signer"
    sentence = _("您是被请来会签的，不能再请别人加签。")


class DataRefusedError(CampusError):
    """What a room or a form said does not fit the fields of the version."""

    code = "flows.data_refused"
    http_status = 422
    sentence = _("这些内容不对：{fields}")


class NoPapersError(CampusError):
    code = "flows.no_papers"
    http_status = 422
    sentence = _("没有选文件。")


class TooManyPapersError(ConflictError):
    """Others were added meanwhile."""

    code = "flows.too_many_papers"
    sentence = _("附件已经太多，放不下这几个。")


class SourceUnknownError(ApiError):
    code = "source_unknown"
    http_status = 404
    sentence = _("没有这个来源，或它已停用，或不是贵方的。")


class TodoUnknownError(ApiError):
    code = "todo_unknown"
    http_status = 404
    sentence = _("这个来源没有推送过这件待办。")


class TodoTwiceError(ApiError):
    code = "todo_twice"
    http_status = 422
    sentence = _("一批里“{name}”写了两次。")


class AddressForeignError(ApiError):
    code = "address_foreign"
    http_status = 422
    sentence = _("“{name}”的网址不在这个来源登记的 {origin} 下。")


class TodoRefusedError(ApiError):
    code = "todo_refused"
    http_status = 422
    sentence = _("“{name}”：标题要有看得见的字，没有控制字符和改变文字方向的字符；期限在 2000 年到 2100 年之间。")


class SequenceReusedError(ApiError):
    code = "sequence_reused"
    http_status = 409
    sentence = _("这个序号已用于不同的内容：每次变化序号要大一些。")


class SourceFullError(ApiError):
    code = "source_full"
    http_status = 422
    sentence = _("这个来源的待办已满 {most} 件：没办的请先办结，办完的九十天后会清掉。")


OUTSIDE_ERRORS: Final = (
    SourceUnknownError,
    TodoUnknownError,
    TodoTwiceError,
    AddressForeignError,
    TodoRefusedError,
    SequenceReusedError,
    SourceFullError,
)
"""What a system that pushes to-dos may be answered instead."""


class MappingRefusedError(CampusError):
    code = "flows.mapping_refused"
    http_status = 422
    field = "mapping"
    sentence = _("“{name}”：旧版本或新版本里没有这样的步骤。")


class MoveAtWorkError(ConflictError):
    code = "flows.move_at_work"
    sentence = _("这一版正在试算或迁移，请等它做完。")


class SourceKeyTakenError(ConflictError):
    code = "flows.source_key_taken"
    field = "key"
    sentence = _("已有一个来源用了这个代号。")
