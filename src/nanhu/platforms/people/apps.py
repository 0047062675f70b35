from django.utils.translation import gettext_lazy as _

from nanhu.kernel import rooms


class PeopleConfig(rooms.Room):
    name = "nanhu.platforms.people"
    label = "people"
    verbose_name = _("人员主数据")
