from importlib import import_module

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "nanhu.platforms.identity"
    label = "identity"
    verbose_name = "身份认证"

    def ready(self) -> None:
        for part in (
            "checks",
            "registrations",
            "processes",
            "subscribers",
            "jobs",
            "protocols.cas.logout",
            "protocols.cas.panel",
        ):
            import_module(f"{self.name}.{part}")
