from importlib import import_module

from django.apps import AppConfig


class IdentityAdministrationConfig(AppConfig):
    name = "nanhu.platforms.identity.administration"
    label = "identity_administration"
    verbose_name = "账号管理"

    def ready(self) -> None:
        for part in ("registrations", "jobs"):
            import_module(f"{self.name}.{part}")
