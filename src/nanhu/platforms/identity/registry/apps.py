from django.apps import AppConfig


class IdentityRegistryConfig(AppConfig):
    name = "nanhu.platforms.identity.registry"
    label = "identity_registry"
    verbose_name = "应用登记"
