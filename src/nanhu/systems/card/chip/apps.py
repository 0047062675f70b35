from importlib import import_module

from django.apps import AppConfig


class CardChipConfig(AppConfig):
    name = "nanhu.systems.card.chip"
    label = "card_chip"
    verbose_name = "卡片电子钱包"

    def ready(self) -> None:
        import_module(f"{self.name}.registrations")
