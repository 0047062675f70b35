"""Why a whole file is refused. Reasons of single rows are in `findings.py`."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError


class FileRefusedError(CampusError):
    """The file as a whole cannot be read; nothing of it was taken."""

    code = "datahub.file_refused"
    sentence = _("这个文件不能导入。")


class UnknownSourceError(CampusError):
    code = "datahub.unknown_source"
    http_status = 404
    sentence = _("没有名为 {key} 的来源。已有：{known}。")


class FileTooLargeError(FileRefusedError):
    code = "datahub.file_too_large"
    http_status = 413
    sentence = _("文件有 {size_mb} MB，超过上限 {limit_mb} MB。请拆成几个文件，或请管理员调高上限。")


class EmptyFileError(FileRefusedError):
    code = "datahub.file_empty"
    sentence = _("文件是空的，或者只有表头。")


class WrongFormatError(FileRefusedError):
    code = "datahub.wrong_format"
    sentence = _("认不出这个文件：只收 .csv 和 .xlsx。{hint}")


class BrokenWorkbookError(FileRefusedError):
    code = "datahub.broken_workbook"
    sentence = _("这个工作簿打不开，可能没有传完或已损坏。请在电脑上打开它，另存为 .xlsx 再交。")


class WorkbookBombError(FileRefusedError):
    code = "datahub.workbook_too_big_inside"
    sentence = _("这个工作簿解开后太大（{what}），不安全，没有打开。请只保留需要的一张表再交。")


class EncodingError(FileRefusedError):
    code = "datahub.encoding"
    sentence = _("第 {line} 行有读不出的字符：既不是 UTF-8，也不是 GB18030 或 UTF-16。请用 Excel 另存为“CSV UTF-8”。")


class BrokenCsvError(FileRefusedError):
    code = "datahub.broken_csv"
    sentence = _("第 {line} 行之后的内容断了（引号没有配对，或夹着不该有的控制字符）。文件可能没有传完。")


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
    code = "datahub.row_still_wrong"
    http_status = 422
    sentence = _("没有采用，已改的内容留着。还有问题：{reasons}")


class ReviewStateError(CampusError):
    code = "datahub.review_state"
    http_status = 409
    sentence = _("这一对已经判断过了，现在是“{state}”。")
