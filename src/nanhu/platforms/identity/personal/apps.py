from importlib import import_module

from django.apps import AppConfig


class IdentityPersonalConfig(AppConfig):
    name = "nanhu.platforms.identity.personal"
    label = "identity_personal"
    verbose_name = "我的数据"

    def ready(self) -> None:
        for part in ("registrations", "subscribers", "services.copies"):
            import_module(f"{self.name}.{part}")
