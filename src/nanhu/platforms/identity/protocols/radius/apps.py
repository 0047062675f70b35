from django.apps import AppConfig


class IdentityRadiusConfig(AppConfig):
    name = "nanhu.platforms.identity.protocols.radius"
    label = "identity_radius"
    verbose_name = "RADIUS"
