from importlib import import_module

from django.apps import AppConfig


class CardRightsConfig(AppConfig):
    name = "nanhu.systems.card.rights"
    label = "card_rights"
    verbose_name = "卡权限"

    def ready(self) -> None:
        import_module(f"{self.name}.registrations")
