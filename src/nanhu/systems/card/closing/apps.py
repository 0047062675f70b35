from importlib import import_module

from django.apps import AppConfig


class CardClosingConfig(AppConfig):
    name = "nanhu.systems.card.closing"
    label = "card_closing"
    verbose_name = "日结与结算"

    def ready(self) -> None:
        import_module(f"{self.name}.registrations")
