from importlib import import_module

from django.apps import AppConfig


class CardFleetConfig(AppConfig):
    name = "nanhu.systems.card.fleet"
    label = "card_fleet"
    verbose_name = "终端与挂失"

    def ready(self) -> None:
        import_module(f"{self.name}.registrations")
