from importlib import import_module

from django.apps import AppConfig


class IdentityRegistryConfig(AppConfig):
    name = "nanhu.platforms.identity.registry"
    label = "identity_registry"
    verbose_name = "应用登记"

    def ready(self) -> None:
        for part in ("registrations", "jobs"):
            import_module(f"{self.name}.{part}")
