from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CardConfig(AppConfig):
    name = "nanhu.systems.card"
    label = "card"
    verbose_name = _("校园卡")

    def ready(self) -> None:
        from . import registrations, subscribers, tasks  # noqa: F401  (registering is their effect)
