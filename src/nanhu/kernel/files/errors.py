"""Expected failures of files."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError, ConflictError, InvalidError


class RefusedFileError(InvalidError):
    code = "files.refused"
    sentence = _("没有收这个文件：{why}")
    field = "file"


class DamagedFileError(CampusError):
    """On the disk lies something else than was kept."""

    code = "files.damaged"
    http_status = 503
    sentence = _("这个文件在存储里已损坏或丢失，请联系管理员从备份恢复。")


class FileKeptError(ConflictError):
    code = "files.kept"
    sentence = _("这个文件还不能删除：{why}")
