"""Expected failures of designing a process."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError, ConflictError


class DraftChangedError(ConflictError):
    """Two edit at once: the second is told, and keeps what he typed."""

    code = "flows.draft_changed"
    sentence = _("{who}刚改过这份草稿（{at}）。您填的还在下面，看一眼预览，再存一次。")


class DraftTooLargeError(CampusError):
    code = "flows.draft_too_large"
    http_status = 422
    sentence = _("太多了：一个流程最多 {fields} 项、{steps} 步，全部文字 {size} KB。")


class FlowFileRefusedError(CampusError):
    code = "flows.file_refused"
    http_status = 422
    field = "file"
    sentence = _("这不是流程文件，或里面有这里不认识的内容：{reason}")


class FormSheetError(CampusError):
    code = "flows.form_sheet"
    http_status = 422
    field = "file"
    sentence = _("第 {line} 行的“{column}”不对：{what}。整份没有收，改好再交一次。")


class NotPublishableError(CampusError):
    code = "flows.not_publishable"
    http_status = 422
    sentence = _("还有 {count} 处要改，改好才能发布：{first}")


class NothingNewError(ConflictError):
    code = "flows.nothing_new"
    sentence = _("草稿和现行版本一样，没有可以发布的。")


class PublicationWaitsError(ConflictError):
    code = "flows.publication_waits"
    sentence = _("已有一次发布等复核：先等它办完，或由提出的人撤回。")


class ActionNotYoursError(ConflictError):
    code = "flows.action_not_yours"
    sentence = _("含“系统办理”或“申请人缴费”步骤的流程只能由流程管理发布。")
