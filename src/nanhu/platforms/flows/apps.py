from django.utils.translation import gettext_lazy as _

from nanhu.kernel import rooms


class FlowsConfig(rooms.Room):
    name = "nanhu.platforms.flows"
    label = "flows"
    verbose_name = _("流程平台")
    pages = ("announced",)
