from django.apps import AppConfig


class IdentitySamlConfig(AppConfig):
    name = "nanhu.platforms.identity.protocols.saml"
    label = "identity_saml"
    verbose_name = "SAML 2.0"
