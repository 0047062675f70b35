from django.utils.translation import gettext_lazy as _

from nanhu.kernel import rooms


class FilesConfig(rooms.Room):
    name = "nanhu.kernel.files"
    label = "files"
    verbose_name = _("文件")
