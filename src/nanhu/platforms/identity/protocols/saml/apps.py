from importlib import import_module

from django.apps import AppConfig


class IdentitySamlConfig(AppConfig):
    name = "nanhu.platforms.identity.protocols.saml"
    label = "identity_saml"
    verbose_name = "SAML 2.0"

    def ready(self) -> None:
        for part in ("services.logouts", "registrations", "jobs"):
            import_module(f"{self.name}.{part}")
