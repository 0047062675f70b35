from django.utils.translation import gettext_lazy as _

from nanhu.kernel import rooms


class TerminalsConfig(rooms.Room):
    name = "nanhu.platforms.terminals"
    label = "terminals"
    verbose_name = _("终端")
    parts = ("desk", "kiosk_desk", "kiosk_operations", "kiosk_part", "jobs")
