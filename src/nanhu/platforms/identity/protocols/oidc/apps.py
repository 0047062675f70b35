from importlib import import_module

from django.apps import AppConfig


class IdentityOidcConfig(AppConfig):
    name = "nanhu.platforms.identity.protocols.oidc"
    label = "identity_oidc"
    verbose_name = "OpenID Connect"

    def ready(self) -> None:
        for part in ("registrations", "subscribers", "jobs"):
            import_module(f"{self.name}.{part}")
