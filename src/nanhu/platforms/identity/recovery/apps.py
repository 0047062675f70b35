from django.apps import AppConfig


class IdentityRecoveryConfig(AppConfig):
    name = "nanhu.platforms.identity.recovery"
    label = "identity_recovery"
    verbose_name = "找回账号"
