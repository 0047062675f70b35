from importlib import import_module

from django.apps import AppConfig


class IdentityFactorsConfig(AppConfig):
    name = "nanhu.platforms.identity.factors"
    label = "identity_factors"
    verbose_name = "多因素认证"

    def ready(self) -> None:
        for part in ("subscribers", "jobs"):
            import_module(f"{self.name}.{part}")
