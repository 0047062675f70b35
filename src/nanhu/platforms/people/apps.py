from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "nanhu.platforms.people"
    label = "people"
    verbose_name = _("人员主数据")

    def ready(self) -> None:
        from . import jobs, registrations  # noqa: F401  (registering is their effect)
