from importlib import import_module

from django.apps import AppConfig


class CardIssuingConfig(AppConfig):
    name = "nanhu.systems.card.issuing"
    label = "card_issuing"
    verbose_name = "制卡与发卡"

    def ready(self) -> None:
        import_module(f"{self.name}.registrations")
