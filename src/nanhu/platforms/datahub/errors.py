"""Why a whole file is refused. Reasons of single rows are in `findings.py`."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError
from nanhu.kernel.sheets.errors import FileRefusedError


class UnknownSourceError(CampusError):
    code = "datahub.unknown_source"
    http_status = 404
    sentence = _("没有名为 {key} 的来源。已有：{known}。")


class MissingHeadersError(FileRefusedError):
    code = "datahub.missing_headers"
    sentence = _("缺少这些列：{missing}。文件里的列是：{found}。{hint}")


class RepeatedHeadersError(FileRefusedError):
    code = "datahub.repeated_headers"
    sentence = _("“{field}”有两列都像：{headers}。请删去其中一列。")


class AlreadyImportedError(CampusError):
    """Not a failure for callers: `import_file` turns it into a report that says so."""

    code = "datahub.already_imported"
    http_status = 409
    sentence = _("这个文件已经作为批次 #{batch} 导入过，内容完全相同，没有任何变化。")


class BatchNotFoundError(CampusError):
    code = "datahub.batch_not_found"
    http_status = 404
    sentence = _("没有批次 #{batch}。")


class BatchStateError(CampusError):
    code = "datahub.batch_state"
    http_status = 409
    sentence = _("批次 #{batch} 现在是“{state}”，不能这样做。")


class RollbackRefusedError(CampusError):
    code = "datahub.rollback_refused"
    http_status = 409
    sentence = _("不能回退批次 #{batch}：后来的数据建立在它上面。请先回退：{blockers}。")


class RowStateError(CampusError):
    """Only a rejected row is mended."""

    code = "datahub.row_state"
    http_status = 409
    sentence = _("第 {line} 行现在是“{state}”，不用再改。")


class RowStillWrongError(CampusError):
    keeps_writes = True
    code = "datahub.row_still_wrong"
    http_status = 422
    sentence = _("没有采用，已改的内容留着。还有问题：{reasons}")
