from django.utils.translation import gettext_lazy as _

from nanhu.kernel import rooms


class PartiesConfig(rooms.Room):
    name = "nanhu.platforms.parties"
    label = "parties"
    verbose_name = _("校外单位")
    pages = ("invoice_desk", "quota_desk")
