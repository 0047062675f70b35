from importlib import import_module

from django.apps import AppConfig


class IdentityGuestsConfig(AppConfig):
    name = "nanhu.platforms.identity.guests"
    label = "identity_guests"
    verbose_name = "来宾"

    def ready(self) -> None:
        for part in ("registrations", "subscribers"):
            import_module(f"{self.name}.{part}")
