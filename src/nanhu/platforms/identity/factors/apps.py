from django.apps import AppConfig


class IdentityFactorsConfig(AppConfig):
    name = "nanhu.platforms.identity.factors"
    label = "identity_factors"
    verbose_name = "多因素认证"
