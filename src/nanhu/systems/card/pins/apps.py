from importlib import import_module

from django.apps import AppConfig


class CardPinsConfig(AppConfig):
    name = "nanhu.systems.card.pins"
    label = "card_pins"
    verbose_name = "校园卡密码与限额"

    def ready(self) -> None:
        import_module(f"{self.name}.registrations")
