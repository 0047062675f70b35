from importlib import import_module

from django.apps import AppConfig


class IdentityRadiusConfig(AppConfig):
    name = "nanhu.platforms.identity.protocols.radius"
    label = "identity_radius"
    verbose_name = "RADIUS"

    def ready(self) -> None:
        import_module(f"{self.name}.panel")
