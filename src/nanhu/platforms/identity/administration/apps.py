from django.apps import AppConfig


class IdentityAdministrationConfig(AppConfig):
    name = "nanhu.platforms.identity.administration"
    label = "identity_administration"
    verbose_name = "账号管理"
