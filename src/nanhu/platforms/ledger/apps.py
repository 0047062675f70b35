from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LedgerConfig(AppConfig):
    name = "nanhu.platforms.ledger"
    label = "ledger"
    verbose_name = _("总账")

    def ready(self) -> None:
        from . import desk, jobs, registrations  # noqa: F401  (registering is their effect)
