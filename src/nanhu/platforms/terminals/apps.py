from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TerminalsConfig(AppConfig):
    name = "nanhu.platforms.terminals"
    label = "terminals"
    verbose_name = _("终端")

    def ready(self) -> None:
        import_module(f"{self.name}.registrations")
