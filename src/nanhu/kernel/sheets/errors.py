"""Why a whole file is refused, in sentences for the clerk who handed it in."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import InvalidError


class FileRefusedError(InvalidError):
    """The file as a whole cannot be read; nothing of it was taken."""

    code = "sheet.refused"
    sentence = _("这个文件不能导入。")
    field = "file"


class FileTooLargeError(FileRefusedError):
    code = "sheet.too_large"
    http_status = 413
    sentence = _("文件有 {size_mb} MB，超过上限 {limit_mb} MB。请拆成几个文件，或请管理员调高上限。")


class FaultyRowsError(FileRefusedError):
    """`faults`: what is wrong in which line."""

    code = "sheet.faulty_rows"
    sentence = _("文件里有 {count} 行不对，整份没有收。改好这些行，再交一次整份文件。")


class EmptyFileError(FileRefusedError):
    code = "sheet.empty"
    sentence = _("文件是空的，或者只有表头。")


class WrongFormatError(FileRefusedError):
    code = "sheet.wrong_format"
    sentence = _("认不出这个文件：只收 .csv 和 .xlsx。{hint}")


class BrokenWorkbookError(FileRefusedError):
    code = "sheet.broken_workbook"
    sentence = _("这个工作簿打不开，可能没有传完或已损坏。请在电脑上打开它，另存为 .xlsx 再交。")


class WorkbookBombError(FileRefusedError):
    code = "sheet.too_big_inside"
    sentence = _("这个工作簿解开后太大（{what}），不安全，没有打开。请只保留需要的一张表再交。")


class EncodingError(FileRefusedError):
    code = "sheet.encoding"
    sentence = _("第 {line} 行有读不出的字符：既不是 UTF-8，也不是 GB18030 或 UTF-16。请用 Excel 另存为“CSV UTF-8”。")


class BrokenCsvError(FileRefusedError):
    code = "sheet.broken_csv"
    sentence = _("第 {line} 行之后的内容断了（引号没有配对，或夹着不该有的控制字符）。文件可能没有传完。")


class HeadTwiceError(FileRefusedError):
    code = "sheet.head_twice"
    sentence = _("表头里“{head}”有两列，不知道以哪一列为准。请只留一列再交。")


class NoHeaderError(FileRefusedError):
    code = "sheet.no_header"
    sentence = _("这个文件读不懂：没有找到表头，应有这些列：{needed}。")


class TooManyRowsError(FileRefusedError):
    code = "sheet.too_many_rows"
    sentence = _("这个文件太大，一份最多 {most} 行。")
