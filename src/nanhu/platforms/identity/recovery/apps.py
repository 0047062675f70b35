from importlib import import_module

from django.apps import AppConfig


class IdentityRecoveryConfig(AppConfig):
    name = "nanhu.platforms.identity.recovery"
    label = "identity_recovery"
    verbose_name = "找回账号"

    def ready(self) -> None:
        for part in ("registrations", "subscribers", "jobs"):
            import_module(f"{self.name}.{part}")
