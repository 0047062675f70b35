from django.apps import AppConfig


class IdentityOidcConfig(AppConfig):
    name = "nanhu.platforms.identity.protocols.oidc"
    label = "identity_oidc"
    verbose_name = "OpenID Connect"
