from django.utils.translation import gettext_lazy as _

from nanhu.kernel import rooms


class PrintingConfig(rooms.Room):
    name = "nanhu.kernel.printing"
    label = "printing"
    verbose_name = _("打印")
