from django.apps import AppConfig


class IdentityPersonalConfig(AppConfig):
    name = "nanhu.platforms.identity.personal"
    label = "identity_personal"
    verbose_name = "我的数据"
