from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DatahubConfig(AppConfig):
    name = "nanhu.platforms.datahub"
    label = "datahub"
    verbose_name = _("数据共享与清洗")

    def ready(self) -> None:
        from nanhu.platforms.datahub import registrations, tasks  # noqa: F401  (registering is their effect)
